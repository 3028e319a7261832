"""Standard streams that are closed or full, signals at any time, and where errors come from."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from supplychain.cli import COMMANDS
from tests import ROOT

SMALL = f"--data {ROOT / 'tests' / 'data' / 'small'}"
ETO = ROOT / "tests" / "data" / "eto_small"
QUARTER = f"{SMALL} --from 2024Q1 --to 2024Q1"

LINKS = ROOT / "tests" / "data" / "links.csv"
"""Three firms and their links."""

PRINTING = {
    "--help": "--help",
    "--version": "--version",
    "simulate --help": "simulate --help",
    "chokepoints": f"chokepoints {SMALL} --no-score",
    "simulate": f"simulate {QUARTER} --fast",
    "allocate": f"allocate {QUARTER} --policy pro-rata",
    "compare": f"compare baseline hbm-half {QUARTER}",
    "compute": "compute --chip h100",
    "backtest": "backtest --from 2024Q1 --to 2024Q1",
    "explain": f"explain h100 {SMALL}",
    "data coverage": f"data coverage {SMALL}",
    "data influence": f"data influence --top 1 {SMALL}",
    "data sources": f"data sources {SMALL} -f json",
    "data stale": f"data stale {SMALL} -f csv",
    "validate": f"validate {SMALL.split()[1]}",
    "schema": "schema buyer",
    "words": "words hbm",
    "firms": f"firms removals {LINKS}",
    "completion": "completion bash",
}
"""A cheap call of each command that prints an answer."""

FILES = {
    "report": f"report {SMALL} --sensitivity 0 --out x.html",
    "graph": f"graph {SMALL} --out x.dot",
    "import": f"import eto {ETO} --out x",
    "explain": f"explain h100 {SMALL} --out x.csv",
}
"""One of each command that writes a file."""

FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a shell's redirections")


def shell(
    command: str, folder: Path = ROOT, **environment: str
) -> subprocess.CompletedProcess[str]:
    """``supplychain ...`` as a shell runs it."""
    program = f"supplychain() {{ '{sys.executable}' -m supplychain \"$@\"; }}; {command}"
    return subprocess.run(
        ["bash", "-c", program],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100", **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_every_command_is_among_them() -> None:
    assert {name.split()[0] for name in (*PRINTING, *FILES)} >= COMMANDS.keys()


@pytest.mark.parametrize("args", PRINTING.values(), ids=PRINTING)
def test_standard_output_that_is_closed(args: str) -> None:
    shown = shell(f"supplychain {args} >&-")

    assert shown.returncode == 1
    assert shown.stderr == "Error: cannot write to standard output: it is closed\n"


@pytest.mark.parametrize("args", ["--help", PRINTING["explain"], PRINTING["validate"]])
def test_all_streams_closed(args: str) -> None:
    assert shell(f"supplychain {args} <&- >&- 2>&-").returncode == 1


@FULL
@pytest.mark.parametrize(
    ("args", "unbuffered"),
    [*((args, "") for args in PRINTING.values()), ("--help", "1"), (PRINTING["explain"], "1")],
)
def test_standard_output_that_is_full(args: str, unbuffered: str) -> None:
    shown = shell(f"supplychain {args} >/dev/full", PYTHONUNBUFFERED=unbuffered)

    assert shown.returncode == 1
    assert shown.stderr == "Error: cannot write to standard output: No space left on device\n"


@pytest.mark.parametrize("args", PRINTING.values(), ids=PRINTING)
def test_the_answer_is_given_where_standard_error_is_closed(args: str) -> None:
    shown = shell(f"supplychain {args} 2>&-")

    assert shown.returncode == 0
    assert shown.stdout
    assert "Traceback" not in shown.stdout


@FULL
@pytest.mark.parametrize("name", ["data influence", "graph"])
def test_remarks_may_fall_on_a_full_device(name: str, tmp_path: Path) -> None:
    args = {**PRINTING, **FILES}[name]
    shown = shell(f"supplychain {args} 2>/dev/full", tmp_path)

    assert shown.returncode == 0
    assert shown.stdout or [*tmp_path.iterdir()]


@pytest.mark.parametrize("args", FILES.values(), ids=FILES)
def test_a_file_needs_no_standard_stream(args: str, tmp_path: Path) -> None:
    shown = shell(f"supplychain {args} <&- >&- 2>&-", tmp_path)
    [made] = tmp_path.iterdir()

    assert shown.returncode == 0
    assert made.name == args.split()[-1]
    assert made.is_dir() or made.read_text(encoding="utf-8").strip()


@pytest.mark.parametrize("stream", ["2>&-", "2>/dev/full"])
def test_wrong_usage_is_wrong_where_nobody_can_read_why(stream: str) -> None:
    shown = shell(f"supplychain explain amsl {stream}")

    assert (shown.returncode, shown.stdout) == (2, "")


@pytest.mark.parametrize("args", ["--help", "schema organization", f"data sources {SMALL}"])
def test_a_reader_that_never_reads_is_no_error(args: str) -> None:
    shown = shell(f"set -o pipefail; supplychain {args} | true")

    assert (shown.returncode, shown.stderr) == (0, "")


IMPORTING = """
import os, signal, sys
sys.argv = ["supplychain", "simulate"]
seen = 0
def audit(event, args):
    global seen
    if event == "import":
        seen += 1
        if seen == {at}:
            os.kill(os.getpid(), {number})
from supplychain.__main__ import main
import supplychain.interrupts
sys.addaudithook(audit)
main()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("at", [1, 2, 30, 120, 200])
def test_a_signal_while_importing_ends_it_quietly(at: int, number: int) -> None:
    shown = subprocess.run(
        [sys.executable, "-c", IMPORTING.format(at=at, number=int(number))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (shown.returncode, shown.stdout, shown.stderr) == (128 + number, "", "")


@pytest.mark.parametrize("after", [0.3, 0.8])
def test_ctrl_c_while_it_runs(after: float) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "supplychain", "report", "--out", os.devnull],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(after)
    running.send_signal(signal.SIGINT)

    assert running.communicate(timeout=30) == ("", "")
    assert running.returncode == 130


def test_a_signal_that_was_ignored_stays_ignored() -> None:
    code = (
        "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "from supplychain.interrupts import catch; catch()\n"
        "print(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert shown.stdout == "True\n"


@pytest.mark.parametrize(
    ("args", "code", "error"),
    [
        ("explain amsl", 2, "UsageError: nothing in the data has the name 'amsl'"),
        ("explain h100 --data nowhere", 1, "DataError: "),
        ("explain h100 --out x.xlsx", 2, "UsageError: --out x.xlsx: the ending must be"),
    ],
)
def test_debugging_shows_where_an_error_comes_from(args: str, code: int, error: str) -> None:
    quiet = shell(f"supplychain {args}", SUPPLYCHAIN_DEBUG="0")
    loud = shell(f"supplychain {args}", SUPPLYCHAIN_DEBUG="1")

    assert quiet.returncode == loud.returncode == code
    assert "Traceback" not in quiet.stderr
    assert "Traceback (most recent call last)" in loud.stderr
    assert error in loud.stderr
    assert loud.stderr.endswith(quiet.stderr)


def test_debugging_says_what_is_read_from_the_cache(tmp_path: Path) -> None:
    args = f"supplychain explain h100 {SMALL} > /dev/null"
    first, second = (
        shell(args, SUPPLYCHAIN_DEBUG="1", XDG_CACHE_HOME=str(tmp_path)).stderr for _ in range(2)
    )

    assert f"supplychain.cache: kept {tmp_path}/supplychain/" in first
    assert f"supplychain.cache: read {tmp_path}/supplychain/" in second


def test_a_mistake_of_the_program_is_a_traceback() -> None:
    code = (
        "import supplychain.questions.public as module, supplychain.cli as cli\n"
        "def broken(*_): raise ZeroDivisionError('\\x1b[2J')\n"
        "module.explain = broken\n"
        "cli.main(['explain', 'h100'])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert shown.returncode == 1
    assert shown.stderr.startswith("Traceback (most recent call last)")
    assert shown.stderr.endswith("ZeroDivisionError: \\x1b[2J\n")


@pytest.mark.parametrize("flag", ["-O", "-OO"])
def test_a_report_without_assertions_or_texts(flag: str, tmp_path: Path) -> None:
    out = tmp_path / "x.html"
    shown = subprocess.run(
        [sys.executable, flag, "-m", "supplychain", *FILES["report"].split()[:-1], str(out)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    if flag == "-O":
        assert shown.returncode == 0, shown.stderr
        assert out.read_text(encoding="utf-8").startswith("<!doctype html>")
    else:
        assert (shown.returncode, shown.stderr.splitlines()[0]) == (
            2,
            "Error: python -OO takes away texts that the library of the charts needs; use -O",
        )
