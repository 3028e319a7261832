"""Run benchmarks and write what they print into their sections of ``README.md``.

Run: python benchmarks/readme.py NAME...      for example: python benchmarks/readme.py scale

A section lies between ``<!-- NAME -->`` and ``<!-- end NAME -->``; it begins with the machine's
facts. A name without a section gets one at the end.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGES = ("numpy", "scipy", "pandas", "networkx", "highspy", "numba", "igraph")


def machine() -> str:
    """Processor, memory, system and the versions of what is measured, in one line."""
    facts = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = re.search(r"^model name\s*: (.*)$", facts, flags=re.MULTILINE)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    installed = {d.metadata["Name"].lower(): d.version for d in importlib.metadata.distributions()}
    versions = [f"{name} {installed[name]}" for name in PACKAGES if name in installed]
    return (
        f"{model[1] if model else platform.machine()}, {os.cpu_count()} processors, "
        f"{memory:.0f} GB, {platform.system()}; {platform.python_implementation()} "
        f"{platform.python_version()}, {', '.join(versions)}."
    )


def main() -> None:
    """Replace the sections named on the command line."""
    path = HERE / "README.md"
    for name in sys.argv[1:]:
        command = [sys.executable, str(HERE / f"{name}.py")]
        printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        begin, end = f"<!-- {name} -->", f"<!-- end {name} -->"
        section = f"{begin}\n{machine()}\n\n{printed.strip()}\n{end}"
        text = path.read_text(encoding="utf-8")
        if begin not in text:
            title = f"## {name.capitalize()}: `python benchmarks/readme.py {name}`"
            text = f"{text.rstrip()}\n\n{title}\n\n{begin}\n{end}\n"
        before, _, rest = text.partition(begin)
        text = before + section + rest.partition(end)[2]
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
