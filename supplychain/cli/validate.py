"""``supplychain validate``: check data without computing anything."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from supplychain.cli.common import echo
from supplychain.escapes import visible_lines

if TYPE_CHECKING:
    from supplychain.loader import Report


@click.command()
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--no-warnings", is_flag=True, help="List problems only.")
@click.pass_context
def validate(context: click.Context, paths: tuple[Path, ...], no_warnings: bool) -> None:
    """Check the data: the built-in one, a data folder, or single files of one.

    A reference can only be checked against all of the data, so for a file or a folder within a
    data folder everything is read, and what concerns that PATH is shown.
    """
    from supplychain.loader import check, data_folder

    faulty = False
    asked: dict[Path, list[Path]] = {}
    for path in paths or (data_folder(),):
        asked.setdefault(_root(path), []).append(path)
    for root, within in asked.items():
        report = check(root)
        wanted = [_relative(path, root) for path in within]
        problems = [p for p in report.problems if _concerns(p.place.file, wanted)]
        warnings = [w for w in report.warnings if _concerns(w.place.file, wanted)]
        for problem in problems:
            echo(f"{visible_lines(str(problem))}\n\n")
        for warning in () if no_warnings else warnings:
            echo(f"{visible_lines(_as_warning(str(warning)))}\n\n")
        echo(f"{visible_lines(_closing(report, len(problems), len(warnings), wanted))}\n")
        faulty |= bool(problems)
    if faulty:
        context.exit(1)


def _root(path: Path) -> Path:
    """The data folder that the path is, or stands in."""
    from supplychain.loader.schema import FOLDERS

    around = path.resolve().parents if path.exists() else ()
    for folder in (path, *around):
        if any((folder / name).is_dir() for name in FOLDERS):
            return folder
    return path


def _relative(path: Path, root: Path) -> str:
    relative = path.resolve().relative_to(root.resolve()).as_posix()
    return "" if relative == "." else relative


def _concerns(file: str, wanted: list[str]) -> bool:
    return any(not path or file == path or file.startswith(path + "/") for path in wanted)


def _as_warning(text: str) -> str:
    where, _, rest = text.partition(": ")
    return f"{where}: warning: {rest}"


def _closing(report: Report, problems: int, warnings: int, wanted: list[str]) -> str:
    from supplychain.loader.problems import count

    parts = ", ".join(count(number, kind) for kind, number in report.counts.items())
    found = f"{count(problems, 'error')}, {count(warnings, 'warning')}"
    line = f"Checked {count(len(report.files), 'file')}: {parts}: {found}."
    elsewhere = len(report.problems) - problems
    if elsewhere and "" not in wanted:
        line += f" Other files have {count(elsewhere, 'error')}."
    return line
