"""The command line as a process: help, exit codes, streams, bad input."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from supplychain import loader
from supplychain.cli import COMMANDS, _group, progress
from tests import ROOT


@pytest.fixture(autouse=True, scope="module")
def read_once() -> Iterator[None]:
    """The data is read once for all commands that run in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loader, "load", cache(loader.load))
        yield


def run(*args: str, **environment: str) -> Result:
    """The command in this process, as wide as the environment says."""
    surroundings = {"COLUMNS": "100", "FORCE_COLOR": None, "NO_COLOR": None, **environment}
    return CliRunner().invoke(_group, args, prog_name="supplychain", env=surroundings)


def process(*args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "supplychain", *args],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "100", **environment},
        check=False,
    )


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself(command: str) -> None:
    shown = run(command, "--help")

    assert shown.exit_code == 0
    assert shown.stdout.startswith(f"Usage: supplychain {command}")
    assert shown.stderr == ""


def test_help_imports_nothing_heavy() -> None:
    heavy = "pandas numpy networkx pyvis yaml highspy rich jinja2 altair vl_convert".split()  # noqa: SIM905
    code = (
        "import sys, supplychain.cli\n"
        "try: supplychain.cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        f"print([m for m in {heavy!r} if m in sys.modules])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout

    assert shown.splitlines()[-1] == "[]"
    assert all(f"  {command} " in shown for command in COMMANDS)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["simulat"], "Error: No such command 'simulat'. Did you mean 'simulate'?"),
        (["zzz"], "Error: No such command 'zzz'."),
        (["simulate", "--colour"], "Error: No such option"),
        (["simulate", "--policy", "max_mim"], "no allocation rule is called 'max_mim'; did you"),
        (["chokepoints", "--top", "0"], "'0' is not a whole number from 1 to 1,000,000"),
        (["chokepoints", "--at", "soon"], "'soon' is not a quarter"),
        (["explain", "h100@2024Q9"], "Error: '2024Q9' is not a quarter"),
        (["explain"], "Error: Missing argument 'NODE[@Q]'."),
        (["compare", "baseline", "h20-bans"], "is called 'h20-bans'; did you mean 'h20-ban'?"),
        (["simulate", "--hbm-cut", "120%"],
         "Error: --hbm-cut: '120%' is outside what it can be: a share from 0% to 100%"),
        (["simulate", "--cut", "org:asml=10%@2025Q3:2024Q1"],
         "Error: --cut: 'org:asml=10%@2025Q3:2024Q1': 2024Q1 is before 2025Q3"),
        (["simulate", "--from", "2025Q1", "--to", "2024Q1"],
         "Error: the window ends in 2024Q1, before it begins in 2025Q1"),
        (["simulate", "--hbm-cut", "20"], "Error: --hbm-cut: '20' is ambiguous; write 20% or 0.2"),
        (
            ["simulate", "--cut", "hbm=-20%"],
            "Error: --cut: '-20%' is negative; write 20%",
        ),
        (
            ["simulate", "--cut", "cowoz=20%"],
            "Error: nothing in the data has the name 'cowoz'; did you mean 'cowos'?",
        ),
        (
            ["simulate", "--from", "2025Q5"],
            "'2025Q5' is not a quarter; write a year and Q1 to Q4, like 2024Q1",
        ),
        (["simulate", "--from", "2010Q1"], "2010Q1 is outside"),
        (
            ["simulate", "--scenario", "hbm-cut-2"],
            "Error: no scenario is called 'hbm-cut-2'; did you mean 'hbm-cut-20'?",
        ),
        (
            ["simulate", "--assume", "tsmc.cowos"],
            "'tsmc.cowos' is not FIGURE=VALUE, like tsmc.cowos.2024Q4=40_000",
        ),
        (
            ["chokepoints", "--product", "h1000"],
            "Error: no commodity or group is called 'h1000'; did you mean 'h100'?",
        ),
        (
            ["explain", "amsl"],
            "Error: nothing in the data has the name 'amsl'; did you mean 'asml'?",
        ),
        (["graph", "--out", "graph.png"], "the ending must be one of .html, .svg, .graphml"),
        (
            ["explain", "h100", "--out", "tests"],
            "Error: --out tests is a folder; name a file in it",
        ),
        (
            ["explain", "h100", "--out", "cli.py/x.csv"],
            "Error: cannot write cli.py/x.csv: Not a directory",
        ),
        (
            ["explain", "h100", "--out", "no/such/x.csv"],
            "Error: cannot write no/such/x.csv: No such file or directory",
        ),
    ],
)  # fmt: skip
def test_wrong_usage_ends_in_two_with_the_cure(
    args: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    shown = run(*args)

    assert shown.exit_code == 2
    assert said in shown.stderr.replace("\n", " ")
    assert shown.stdout == ""
    assert "Traceback" not in shown.stderr


def test_two_mistakes_are_reported_together() -> None:
    shown = run("simulate", "--hbm-cut", "20", "--cut", "x")

    assert "--hbm-cut: '20'" in shown.stderr
    assert "--cut: 'x' is not a cut" in shown.stderr


@pytest.mark.parametrize("command", [["simulate"], ["chokepoints"], ["validate"]])
def test_bad_data_ends_in_one_with_place_and_cure(tmp_path: Path, command: list[str]) -> None:
    args = [str(tmp_path)] if command == ["validate"] else ["--data", str(tmp_path)]
    shown = run(*command, *args)

    assert shown.exit_code == 1
    assert "add at least one file to" in shown.stdout + shown.stderr
    assert "Traceback" not in shown.stderr


def test_the_ending_of_out_decides_the_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("x.csv", "x.json", "x.md", "x.txt"):
        shown = run(
            "chokepoints", "--product", "h100", "--at", "2023Q2", "--no-score", "--out", name
        )
        assert (shown.exit_code, shown.stdout) == (0, "")
        assert shown.stderr == f"Wrote {name}\n"
    content = {p.name: p.read_text(encoding="utf-8") for p in sorted(tmp_path.iterdir())}
    rows = list(csv.DictReader(io.StringIO(content["x.csv"])))

    assert list(content) == ["x.csv", "x.json", "x.md", "x.txt"]
    assert {row["id"] for row in rows} >= {"tsmc", "asml", "sk-hynix", "TW"}
    assert json.loads(content["x.json"])["schema"] == "supplychain/chokepoints/1"
    assert content["x.md"].startswith("- **Chokepoints**")
    assert content["x.txt"].startswith("Chokepoints  as of 2023Q2")


def test_a_format_asked_for_beats_the_ending(tmp_path: Path) -> None:
    out = tmp_path / "x.csv"
    shown = run("explain", "h100", "--out", str(out), "--format", "json", "--quiet")

    assert (shown.exit_code, shown.stdout, shown.stderr) == (0, "", "")
    assert json.loads(out.read_text(encoding="utf-8"))["schema"] == "supplychain/explain/1"


def test_a_file_that_is_there_is_replaced_and_kept_when_writing_fails(tmp_path: Path) -> None:
    out = tmp_path / "x.md"
    out.write_text("before", encoding="utf-8")
    assert run("explain", "h1000", "--out", str(out)).exit_code == 2
    assert out.read_text(encoding="utf-8") == "before"

    assert run("explain", "h100", "--out", str(out)).exit_code == 0
    assert out.read_text(encoding="utf-8").startswith("- **Accelerator**")
    assert [p.name for p in tmp_path.iterdir()] == ["x.md"]


READERS: dict[str, Callable[[str], object]] = {
    "json": json.loads,
    "csv": lambda text: [*csv.DictReader(io.StringIO(text), strict=True)],
    "md": lambda text: "|---" in text,
    "table": str.splitlines,
}


@pytest.mark.parametrize("form", sorted(READERS))
@pytest.mark.parametrize(
    "args",
    [
        ["chokepoints", "--product", "h100", "--at", "2023Q2", "--no-score"],
        ["explain", "tsmc"],
        ["compare", "baseline", "h20-ban", "--from", "2025Q1", "--to", "2025Q3"],
        ["data", "coverage"],
    ],
    ids=lambda args: args[0],
)
def test_the_output_holds_the_answer_and_nothing_else(args: list[str], form: str) -> None:
    shown = run(*args, "--format", form, FORCE_COLOR="1" if form != "table" else "")

    assert (shown.exit_code, shown.stderr) == (0, "")
    assert READERS[form](shown.stdout)
    assert "\x1b" not in shown.stdout


@pytest.mark.parametrize(
    ("args", "environment", "colours"),
    [
        ([], {}, False),
        ([], {"FORCE_COLOR": "1", "TERM": "xterm"}, True),
        ([], {"FORCE_COLOR": "1", "TERM": "xterm", "NO_COLOR": "1"}, False),
        ([], {"FORCE_COLOR": "1", "TERM": "dumb"}, False),
        (["--no-color"], {"FORCE_COLOR": "1", "TERM": "xterm"}, False),
    ],
)
def test_colours_are_shown_where_they_are_wanted(
    args: list[str], environment: dict[str, str], colours: bool
) -> None:
    assert ("\x1b" in run("explain", "cymer", *args, **environment).stdout) == colours


@pytest.mark.parametrize("form", ["csv", "json"])
def test_machine_formats_are_clean(form: str) -> None:
    shown = run("simulate", "--from", "2024Q1", "--to", "2024Q2", "-f", form)

    assert shown.stderr == ""
    if form == "json":
        assert json.loads(shown.stdout)["schema"] == "supplychain/simulate/1"
    else:
        assert {r["measure"] for r in csv.DictReader(io.StringIO(shown.stdout))} == {
            "shipped",
            "utilization",
            "delivered",
        }


@pytest.mark.parametrize("columns", [60, 100])
def test_terminal_output_keeps_to_its_width_without_colours_in_a_pipe(columns: int) -> None:
    for args in (
        ["chokepoints", "--top", "5", "--no-score"],
        ["explain", "h100"],
        ["compare", "baseline", "h20-ban"],
    ):
        shown = run(*args, COLUMNS=str(columns))
        assert shown.exit_code == 0
        assert max(map(len, shown.stdout.splitlines())) <= columns, args
        assert "\x1b" not in shown.stdout


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    ],
)
def test_plain_characters_where_the_encoding_has_no_others(environment: dict[str, str]) -> None:
    shown = process("simulate", "--hbm-cut", "20%", "--to", "2023Q1", **environment)

    assert shown.returncode == 0
    assert shown.stdout.isascii()
    assert "hbm -20%" in shown.stdout
    assert shown.stderr == ""


@pytest.mark.parametrize(
    ("args", "first"),
    [
        ("data sources -f csv", "source,"),  # more than a pipe holds
        ("explain tsmc -f csv", "figure,value"),
        ("simulate --to 2023Q2", "Scenario  baseline"),
    ],
)
def test_a_reader_that_leaves_early_is_no_error(args: str, first: str) -> None:
    command = f"set -o pipefail; {sys.executable} -m supplychain {args} | head -1"
    shown = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, check=True, cwd=ROOT
    )

    assert shown.stdout.startswith(first)
    assert shown.stderr == ""


def test_the_same_question_gives_the_same_bytes() -> None:
    args = ["simulate", "--hbm-cut", "20%", "--to", "2023Q4", "-f", "json"]
    texts = [process(*args, PYTHONHASHSEED=seed).stdout for seed in ("1", "7")]

    assert texts[0] == texts[1] != ""


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("h100", ["NVIDIA H100 / H800 (h100)", "sk-hynix from 2022Q3", "h100.n5-wafer.per_unit"]),
        ("SK hynix", ["headquarters KR", "HBM3 memory stacks"]),
        ("cymer", ["owned by ASML"]),
        ("microsoft", ["hyperscaler", "orders"]),
        ("Groq", ["Groq"]),
        ("EV Group", ["AT"]),
        ("IMS Nanofabrication", ["owned by Intel"]),
        ("Mellanox", ["owned by NVIDIA"]),
    ],
)
def test_explain_knows_names_aliases_and_ids(name: str, facts: list[str]) -> None:
    shown = run("explain", name, COLUMNS="200")

    assert shown.exit_code == 0
    assert all(fact in shown.stdout for fact in facts)


def test_explain_ends_with_the_sources_and_their_addresses() -> None:
    shown = run("explain", "h100").stdout

    assert "Sources\n" in shown
    assert "https://" in shown[shown.index("Sources\n") :]


def test_a_data_folder_that_is_not_there(tmp_path: Path) -> None:
    shown = run("simulate", "--data", str(tmp_path / "none"))

    assert (shown.exit_code, shown.stdout) == (1, "")
    assert f"{tmp_path / 'none'}" in shown.stderr
    assert "Traceback" not in shown.stderr


def test_the_exit_code_of_a_process_is_that_of_the_command() -> None:
    wrong = process("simulate", "--hbm-cut", "20")

    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr == (
        "Error: --hbm-cut: '20' is ambiguous; write 20% or 0.2\n"
        "  help: supplychain simulate --help\n"
    )


def test_the_checkout_runs_without_being_installed() -> None:
    shown = subprocess.run(
        [sys.executable, "cli.py", "--version"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )

    assert shown.stdout.startswith("supplychain, version ")


class Screen(io.StringIO):
    """A terminal in which nobody looks."""

    def isatty(self) -> bool:
        return True


def shown_while(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, quiet: bool = False) -> str:
    """What three steps of work leave on standard error."""
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    with progress.working("Weighing", quiet) as bars:
        for number in progress.counted(bars, "Estimates")([1, 2, 3]):
            time.sleep(0.15)
            assert number in (1, 2, 3)
    return stream.getvalue()


def test_progress_is_shown_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    text = shown_while(monkeypatch, Screen())

    assert "Estimates" in text
    assert "2/3" in text
    assert text.endswith("\x1b[2K")  # the line is wiped at the end


def test_nothing_is_shown_before_anybody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    with progress.working("Weighing"):
        pass

    assert "Weighing" not in screen.getvalue()


@pytest.mark.parametrize(
    ("terminal", "kind", "quiet"),
    [(False, "xterm", False), (True, "dumb", False), (True, "xterm", True)],
)
def test_no_progress_in_pipes_dumb_terminals_or_when_asked_to_be_quiet(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, kind: str, quiet: bool
) -> None:
    monkeypatch.setenv("TERM", kind)
    stream = Screen() if terminal else io.StringIO()

    assert shown_while(monkeypatch, stream, quiet) == ""


def test_ctrl_c_ends_in_130_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(loader, "load", interrupted)
    shown = run("chokepoints")

    assert (shown.exit_code, shown.stdout, shown.stderr.strip()) == (130, "", "")


@pytest.mark.parametrize(
    ("shell", "word"),
    [("bash", "complete -o"), ("zsh", "#compdef supplychain"), ("fish", "complete --no-files")],
)
def test_the_completion_script_of_a_shell(shell: str, word: str) -> None:
    shown = run("completion", shell)

    assert shown.exit_code == 0
    assert word in shown.stdout
    assert "_SUPPLYCHAIN_COMPLETE" in shown.stdout


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("supplychain sim", ["simulate"]),
        ("supplychain simulate --sc", ["--scenario"]),
        ("supplychain simulate --scenario h20", ["h20-ban"]),
        ("supplychain graph --focus cowos-", ["cowos-l-wafer", "cowos-r-wafer", "cowos-s-wafer"]),
        ("supplychain explain sk-hy", ["sk-hynix"]),
        ("supplychain chokepoints --product hopp", ["hopper"]),
        ("supplychain compare baseline hbm-", ["hbm-cut-20"]),
    ],
)
def test_the_shell_completes_commands_options_and_names(words: str, found: list[str]) -> None:
    shown = process(
        _SUPPLYCHAIN_COMPLETE="bash_complete",
        COMP_WORDS=words,
        COMP_CWORD=str(len(words.split()) - 1),
    )

    assert [line.partition(",")[2] for line in shown.stdout.splitlines()] == found
    assert shown.stderr == ""


def test_nothing_is_completed_from_data_with_errors(tmp_path: Path) -> None:
    shown = process(
        _SUPPLYCHAIN_COMPLETE="bash_complete",
        COMP_WORDS=f"supplychain explain --data {tmp_path} sk",
        COMP_CWORD="4",
    )

    assert (shown.stdout.strip(), shown.stderr) == ("", "")
