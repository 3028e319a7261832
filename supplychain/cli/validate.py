"""``supplychain validate``: check data without computing anything."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from supplychain.cli.common import echo
from supplychain.cli.paths import PathName
from supplychain.escapes import visible_lines

if TYPE_CHECKING:
    from supplychain.loader import Problem, Report


@click.command()
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=PathName())
@click.option("--no-warnings", is_flag=True, help="List problems only.")
@click.option("--strict", is_flag=True, help="Exit with 1 where there are warnings, too.")
@click.pass_context
def validate(
    context: click.Context, paths: tuple[Path, ...], no_warnings: bool, strict: bool
) -> None:
    """Check the data: the built-in one, a data folder, or single files of one.

    A reference can only be checked against all of the data, so for a file or a folder within a
    data folder everything is read, and what concerns that PATH is shown.

    A problem is what cannot be; nothing is computed from data that has one. A warning is what could
    be but is probably not meant; it stops nothing.
    """
    from supplychain.loader import check, data_folder
    from supplychain.loader.problems import render

    faulty = False
    asked: dict[Path, list[Path]] = {}
    for path in paths or (data_folder(),):
        asked.setdefault(_root(path), []).append(path)
    for root, within in asked.items():
        report = check(root)
        wanted = [_relative(path, root) for path in within]
        problems = [p for p in report.problems if _concerns(p.place.file, wanted)]
        warnings = [w for w in report.warnings if _concerns(w.place.file, wanted)]
        elsewhere = len(report.problems) - len(problems)
        problems += _not_read(report, within, wanted)
        if problems:
            echo(f"{visible_lines(render(problems))}\n\n")
        if warnings and not no_warnings:
            echo(f"{visible_lines(render(warnings, _as_warning))}\n\n")
        echo(f"{visible_lines(_closing(report, len(problems), len(warnings), elsewhere))}\n")
        faulty |= bool(problems) or (strict and bool(warnings))
    if faulty:
        context.exit(1)


def _root(path: Path) -> Path:
    """The data folder that the path is, or stands in."""
    from supplychain.loader.schema import FOLDERS

    try:
        path.stat()
    except (OSError, ValueError):
        return path
    for folder in (path, *path.absolute().parents):
        if any((folder / name).is_dir() for name in FOLDERS):
            return folder
    return path


def _relative(path: Path, root: Path) -> str:
    relative = path.absolute().relative_to(root.absolute()).as_posix()
    return "" if relative == "." else relative


def _not_read(report: Report, paths: list[Path], wanted: list[str]) -> list[Problem]:
    """What was asked for by name but is no file of the data, so that nothing was checked."""
    from supplychain.loader.problems import Problem
    from supplychain.model import Place

    seen = [*report.files, *(p.place.file for p in report.problems)]
    cure = "data is read from .yaml files in the data's folders; hidden ones are passed over"
    return [
        Problem(Place(name, 0, 0), "not a file of the data", (cure,), path=path.as_posix())
        for path, name in zip(paths, wanted, strict=True)
        if name and report.files and path.is_file() and name not in seen
    ]


def _concerns(file: str, wanted: list[str]) -> bool:
    return any(not path or file == path or file.startswith(path + "/") for path in wanted)


def _as_warning(warning: Problem) -> str:
    where, _, rest = str(warning).partition(": ")
    return f"{where}: warning: {rest}"


def _closing(report: Report, problems: int, warnings: int, elsewhere: int) -> str:
    from supplychain.loader.problems import count

    parts = ", ".join(count(number, kind) for kind, number in report.counts.items())
    found = f"{count(problems, 'error')}, {count(warnings, 'warning')}"
    line = f"Checked {count(len(report.files), 'file')}: {f'{parts}: ' if parts else ''}{found}."
    if elsewhere:
        line += f" Other files have {count(elsewhere, 'error')}."
    return line
