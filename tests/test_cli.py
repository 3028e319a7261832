"""The command line as a process: help, exit codes, streams, bad input."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from supplychain.cli import COMMANDS

ROOT = Path(__file__).parent.parent


def run(*args: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "supplychain", *args],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env={**os.environ, "COLUMNS": "100", **environment},
        check=False,
    )


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself(command: str) -> None:
    shown = run(command, "--help")

    assert shown.returncode == 0
    assert shown.stdout.startswith(f"Usage: supplychain {command}")
    assert shown.stderr == ""


def test_help_imports_nothing_heavy() -> None:
    heavy = "pandas numpy networkx pyvis yaml highspy rich jinja2".split()  # noqa: SIM905
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
        (["simulate", "--hbm-cut", "20"], "Error: --hbm-cut: '20' is ambiguous; write 20% or 0.2"),
        (
            ["simulate", "--cut", "hbm=-20%"],
            "Error: --cut: '-20%' is negative; a cut is a reduction already, write 20%",
        ),
        (
            ["simulate", "--cut", "cowoss=20%"],
            "Error: nothing in the data has the name 'cowoss'; did you mean 'cowos'?",
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
            "Error: no commodity is called 'h1000'; did you mean 'h100'?",
        ),
        (
            ["explain", "amsl"],
            "Error: nothing in the data has the name 'amsl'; did you mean 'ASML'?",
        ),
        (["graph", "--out", "graph.png"], "the ending must be one of .html, .svg, .graphml"),
        (["simulate", "--out", "tests"], "Error: --out tests is a folder; name a file in it"),
        (
            ["simulate", "--out", "no/such/x.csv"],
            "Error: cannot write no/such/x.csv: No such file or directory",
        ),
    ],
)  # fmt: skip
def test_wrong_usage_ends_in_two_with_the_cure(args: list[str], said: str) -> None:
    shown = run(*args)

    assert shown.returncode == 2
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

    assert shown.returncode == 1
    assert "add at least one file to" in shown.stdout + shown.stderr
    assert "Traceback" not in shown.stderr


def test_the_ending_of_out_decides_the_format(tmp_path: Path) -> None:
    for name in ("x.csv", "x.json", "x.md"):
        shown = run(
            "chokepoints", "--product", "h100", "--at", "2023Q2", "--out", name, cwd=tmp_path
        )
        assert (shown.returncode, shown.stdout) == (0, "")
        assert shown.stderr == f"Wrote {name}\n"
    rows = list(csv.DictReader(io.StringIO((tmp_path / "x.csv").read_text(encoding="utf-8"))))
    content = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))

    assert {row["id"] for row in rows} >= {"tsmc", "asml", "sk-hynix", "TW"}
    assert content["schema"] == "supplychain/chokepoints/1"
    assert (tmp_path / "x.md").read_text(encoding="utf-8").startswith("- **Chokepoints**")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.csv", "x.json", "x.md"]


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
        ["chokepoints", "--top", "5"],
        ["explain", "h100"],
        ["compare", "baseline", "h20-ban"],
    ):
        shown = run(*args, COLUMNS=str(columns))
        assert shown.returncode == 0
        assert max(map(len, shown.stdout.splitlines())) <= columns, args
        assert "\x1b" not in shown.stdout


def test_plain_characters_where_the_encoding_has_no_others() -> None:
    shown = run("simulate", "--hbm-cut", "20%", "--to", "2023Q2", PYTHONIOENCODING="ascii")

    assert shown.returncode == 0
    assert "hbm -20%" in shown.stdout


def test_a_reader_that_leaves_early_is_no_error() -> None:
    command = f"{sys.executable} -m supplychain explain tsmc -f csv | head -1"
    shown = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, check=True, cwd=ROOT
    )

    assert shown.stdout.startswith("figure,value")
    assert shown.stderr == ""


def test_the_same_question_gives_the_same_bytes() -> None:
    args = ["simulate", "--hbm-cut", "20%", "--to", "2024Q4", "-f", "json"]

    assert run(*args).stdout == run(*args, PYTHONHASHSEED="7").stdout


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

    assert shown.returncode == 0
    assert all(fact in shown.stdout for fact in facts)


def test_explain_ends_with_the_sources_and_their_addresses() -> None:
    shown = run("explain", "h100").stdout

    assert "Sources\n" in shown
    assert "https://" in shown[shown.index("Sources\n") :]


def test_the_checkout_runs_without_being_installed() -> None:
    shown = subprocess.run(
        [sys.executable, "cli.py", "--version"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )

    assert shown.stdout.startswith("supplychain, version ")
