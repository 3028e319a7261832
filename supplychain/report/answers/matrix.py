"""Country by stage, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from supplychain.model import STAGES, Network
from supplychain.model.quarters import Quarter
from supplychain.report.tables import Column, Document, Table, show
from supplychain.risk.matrix import Need


def matrix_document(
    network: Network,
    needed: Mapping[tuple[str, str], Need],
    products: Sequence[str],
    at: Quarter,
    weighted: bool,
) -> Document:
    """What is lost with a country's plants of one stage; nearly lost after a tilde."""
    countries, stages = _axes(needed)
    columns = (
        Column("country", "Country", least=7),
        *(Column(stage, stage.capitalize(), least=4) for stage in stages),
    )
    rows = [(c, *(_cell(needed.get((c, stage))) for stage in stages)) for c in countries]
    flat = (
        Column("country", "Country"),
        Column("stage", "Stage"),
        Column("exact", "Lost", "share"),
        Column("near", "Lost or nearly lost", "share"),
    )
    stake = "H100 equivalents of booked packaging" if weighted else "products, all alike"
    return Document(
        schema="supplychain/country-stage/1",
        meta={"data": network.digest, "at": str(at), "products": list(products)},
        head=(
            ("Chokepoints", f"country by stage as of {at}"),
            ("Cells", f"share of {stake} lost with the plants of that country in that stage"),
        ),
        parts=(
            Table("matrix", "", columns, tuple(rows), "No country is needed alone."),
            "~ nearly: the others could cover less than a quarter. Own designs are not counted.",
        ),
        flat=Table(
            "flat", "", flat, tuple((c, s, n.exact, n.near) for (c, s), n in needed.items())
        ),
    )


def exact_table(needed: Mapping[tuple[str, str], Need]) -> Table:
    """What is lost, as numbers; unknown where nothing is lost or nearly lost."""
    countries, stages = _axes(needed)
    columns = (
        Column("country", "Country"),
        *(Column(stage, stage.capitalize(), "share") for stage in stages),
    )
    rows = tuple(
        (c, *(need.exact if (need := needed.get((c, stage))) else None for stage in stages))
        for c in countries
    )
    return Table("matrix", "", columns, rows, "No country is needed alone.")


def near_marks(needed: Mapping[tuple[str, str], Need], table: Table) -> dict[tuple[int, str], str]:
    """Row and stage of :func:`exact_table` to what is nearly lost there too, as ``~100%``."""
    marks = {}
    for number, row in enumerate(table.rows):
        for column in table.columns[1:]:
            need = needed.get((str(row[0]), column.key))
            if need is not None and "~" in (text := _cell(need)):
                marks[number, column.key] = text[text.index("~") :]
    return marks


def _axes(needed: Mapping[tuple[str, str], Need]) -> tuple[list[str], list[str]]:
    """Countries, those with most at stake first, and stages in the chain's order."""
    stages = [s for s in STAGES if any(stage == s for _, stage in needed)]
    countries = sorted({country for country, _ in needed}, key=lambda c: (-_weight(needed, c), c))
    return countries, stages


def _cell(need: Need | None) -> str:
    if need is None:
        return "·"
    exact, near = show(need.exact, "share"), show(need.near, "share")
    if need.exact == 0:
        return f"~{near}"
    return exact if exact == near else f"{exact} ~{near}"


def _weight(needed: Mapping[tuple[str, str], Need], country: str) -> float:
    return sum(n.exact + n.near for (c, _), n in needed.items() if c == country)
