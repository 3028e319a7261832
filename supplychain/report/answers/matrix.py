"""Country by stage, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from supplychain.model import STAGES, Network
from supplychain.model.quarters import Quarter
from supplychain.report.tables import Column, Columns, Document, Table, show, table
from supplychain.risk.matrix import Need

NONE = "No country is needed alone."


def matrix_document(
    network: Network,
    needed: Mapping[tuple[str, str], Need],
    products: Sequence[str],
    at: Quarter,
    weighted: bool,
) -> Document:
    """What is lost with a country's plants of one stage; nearly lost after a tilde."""
    countries, stages = _axes(needed)

    def stage_column(stage: str) -> Column[str]:
        return Column(
            stage, stage.capitalize(), least=4, of=lambda c: _cell(needed.get((c, stage)))
        )

    columns: Columns[str] = (
        Column("country", "Country", least=7, of=str),
        *map(stage_column, stages),
    )
    flat: Columns[tuple[tuple[str, str], Need]] = (
        Column("country", "Country", of=lambda row: row[0][0]),
        Column("stage", "Stage", of=lambda row: row[0][1]),
        Column("exact", "Lost", "share", of=lambda row: row[1].exact),
        Column("near", "Lost or nearly lost", "share", of=lambda row: row[1].near),
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
            table("matrix", columns, countries, empty=NONE),
            "~ nearly: the others could cover less than a quarter. Own designs are not counted.",
        ),
        flat=table("flat", flat, needed.items()),
    )


def exact_table(needed: Mapping[tuple[str, str], Need]) -> Table:
    """What is lost by country, as numbers; unknown where nothing is lost or nearly lost."""
    countries, stages = _axes(needed)

    def exact(stage: str) -> Column[str]:
        def cell(country: str) -> float | None:
            need = needed.get((country, stage))
            return None if need is None else need.exact

        return Column(stage, stage.capitalize(), "share", of=cell)

    columns: Columns[str] = (Column("country", "Country", of=str), *map(exact, stages))
    return table("matrix", columns, countries, empty=NONE, by=str)


def near_marks(needed: Mapping[tuple[str, str], Need]) -> dict[tuple[str, str], str]:
    """Country and stage to what is nearly lost there too, as ``~100%``."""
    texts = {place: _cell(need) for place, need in needed.items()}
    return {place: text[text.index("~") :] for place, text in texts.items() if "~" in text}


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
