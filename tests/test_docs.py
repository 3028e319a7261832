"""The documents do what they say."""

from __future__ import annotations

import ast
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from supplychain.cli import COMMANDS as COMMANDS_THERE
from supplychain.cli import _group
from tests import ROOT

DATA = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")


def run(*args: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "supplychain", *args],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        check=False,
    )


def test_adding_a_node_works_as_described(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "graph_data", tmp_path / "mine")
    written = re.findall(r"`(mine/\S+\.yaml)`.*?```yaml\n(.*?)```", DATA, flags=re.DOTALL)
    for name, text in written:
        (tmp_path / name).write_text(text, encoding="utf-8")

    assert len(written) == 3
    [commands] = re.findall(r"Check and look:\n\n```\n(.*?)```", DATA, flags=re.DOTALL)
    for line in commands.splitlines():
        shown = run(*line.split()[1:], cwd=tmp_path)
        assert shown.returncode == 0, shown.stdout + shown.stderr
    assert "Example Film" in run("explain", "example-film", "--data", "mine", cwd=tmp_path).stdout


def test_the_coverage_is_up_to_date() -> None:
    [written] = re.findall(r"--format md` -->\n(.*?)<!-- end", DATA, flags=re.DOTALL)
    shown = run("data", "coverage", "--format", "md").stdout

    assert written.strip() == shown.split("### Estimates")[0].strip(), (
        "write the first two tables of `supplychain data coverage --format md` into docs/data.md"
    )


README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^supplychain (?!graph|report)[a-z].*$", README, flags=re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_of_the_readme_run(command: str) -> None:
    words = [w.strip('"') for w in re.findall(r'"[^"]*"|\S+', command.split("#")[0])]
    if "mine" in words:
        words = [str(ROOT / "graph_data") if w == "mine" else w for w in words]
    for part in " ".join(words).split(" && "):
        shown = run(*[w.replace("\0", " ") for w in _split(part)])
        assert shown.returncode == 0, shown.stderr


TERMINAL = (ROOT / "docs" / "terminal.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("line", re.findall(r"^supplychain [^#|\n]*", TERMINAL, flags=re.MULTILINE))
def test_the_commands_about_the_terminal_are_understood(line: str) -> None:
    name, *args = shlex.split(re.sub(r">+.*", "", line))[1:]
    context = click.Context(_group, info_name="supplychain")
    command = _group.get_command(context, name)

    assert command is not None
    if isinstance(command, click.Group):
        context = command.make_context(name, args[:1], parent=context)
        name, command, args = args[0], command.commands[args[0]], args[1:]
    assert command.make_context(name, args, parent=context).args == []


def _split(command: str) -> list[str]:
    return command.replace("SK hynix", "SK\0hynix").split()[1:]


def test_the_python_of_the_readme_runs() -> None:
    [code] = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    exec(compile(code, "README.md", "exec"), {})


def test_no_word_of_a_machine_in_the_documents() -> None:
    for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), ROOT / "CHANGELOG.md"]:
        assert not re.search(r"(?<![\w./])/(home|root|tmp|work)/", path.read_text(encoding="utf-8"))


GUIDE = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
SHOWN = [
    (command, lines)
    for block in re.findall(r"```\n(\$ .*?)```", README + GUIDE, flags=re.DOTALL)
    for command, lines in re.findall(
        r"^\$ supplychain (.*)\n((?:(?!\$).*\n?)*)", block, flags=re.MULTILINE
    )
]


@pytest.mark.parametrize(("command", "lines"), SHOWN)
def test_the_readme_and_the_guide_show_what_the_commands_print(
    command: str, lines: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    shown = run(*command.split())
    assert shown.returncode == 0, shown.stderr
    assert [line for line in lines.splitlines() if line not in shown.stdout.splitlines()] == []


@pytest.mark.parametrize("command", re.findall(r"\| `supplychain (.*?)` \|", GUIDE))
def test_the_questions_of_the_guide_are_answered(command: str) -> None:
    shown = run(*command.split())
    assert shown.returncode == 0, shown.stderr


PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "graph_data/README.md")]
PAGES += sorted((ROOT / "docs").glob("*.md"))
MODULES = ["/" + path.relative_to(ROOT).as_posix()
           for room in ("supplychain", "tests", "docs", "benchmarks")
           for path in (ROOT / room).rglob("*.py")]  # fmt: skip


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_module_that_a_page_names_is_there(page: Path) -> None:
    named = set(re.findall(r"[\w/]+\.py\b", page.read_text(encoding="utf-8")))

    assert [
        name for name in sorted(named) if not any(m.endswith(f"/{name}") for m in MODULES)
    ] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_a_page_names_is_there(page: Path) -> None:
    named = set(re.findall(r"`supplychain ([a-z]+)\b", page.read_text(encoding="utf-8")))

    assert named <= set(COMMANDS_THERE)


def test_every_command_is_told_of() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)

    assert [name for name in COMMANDS_THERE if f"supplychain {name}" not in text] == []


EXAMPLES = ("risk", "firms", "allocation", "production", "analyses")
TAKEN = {"Network", "Production", "Simulation", "Allocation", "Market", "pd.DataFrame"}
WITHOUT = {
    "allocation.measures.unknown_orders", "analyses.controls.output", "analyses.owners.owner_tests",
    "analyses.chokepoints.check_sold", "analyses.owners.published_supply",
    "analyses.removals.exposures",
    "analyses.sensitivity.walked_again", "analyses.tornado.moved", "firms.stress_files.times_of",
    "firms.stress_tables.check_tables", "production.availability.launch_delays",
    "production.mix.mix_shares", "production.quantities.shares_of_inputs",
    "production.reading.chosen_products", "production.reading.holders_of",
    "production.reading.metered_inputs", "production.systems.installed",
    "production.systems.racks", "production.trace.rates", "production.trace.starts",
    "production.trace.trace", "risk.losses.question", "risk.near.near_system",
    "risk.scope.default_quarter", "risk.scope.scope", "risk.structure.entities",
    "risk.trivial.design_supplies", "risk.trivial.trivial_by_role",
}  # fmt: skip
"""Steps on the way, which their callers' examples run; none is to be added."""


def test_functions_that_take_the_data_have_an_example() -> None:
    without = {
        f"{room}.{path.stem}.{node.name}"
        for room in EXAMPLES
        for path in (ROOT / "supplychain" / room).glob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and node.args.args
        if ast.unparse(node.args.args[0].annotation or ast.Constant("")) in TAKEN
        if ">>>" not in (ast.get_docstring(node) or "")
    }

    assert without <= WITHOUT
