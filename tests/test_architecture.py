"""Imports point down: from the command line and the pages to the values, never back."""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import pytest

from tests import ROOT

FLOORS = (
    "errors escapes interrupts",
    "model",
    "cache scenarios",
    "loader",
    "importing risk",
    "firms",
    "production",
    "allocation",
    "compute",
    "simulation",
    "analyses",
    "report.tables report.colours report.ties report.words",
    "report.graph",
    "report.charts",
    "report.answers",
    "report.page",
    "questions",
    "notebook",
    "cli",
)
"""Rooms, the lowest first; rooms on one floor do not import each other."""

RANK = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms.split()}
PACKAGE = ROOT / "supplychain"


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imports(module: str) -> Iterator[str]:
    """Modules of this package that a module imports anywhere, inside functions too."""
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if (target := inner if inner in MODULES else node.module) in MODULES:
                    yield target
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)


def room(module: str) -> str:
    """``report.page`` for ``supplychain.report.page.findings``, ``model`` for its modules."""
    parts = module.split(".")[1:]
    return ".".join(parts[:2] if parts[0] == "report" else parts[:1])


INSIDE = [m for m in MODULES if m not in ("supplychain", "supplychain.__main__")]


@pytest.mark.parametrize("module", [m for m in INSIDE if m != "supplychain.report"])
def test_no_import_points_up(module: str) -> None:
    """The public names (``supplychain/__init__.py``) stand above everything; only they may."""
    here = room(module)
    above = [
        target
        for target in imports(module)
        if target != "supplychain" and room(target) != here and RANK[room(target)] >= RANK[here]
    ]

    assert above == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = nx.DiGraph((m, t) for m in INSIDE for t in imports(m) if t != m)
    packages = {m for m, path in MODULES.items() if path.name == "__init__.py"}
    # A package's __init__ names what its modules hold; that is no circle between rooms.
    graph.remove_nodes_from(packages)

    assert [c for c in nx.strongly_connected_components(graph) if len(c) > 1] == []


def test_the_top_has_few_rooms() -> None:
    rooms = [p for p in PACKAGE.iterdir() if p.name[0] not in "_." and p.suffix in ("", ".py")]

    assert len(rooms) <= 20


LINES = {m: len(path.read_text(encoding="utf-8").splitlines()) for m, path in MODULES.items()}


def test_modules_are_short() -> None:
    assert {m: lines for m, lines in LINES.items() if lines > 500} == {}
    assert statistics.median(LINES.values()) <= 160


def test_few_functions_are_long() -> None:
    """Docstrings count; the few are one step after another, or name many options."""
    long = [
        f"{module}.{node.name}"
        for module, path in MODULES.items()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno + 1 > 50
    ]

    assert len(long) <= 10, long
