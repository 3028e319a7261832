"""The answers of ``firms``: removals joined to the graph, systemic risk, stress tests."""

from __future__ import annotations

from dataclasses import replace

from supplychain.firms.attached import Attached
from supplychain.firms.singles import SinglePoints
from supplychain.firms.stress import StressTest
from supplychain.firms.systemic import SystemicRisk
from supplychain.model import Network
from supplychain.model.quarters import Quarter
from supplychain.report.answers.firms import single_points_document
from supplychain.report.tables import Cell, Column, Document, Table

ATTACHED = (
    Column("firm", "Firm"),
    Column("id", "Organization"),
    Column("name", "Name", priority=1),
    Column("followed", "What it needs counts", priority=2),
)
DOUBTFUL = (Column("firm", "Firm"), Column("candidates", "May be"))
ESRI = (
    Column("rank", "#", "number", priority=1),
    Column("firm", "Firm"),
    Column("esri", "ESRI", "share"),
)
STRESS = (
    Column("site", "Site"),
    Column("recovery", "Time to recover", "number"),
    Column("survival", "Time to survive", "number"),
    Column("lost_margin", "Margin lost", "units"),
    Column("exposure", "Of the largest", "share", priority=2),
    Column("exposed", "Exposed", priority=1),
)


def removals_document(
    found: SinglePoints,
    name: str,
    asked: bool,
    top: int | None,
    every: bool = True,
    attached: Attached | None = None,
    network: Network | None = None,
    at: Quarter | None = None,
) -> Document:
    """Every firm removed on its own; with the graph, who is who in it.

    Args:
        found: What falls.
        name: Of the table.
        asked: Whether products were named.
        top: Rows shown; all if ``None``.
        every: Whether the flat table holds every row, not only those shown.
        attached: How the table was joined to the graph; ``None``: not at all.
        network: The graph.
        at: Its quarter.
    """
    document = single_points_document(found, name, asked, top, every)
    document = replace(document, schema="supplychain/firms-removals/1")
    if attached is None or network is None:
        return document
    parts = (*document.parts, *_who_is_who(attached, network))
    head = (*document.head, ("Graph", f"{network.digest[:8]} as of {at}, joined to the table"))
    meta = {**document.meta, "data": network.digest, "at": str(at), "attached": len(attached.firms)}
    return replace(document, parts=parts, head=head, meta=meta)


def _who_is_who(attached: Attached, network: Network) -> tuple[Table | str, ...]:
    """The firms that were joined, those that may be one of the graph, and what that means."""
    rows: list[tuple[Cell, ...]] = [
        (firm, id_, network.organizations[id_].name, firm in attached.followed)
        for firm, id_ in sorted(attached.firms.items())
    ]
    doubtful = [(firm, ", ".join(ids)) for firm, ids in sorted(attached.doubtful.items())]
    said = [
        "Joined by id, name or alias. Where the good is known too, the plants that make it serve "
        "the customer, any one of them, and all they need counts; else only the firm itself does."
    ]
    if doubtful:
        said.append(
            "Doubtful firms are not joined: write the id or the name of the organization in the "
            "table where one is meant."
        )
    return (
        Table("attached", "Firms of the graph", ATTACHED, tuple(rows), "none was found by name"),
        Table("doubtful", "Doubtful", DOUBTFUL, tuple(doubtful), "none"),
        *said,
    )


def systemic_document(
    found: SystemicRisk, name: str, replaceable: bool, upstream: bool, top: int | None
) -> Document:
    """Every firm by its economic systemic risk index, the riskiest first."""
    frame = found.to_frame()
    rows = [
        (i, str(firm), float(esri))
        for i, (firm, esri) in enumerate(zip(frame["firm"], frame["esri"], strict=True), 1)
    ]
    title = "Systemic risk"
    if top is not None and len(rows) > top:
        title += f" ({top:,} of {len(rows):,}; --top sets how many)"
    rules = (
        "suppliers replaced by market share" if replaceable else "no supplier replaced",
        "lost demand counts" if upstream else "lost demand does not count",
    )
    return Document(
        schema="supplychain/firms-esri/1",
        meta={"file": name, "firms": len(rows), "replaceable": replaceable, "upstream": upstream},
        head=(
            ("ESRI", f"every firm of {name} removed on its own"),
            ("Rules", "; ".join(rules)),
        ),
        parts=(
            Table("firms", title, ESRI, tuple(rows[:top]), "none"),
            "ESRI: share of all sales lost when the firm stops for good (Diem et al. 2022).",
        ),
        flat=Table("flat", "", ESRI[1:], tuple(row[1:] for row in rows)),
    )


def stress_document(found: StressTest, name: str, top: int | None) -> Document:
    """Every site out for its time to recover, the costliest first."""
    frame = found.to_frame()
    keys = [column.key for column in STRESS]
    rows = [
        tuple(None if value == float("inf") else value for value in row)
        for row in frame[keys].astype(object).itertuples(index=False, name=None)
    ]
    exposed = int(frame["exposed"].sum())
    title = "Outages"
    if top is not None and len(rows) > top:
        title += f" ({top:,} of {len(rows):,}; --top sets how many)"
    return Document(
        schema="supplychain/firms-stress/1",
        meta={"file": name, "sites": len(rows), "exposed": exposed},
        head=(("Stress test", f"every site of {name} out on its own, as it costs least"),),
        parts=(
            Table("sites", title, STRESS, tuple(rows[:top]), "none"),
            f"{exposed} of {len(rows)} sites are exposed: they take longer to recover than the "
            "network survives without them. A dash: no demand is ever lost.",
        ),
        flat=Table("flat", "", STRESS, tuple(rows)),
    )
