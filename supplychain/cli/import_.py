"""``supplychain import``: other data sets as data folders."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path

import click

from supplychain.cli.common import remark, usage_error
from supplychain.cli.errors import Refused
from supplychain.cli.writing import why_no_folder, write_folder


@click.group("import")
def import_() -> None:
    """Turn a public data set into a data folder, for --data."""


def _read_day(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    try:
        day = datetime.date.fromisoformat(value)
    except ValueError:
        message = f"'{value}' is not a day; write it like 2026-11-22"
        raise click.BadParameter(message, ctx, param) from None
    return day.isoformat()


@import_.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The data folder to make: a new or an empty one.",
)
@click.option(
    "--accessed",
    callback=_read_day,
    metavar="DAY",
    help="When the files were fetched; if absent, the day the newest of them was saved.",
)
@click.option("-q", "--quiet", is_flag=True, help="No remarks on standard error.")
def eto(folder: Path, out: Path, accessed: str | None, quiet: bool) -> None:
    """The semiconductor supply chain of CSET's Emerging Technology Observatory.

    DIR holds its inputs.csv, stages.csv, providers.csv, provision.csv and sequence.csv, as in
    github.com/georgetown-cset/eto-chip-explorer (CC BY-NC 4.0). What its rows leave open is
    said on standard error.

    \b
    supplychain import eto eto-csv --out eto-data
    supplychain chokepoints --data eto-data --product finished-logic-chip --at 2025Q4
    """
    from supplychain.importing.eto import COLUMNS, describe
    from supplychain.importing.eto_files import folder_files
    from supplychain.importing.tables import read_tables
    from supplychain.loader import DataError, load_texts

    if not folder.is_dir():
        raise usage_error(f"{folder} is not a folder")
    if (reason := why_no_folder(out)) is not None:
        raise usage_error(f"--out {reason}")
    found = {name: folder / name for name in COLUMNS if (folder / name).is_file()}
    try:
        tables = read_tables(_contents(found), COLUMNS, folder.as_posix())
        made, remarks = describe(tables, folder.as_posix())
        files = folder_files(made, accessed or _newest(found))
        load_texts({name: text for name, text in files.items() if name.endswith(".yaml")})
    except DataError as error:
        raise Refused(error) from error
    try:
        write_folder(out, files)
    except OSError as error:
        raise usage_error(f"cannot write {out}: {error.strerror or error}") from error
    for text in remarks:
        remark(text, quiet)
    placeholders = sum(name.startswith("organizations/unnamed/") for name in files)
    remark(
        f"Wrote {out}: {len(made.goods)} commodities, {len(made.makers)} organizations, "
        f"{placeholders} placeholders for makers without a name, {len(made.sources)} sources.",
        quiet,
    )


def _contents(found: Mapping[str, Path]) -> dict[str, bytes]:
    try:
        return {name: path.read_bytes() for name, path in found.items()}
    except OSError as error:
        raise usage_error(f"cannot read {error.filename}: {error.strerror}") from error


def _newest(found: Mapping[str, Path]) -> str:
    """The day the newest of the files was saved, in UTC."""
    saved = max(path.stat().st_mtime for path in found.values())
    return datetime.datetime.fromtimestamp(saved, datetime.UTC).date().isoformat()
