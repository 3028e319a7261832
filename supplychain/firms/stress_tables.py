"""The tables of the stress test, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from supplychain.errors import AskError
from supplychain.firms.edge_names import as_texts, read_names

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    Floats: TypeAlias = npt.NDArray[np.float64]


def recovery_times(recovery: float | Mapping[str, float], sites: Sequence[str]) -> Floats:
    """The time to recover of each site, periods.

    Raises:
        AskError: A site has no time, or one that is not above 0.

    Example:
        >>> recovery_times({"mine": 2, "works": 3}, ["mine", "works"]).tolist()
        [2.0, 3.0]
    """
    times = []
    for site in sites:
        time = recovery if isinstance(recovery, int | float) else recovery.get(site)
        if time is None:
            raise AskError(f"recovery: no time is given for site '{site}'")
        if not 0 < time < float("inf"):
            raise AskError(f"recovery of site '{site}' is {time}; a time above 0 is needed")
        times.append(float(time))
    return np.array(times, dtype=np.float64)


def check_tables(
    sites: pd.DataFrame, products: pd.DataFrame, links: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Check that the tables are whole and fit together.

    Returns:
        The tables, with names told apart as :mod:`supplychain.firms.edge_names` says.

    Raises:
        AskError: They do not.
    """
    sites, products, links = (
        _with_numbers(name, table, text, numbers)
        for name, table, text, numbers in (
            ("sites", sites, ("site", "material"), ("stock", "capacity")),
            ("products", products, ("product",), ("margin", "demand", "stock", "capacity")),
            ("links", links, ("supplier", "customer"), ("per_unit",)),
        )
    )
    sites = _named("sites", sites, "site", "material")
    products = _named("products", products, "product")
    links = _named("links", links, "supplier", "customer")
    _check_links(sites, products, links)
    return sites, products, links


def _with_numbers(
    name: str, table: pd.DataFrame, text: Sequence[str], numbers: Sequence[str]
) -> pd.DataFrame:
    """A table with all its columns, those of numbers read.

    Raises:
        AskError: A column is missing, or a number is negative or none.
    """
    import pandas as pd

    for column in (*text, *numbers):
        if column not in table.columns:
            found = ", ".join(map(str, table.columns))
            raise AskError(f"{name}: no column '{column}'; it has: {found}")
    for column in numbers:
        values = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=np.float64)
        bad = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
        if len(bad):
            given = table[column].iloc[bad[0]]
            raise AskError(
                f"{name}, row {bad[0] + 1}: {column} is {given}; a finite number, 0 or more,"
                " is needed"
            )
        table = table.assign(**{column: values})
    return table


def _check_links(sites: pd.DataFrame, products: pd.DataFrame, links: pd.DataFrame) -> None:
    """Every name is one thing, links join what is there, and use equal amounts of a material.

    Raises:
        AskError: They do not.
    """
    import pandas as pd

    made = pd.Index([*sites["site"].astype(str), *products["product"].astype(str)])
    for twice in made[made.duplicated()][:1]:
        raise AskError(f"'{twice}' is there twice among sites and products")
    for side, known in (("supplier", made[: len(sites)]), ("customer", made)):
        for row in np.flatnonzero(~links[side].astype(str).isin(known).to_numpy())[:1]:
            kind = "site" if side == "supplier" else "site or product"
            raise AskError(f"links, row {row + 1}: no {kind} is called '{links[side].iloc[row]}'")
    materials = dict(zip(sites["site"].astype(str), sites["material"], strict=True))
    uses = links.assign(material=links["supplier"].astype(str).map(materials))
    amounts = uses.groupby(["customer", "material"], sort=False)["per_unit"].nunique()
    for customer, material in amounts.index[amounts > 1][:1]:
        raise AskError(
            f"links: {customer} uses different amounts of {material} by supplier; give one"
        )


def _named(label: str, table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The table with each name as the text that stands for it.

    Raises:
        AskError: A name is empty, or of a type that is none.
    """
    texts = {}
    for column in columns:
        names = read_names(table[column], column)
        for bad, message in names.problems:
            raise AskError(f"{label}, row {np.flatnonzero(bad)[0] + 1}: {message}")
        texts[column] = as_texts(names.names)[names.codes] if len(table) else table[column]
    return table.assign(**texts)
