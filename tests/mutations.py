"""Data with one scalar changed to something hostile.

``python -m tests.mutations 20000`` is the long run, over the built-in data: every changed file is
read, and what it breaks is counted. Anything but a problem or a warning is a fault of the loader.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter

import yaml

from supplychain.loader import check, data_folder
from supplychain.loader.build import Parts, build
from supplychain.loader.figures import Reader
from supplychain.loader.index import Index
from supplychain.loader.problems import Page
from supplychain.loader.read import _read_shape
from supplychain.model import Network

HOSTILE = (
    *("0", "-1", "1e300", "1e-300", "1e999", "nan", "inf", "-inf", "1/0", "0/1", "1e9/1e-9"),
    *("100%", "1000%", "-5%", "0140000", "1_4_0_0", "1__0", "0x1F", "1,5", "½", "٣", "9" * 400),
    *("1901", "2999", "1899Q4", "2999Q4", "2024Q5", "2024-02-30", "2099-12-31", "0000-00-00"),
    *("~", "''", '""', "[]", "{}", "[[]]", "{a: b}", "[a, a]", "{? [a] : b}", "- a", "*nothing"),
    *("&a x", "!!int 3", "!!python/object:os.system x", "|", ">", "%", "@", "`", "? a", "a: b: c"),
    *('"\\0"', '"\\x1b[31m"', '"\\u202e"', '"\\u200b"', '"\\ud800"', '"\\U000e0041"', '"a\\nb"'),
    *("x" * 400, "x" * 200_000, "h100", "tsmc", "all", "country:*", "org:", "**", "never", "NO"),
    *(
        "javascript:alert(1)",
        "https://a.b/<script>",
        "../../etc/passwd",
        "C:\\\\con",
        "🦕",
        "\ufeff",
    ),
)


def mutated(text: str, pick: int, value: str) -> str:
    """The text of a file with one of its scalars, keys among them, replaced."""
    spans = [
        (token.start_mark.index, token.end_mark.index)
        for token in yaml.scan(text, Loader=yaml.CSafeLoader)
        if isinstance(token, yaml.ScalarToken)
    ]
    start, end = spans[pick % len(spans)]
    return text[:start] + value + text[end:]


def read_alone(file: str, text: str, network: Network) -> Page:
    """The page of one file, read as part of a network that is otherwise good."""
    page = Page(file, file)
    block = _read_shape(text.encode("utf-8", "surrogatepass"), page)
    if block is not None and not page.problems:
        build(Reader(page, Index.of(network)), block, Parts())
    return page


def main() -> None:
    """Change files of the built-in data one scalar at a time, and say what became of them."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    root, draw = data_folder(), random.Random(0)
    files = {f.relative_to(root).as_posix(): f.read_text("utf-8") for f in root.rglob("*.yaml")}
    network = check(root).network
    assert network is not None
    ends: Counter[str] = Counter()
    slowest = 0.0
    for _ in range(number):
        file = draw.choice(sorted(files))
        value = draw.choice(HOSTILE)
        begin = time.process_time()
        page = read_alone(file, mutated(files[file], draw.randrange(10**6), value), network)
        slowest = max(slowest, time.process_time() - begin)
        ends["refused" if page.problems else "doubted" if page.warnings else "taken"] += 1
    print(f"{number:,} files:", dict(ends), f"slowest {slowest:.2f} s")  # noqa: T201


if __name__ == "__main__":
    main()
