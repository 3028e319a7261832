"""The tables of the stress test from a folder: sites.csv, products.csv and links.csv."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from supplychain.errors import AskError
from supplychain.firms.edges import EdgeError
from supplychain.importing.delimited import TableError, ragged, records
from supplychain.model.units import number

if TYPE_CHECKING:
    import pandas as pd

TABLES = ("sites", "products", "links")


def read_stress_tables(
    folder: Path, called: Mapping[str, str] = MappingProxyType({})
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Sites, products and links as :func:`supplychain.firms.stress.stress_test` takes them.

    Args:
        folder: It holds one .csv file for each.
        called: A column to what it is called in the files, where that is something else.

    Raises:
        EdgeError: A file cannot be read, or is no table; the message begins with its path.
    """
    if not folder.is_dir():
        raise EdgeError(
            f"{folder}: no folder; name one with {', '.join(f'{t}.csv' for t in TABLES)}"
        )
    sites, products, links = (_read(folder / f"{name}.csv", called) for name in TABLES)
    return sites, products, links


def _read(path: Path, called: Mapping[str, str]) -> pd.DataFrame:
    import pandas as pd

    try:
        rows = records(path.read_bytes().rstrip())
        _, header = next(rows, (1, []))
        found = []
        for line, fields in rows:
            if why := ragged(fields, header):
                raise TableError(line, f"the row {why[0]}", why[1])
            found.append(fields)
    except OSError as error:
        raise EdgeError(f"{path}: {error.strerror or error}") from error
    except TableError as error:
        place = f"{path}:{error.line}" if error.line else f"{path}"
        raise EdgeError(f"{place}: {error.message}; {error.cure}") from error
    ours = {name.casefold(): column for column, name in called.items()}
    names = [" ".join(name.split()).strip("\ufeff").casefold() for name in header]
    columns = [ours.get(name, name) for name in names]
    if twice := next((c for c in columns if columns.count(c) > 1), None):
        raise EdgeError(f"{path}: several columns are called '{twice}'; keep one of them")
    return pd.DataFrame(found, columns=columns, dtype=object)


def times_of(sites: pd.DataFrame) -> dict[str, float]:
    """Site to its time to recover, as the table of sites says.

    Raises:
        AskError: It does not, or a time is no number.
    """
    if "recovery" not in sites.columns:
        raise AskError("sites: no column 'recovery'; give --recovery for all sites")
    times = {}
    for row, (site, text) in enumerate(zip(sites["site"], sites["recovery"], strict=True), 1):
        try:
            times[" ".join(str(site).split())] = number(str(text))
        except AskError as error:
            raise AskError(f"sites, row {row}: recovery: {error}") from error
    return times
