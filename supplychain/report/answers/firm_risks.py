"""The answers of ``firms``: removals joined to the graph, systemic risk, stress tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from supplychain.firms.attached import Attached
from supplychain.firms.singles import SinglePoints
from supplychain.firms.stress import StressTest
from supplychain.firms.systemic import SystemicRisk
from supplychain.model import Network
from supplychain.model.quarters import Quarter
from supplychain.report.answers.firms import single_points_document
from supplychain.report.tables import Column, Columns, Document, Table, table

ESRI: Columns[Any] = (Column("firm", "Firm"), Column("esri", "ESRI", "share"))
STRESS: Columns[Any] = (
    Column("site", "Site"),
    Column("recovery", "Time to recover", "number"),
    Column("survival", "Time to survive", "number"),
    Column("lost_margin", "Margin lost", "units"),
    Column("exposure", "Of the largest", "share", priority=2),
    Column("exposed", "Exposed", priority=1),
)
DASH = float("inf")
"""A time that is endless, shown as a dash."""


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
    sure: Columns[tuple[str, str]] = (
        Column("firm", "Firm", of=lambda pair: pair[0]),
        Column("id", "Organization", of=lambda pair: pair[1]),
        Column("name", "Name", priority=1, of=lambda pair: network.organizations[pair[1]].name),
        Column("followed", "What it needs counts", of=lambda pair: pair[0] in attached.followed),
    )
    doubtful: Columns[tuple[str, tuple[str, ...]]] = (
        Column("firm", "Firm", of=lambda pair: pair[0]),
        Column("candidates", "May be", of=lambda pair: ", ".join(pair[1])),
    )
    said = [
        "Joined by id, name or alias. Where the good is known too, the plants that make it serve "
        "the customer, any one of them, and all they need counts; else only the firm itself does."
    ]
    if attached.doubtful:
        said.append(
            "Doubtful firms are not joined: write the id or the name of the organization in the "
            "table where one is meant."
        )
    firms, unsure = sorted(attached.firms.items()), sorted(attached.doubtful.items())
    return (
        table("attached", sure, firms, "Firms of the graph", "none was found by name"),
        table("doubtful", doubtful, unsure, "Doubtful", "none"),
        *said,
    )


def systemic_document(
    found: SystemicRisk, name: str, replaceable: bool, upstream: bool, top: int | None
) -> Document:
    """Every firm by its economic systemic risk index, the riskiest first."""
    rows = found.to_frame().astype({"firm": str}).astype(object).to_dict("records")
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
            table("firms", ESRI, rows, "Systemic risk", "none", most=top, numbered=True),
            "ESRI: share of all sales lost when the firm stops for good (Diem et al. 2022).",
        ),
        flat=table("flat", ESRI, rows),
    )


def stress_document(found: StressTest, name: str, top: int | None) -> Document:
    """Every site out for its time to recover, the costliest first."""
    frame = found.to_frame().astype(object)
    rows = frame.where(frame != DASH, None).to_dict("records")
    exposed = sum(bool(row["exposed"]) for row in rows)
    return Document(
        schema="supplychain/firms-stress/1",
        meta={"file": name, "sites": len(rows), "exposed": exposed},
        head=(("Stress test", f"every site of {name} out on its own, as it costs least"),),
        parts=(
            table("sites", STRESS, rows, "Outages", "none", most=top),
            f"{exposed} of {len(rows)} sites are exposed: they take longer to recover than the "
            "network survives without them. A dash: no demand is ever lost.",
        ),
        flat=table("flat", STRESS, rows),
    )
