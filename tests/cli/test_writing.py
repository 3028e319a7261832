"""Files that are written: whole or not at all, and what they take the place of."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from supplychain.cli import _group, writing
from supplychain.cli.writing import write_file, write_folder
from tests import ROOT

SMALL = str(ROOT / "tests" / "data" / "small")
ETO = str(ROOT / "tests" / "data" / "eto_small")
EXPLAIN = ["explain", "h100", "--data", SMALL, "--quiet"]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes, links and signals")


def run(*args: str | Path) -> Result:
    return CliRunner().invoke(_group, [*map(str, args)], prog_name="supplychain")


def explain(out: Path | str, *more: str) -> Result:
    """The same small answer into a file, which must succeed."""
    shown = run(*EXPLAIN, "--out", out, *more)
    assert shown.exit_code == 0, shown.output
    return shown


def test_a_link_is_followed_and_stays(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    target, link, chain = tmp_path / "far" / "x.json", tmp_path / "x.json", tmp_path / "y.json"
    target.write_text("before", encoding="utf-8")
    link.symlink_to("far/x.json")
    chain.symlink_to("x.json")
    explain(chain)

    assert link.is_symlink()
    assert chain.is_symlink()
    assert json.loads(target.read_text(encoding="utf-8"))["schema"] == "supplychain/explain/1"
    assert len([*tmp_path.rglob("*")]) == 4


def test_a_link_to_nothing_yet_makes_its_target(tmp_path: Path) -> None:
    (tmp_path / "x.csv").symlink_to("new.csv")
    explain(tmp_path / "x.csv")

    assert (tmp_path / "x.csv").is_symlink()
    assert (tmp_path / "new.csv").read_text(encoding="utf-8").startswith("figure,")


def test_a_circle_of_links_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.csv").symlink_to("b.csv")
    (tmp_path / "b.csv").symlink_to("a.csv")
    shown = run(*EXPLAIN, "--out", tmp_path / "a.csv")

    assert shown.exit_code == 2
    assert "Too many levels of symbolic links" in shown.stderr


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o660, 0o755])
def test_the_mode_of_a_file_is_kept(tmp_path: Path, mode: int) -> None:
    out = tmp_path / "x.csv"
    out.write_text("before", encoding="utf-8")
    out.chmod(mode)
    explain(out)

    assert stat.S_IMODE(out.stat().st_mode) == mode
    assert out.read_text(encoding="utf-8") != "before"


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600)])
def test_a_new_file_has_the_mode_that_the_umask_leaves(
    tmp_path: Path, mask: int, mode: int
) -> None:
    before = os.umask(mask)
    try:
        explain(tmp_path / "x.csv")
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "x.csv").stat().st_mode) == mode


COMMANDS = {
    "explain": (["explain", "h100", "--data", SMALL], "x.csv"),
    "graph": (["graph", "--data", SMALL], "x.dot"),
    "report": (["report", "--data", SMALL], "x.html"),
    "schema-free": (["data", "sources", "--data", SMALL], "x.md"),
}


@pytest.mark.parametrize(("args", "name"), COMMANDS.values(), ids=COMMANDS)
def test_a_read_only_file_is_refused_before_anything_is_read(
    tmp_path: Path, args: list[str], name: str
) -> None:
    out = tmp_path / name
    out.write_text("before", encoding="utf-8")
    out.chmod(0o444)
    shown = run(*args, "--data", tmp_path / "none", "--out", out)

    assert shown.exit_code == 2
    assert shown.stderr.startswith(f"Error: cannot write {out}: it is read-only\n")
    assert out.read_text(encoding="utf-8") == "before"
    assert [p.name for p in tmp_path.iterdir()] == [name]


ANSWERS = [
    ["allocate"],
    ["backtest"],
    ["chokepoints"],
    ["compare", "baseline", "x"],
    ["compute"],
    ["data", "coverage"],
    ["data", "influence"],
    ["data", "sources"],
    ["data", "stale"],
    ["explain", "h100"],
    ["simulate"],
]


@pytest.mark.parametrize("name", ["x.xlsx", "x.tsv", "x.parquet", "x.html", "x", "x.csv.gz"])
@pytest.mark.parametrize("args", ANSWERS, ids=" ".join)
def test_an_unknown_ending_is_refused_before_anything_is_read(
    tmp_path: Path, args: list[str], name: str
) -> None:
    shown = run(*args, "--data", tmp_path / "none", "--out", tmp_path / name)

    assert shown.exit_code == 2
    assert shown.stderr.startswith(
        f"Error: --out {tmp_path / name}: the ending must be one of .csv, .json, .md, .txt, "
        "or --format say the form\n"
    )
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    ("command", "name", "known"),
    [
        ("graph", "x.png", ".html, .svg, .graphml, .gexf, .dot, .json"),
        ("graph", "x", ".html, .svg, .graphml, .gexf, .dot, .json"),
        ("graph", "/dev/null", ".html, .svg, .graphml, .gexf, .dot, .json"),
        ("report", "x.pdf", ".html, .htm"),
        ("report", "x.csv", ".html, .htm"),
    ],
)
def test_pages_and_pictures_have_their_own_endings(
    tmp_path: Path, command: str, name: str, known: str
) -> None:
    out = tmp_path / name
    shown = run(command, "--data", tmp_path / "none", "--out", out)

    assert shown.exit_code == 2
    assert shown.stderr.startswith(f"Error: --out {out}: the ending must be one of {known}\n")


def test_a_form_that_is_asked_for_needs_no_ending(tmp_path: Path) -> None:
    explain(tmp_path / "answer", "--format", "json")
    shown = run("explain", "h100", "--data", SMALL, "-o", tmp_path / "b.dat", "-f", "md")

    assert json.loads((tmp_path / "answer").read_text(encoding="utf-8"))
    assert shown.exit_code == 0
    assert (tmp_path / "b.dat").read_text(encoding="utf-8").startswith("- **")


def test_a_device_stays_one() -> None:
    before = os.stat("/dev/null")  # noqa: PTH116
    explain("/dev/null")
    after = os.stat("/dev/null")  # noqa: PTH116

    assert (before.st_ino, before.st_mode) == (after.st_ino, after.st_mode)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device")
def test_a_full_device_is_said() -> None:
    shown = run(*EXPLAIN, "--out", "/dev/full")

    assert shown.exit_code == 2
    assert shown.stderr.startswith("Error: cannot write /dev/full: No space left on device\n")


def test_a_pipe_with_a_name_is_written_into(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text(encoding="utf-8")))
    reader.start()
    explain(pipe, "--format", "csv")
    reader.join(10)

    assert read[0].startswith("figure,")
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def process(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A shell command in which ``supplychain`` stands for the program."""
    program = f"supplychain() {{ '{sys.executable}' -m supplychain \"$@\"; }}; {command}"
    return subprocess.run(
        ["bash", "-c", program],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        check=False,
    )


@pytest.mark.parametrize("stream", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "link"])
def test_standard_output_by_name_is_appended_to(tmp_path: Path, stream: str) -> None:
    (tmp_path / "link").symlink_to("/dev/stdout")
    (tmp_path / "log").write_text("before\n", encoding="utf-8")
    shown = process(f"supplychain {' '.join(EXPLAIN)} -f csv -o {stream} >> log", tmp_path)

    assert (shown.returncode, shown.stderr) == (0, "")
    assert (tmp_path / "log").read_text(encoding="utf-8").startswith("before\nfigure,")
    assert (tmp_path / "link").is_symlink()


def test_a_reader_of_a_pipe_may_leave_early(tmp_path: Path) -> None:
    shown = process(f"supplychain {' '.join(EXPLAIN)} -f csv -o >(head -c 1)", tmp_path)

    assert (shown.returncode, shown.stderr) == (0, "")


@pytest.mark.parametrize("length", [200, 246, 250])
def test_a_long_name_is_no_matter(tmp_path: Path, length: int) -> None:
    name = f"{'x' * length}.csv"
    explain(tmp_path / name)

    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_a_name_too_long_for_the_system_is_said(tmp_path: Path) -> None:
    shown = run(*EXPLAIN, "--out", tmp_path / f"{'x' * 300}.csv")

    assert shown.exit_code == 2
    assert "File name too long" in shown.stderr


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    shown = process(
        f"supplychain explain h100 --data {SMALL} -o $'a\\xff.csv' && "
        f"supplychain report --data {SMALL} --sensitivity 0 -o $'b\\xff.html'",
        tmp_path,
    )

    assert shown.returncode == 0, shown.stderr
    assert shown.stderr.startswith("Wrote a\\udcff.csv\nWrote b\\udcff.html (")
    assert sorted(os.fsencode(p.name) for p in tmp_path.iterdir()) == [b"a\xff.csv", b"b\xff.html"]
    page = Path(tmp_path, os.fsdecode(b"b\xff.html")).read_text(encoding="utf-8")
    assert "b\\udcff.html" in page


@pytest.mark.parametrize(
    "args",
    ["explain h100 -o x.csv", "report", "graph -o x.dot", f"import eto {ETO} -o new"],
)
def test_a_working_folder_that_was_removed(tmp_path: Path, args: str) -> None:
    data = "" if args.startswith("import") else f"--data {SMALL}"
    shown = process(
        f"mkdir gone && cd gone && rmdir ../gone && supplychain {args} {data}", tmp_path
    )

    assert shown.returncode == 2
    assert "No such file or directory" in shown.stderr
    assert len(shown.stderr.splitlines()) == 2, shown.stderr
    assert "Traceback" not in shown.stderr


def test_a_nul_in_a_name_is_said(tmp_path: Path) -> None:
    assert writing.why_not(tmp_path / "a\x00.csv") is not None
    assert writing.why_no_folder(tmp_path / "a\x00b") is not None


@pytest.mark.parametrize("fails", ["fsync", "replace"])
def test_what_fails_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    out = tmp_path / "x.csv"
    out.write_text("before", encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os if fails == "fsync" else Path, fails, full)
    with pytest.raises(OSError, match="No space left"):
        write_file(out, "after")

    assert out.read_text(encoding="utf-8") == "before"
    assert [p.name for p in tmp_path.iterdir()] == ["x.csv"]


SLOW = """
import os, sys, time
from pathlib import Path
from supplychain.interrupts import catch
from supplychain.cli import writing
if {cli}: catch()
def wait(*_):
    print("here", flush=True)
    time.sleep(60)
os.fsync = wait
Path.rename = wait
if {folder}: writing.write_folder(Path("x"), {{"a/b": "text"}})
else: writing.write_file(Path("x"), "text")
"""


def begun(folder: Path, cli: bool, of_a_folder: bool) -> subprocess.Popen[str]:
    """A process that has written beside its target and goes no further."""
    writer = subprocess.Popen(
        [sys.executable, "-c", SLOW.format(cli=cli, folder=of_a_folder)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == "here\n"
    [beside] = folder.iterdir()
    assert beside.name.startswith(f".supplychain-{writer.pid}-")
    assert len(beside.name) < 40
    return writer


@pytest.mark.parametrize("of_a_folder", [False, True])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_clean_up(tmp_path: Path, number: int, of_a_folder: bool) -> None:
    writer = begun(tmp_path, True, of_a_folder)
    writer.send_signal(number)
    _, said = writer.communicate(timeout=20)

    assert (writer.returncode, said) == (128 + number, "")
    assert list(tmp_path.iterdir()) == []


def test_signals_clean_up_where_the_program_is_a_library(tmp_path: Path) -> None:
    writer = begun(tmp_path, False, False)
    writer.send_signal(signal.SIGTERM)
    writer.communicate(timeout=20)

    assert writer.returncode == -signal.SIGTERM
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("of_a_folder", [False, True])
def test_what_a_killed_process_left_is_taken_away(tmp_path: Path, of_a_folder: bool) -> None:
    writer = begun(tmp_path, True, of_a_folder)
    write_file(tmp_path / "meanwhile", "")
    assert len(list(tmp_path.iterdir())) == 2  # it is still being written

    writer.kill()
    writer.communicate(timeout=20)
    write_file(tmp_path / "y", "text")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["meanwhile", "y"]


def test_what_only_looks_like_ours_is_left_alone(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    strange = [
        ".supplychain.tmp",
        ".x.csv.abcdefgh",
        f".supplychain-{gone.pid}-xyz.tmp",
        f".supplychain-{gone.pid}-0123abcd.tmp.bak",
        f".supplychain-{'9' * 40}-0123abcd.tmp",
    ]
    for name in strange:
        (tmp_path / name).write_text("mine", encoding="utf-8")
    precious = tmp_path / "precious"
    precious.write_text("mine", encoding="utf-8")
    (tmp_path / f".supplychain-{gone.pid}-00000000.tmp").symlink_to(precious)
    os.mkfifo(tmp_path / f".supplychain-{gone.pid}-00000001.tmp")
    write_file(tmp_path / "y", "text")

    assert {p.name for p in tmp_path.iterdir()} >= {*strange, "precious", "y"}
    assert precious.read_text(encoding="utf-8") == "mine"


def test_a_folder_is_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to("new")
    write_folder(tmp_path / "link", {"a/b.txt": "text", "c.txt": "text"})

    assert (tmp_path / "link").is_symlink()
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert sorted(p.name for p in (tmp_path / "new").rglob("*.txt")) == ["b.txt", "c.txt"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link", "new"]
