"""How the time of commands grows with the data: K renamed copies of it, side by side.

Run: python benchmarks/growth.py [COPIES...]

Processor seconds of a process of its own, with an empty cache; the exponent is that of the last
step: 1 is as the data grows, 2 its square. Sources, history and models stand once.
"""

from __future__ import annotations

import math
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "graph_data"
COMMANDS = {
    "validate": ["validate", "--no-warnings"],
    "data coverage": ["data", "coverage"],
    "data sources": ["data", "sources"],
}


def copies(folder: Path, number: int) -> None:
    """Write the data and renamed copies of all it makes and sells, as many as the number in all."""
    shutil.copytree(DATA, folder, dirs_exist_ok=True)
    names = [
        p for k in ("commodities", "organizations", "buyers") for p in (DATA / k).rglob("*.yaml")
    ]
    ids = {p.stem for p in names}
    token = re.compile(r"(?<![\w-])[a-z0-9]+(?:-[a-z0-9]+)*(?![\w-])")
    for copy in range(1, number):
        for path in names:
            text = path.read_text(encoding="utf-8")
            text = re.sub(r"^aliases:.*\n", "", text, flags=re.MULTILINE)
            text = re.sub(r"^name:.*", f"name: {path.stem} {copy}", text, flags=re.MULTILINE)
            lines = [
                line
                if line.startswith("name:")
                else token.sub(lambda m, n=copy: f"{m[0]}-{n}" if m[0] in ids else m[0], line)
                for line in text.splitlines()
            ]
            target = folder / path.relative_to(DATA).with_name(f"{path.stem}-{copy}.yaml")
            target.write_text("\n".join(lines) + "\n", encoding="utf-8")


def processor_seconds(command: list[str], folder: Path) -> float:
    """Of one run of the command on the data, which must succeed."""
    where = [str(folder)] if command[0] == "validate" else ["--data", str(folder)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "supplychain", *command, *where],
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "XDG_CACHE_HOME": "/dev/null", "SUPPLYCHAIN_CACHE": "off"},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure and print a Markdown table."""
    numbers = [int(n) for n in sys.argv[1:]] or [1, 10, 50]
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for number in numbers:
        with tempfile.TemporaryDirectory() as folder:
            copies(Path(folder), number)
            for name, command in COMMANDS.items():
                times[name].append(processor_seconds(command, Path(folder)))
    print(f"| copies of the data | {' | '.join(map(str, numbers))} | exponent |")
    print(f"|---|{'--:|' * (len(numbers) + 1)}")
    for name, seconds in times.items():
        grown = math.log(seconds[-1] / seconds[-2]) / math.log(numbers[-1] / numbers[-2])
        cells = " | ".join(f"{s:.2f}" for s in seconds)
        print(f"| `{name}` | {cells} | {grown:.2f} |")


if __name__ == "__main__":
    main()
