"""Cut sets, and probabilities from outage rates, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isinf, prod

from supplychain.analyses.exposure import Exposures
from supplychain.model import Network
from supplychain.report.tables import Cell, Column, Document, Table, show
from supplychain.risk.cutsets import CutSets, importance, probability
from supplychain.risk.joint import JointCut, JointCuts

SCORED = 0.5
"""Points by which a score together must exceed the sum apart to be called more."""


def joint_document(
    network: Network, found: JointCuts, top: int | None, exposed: Exposures | None
) -> Document:
    """Sets that lose a product only together: what is more than apart first, then by cost."""
    columns = (
        Column("rank", "#", "number", priority=1),
        Column("set", "Together", least=24),
        *(() if exposed is None else (Column("score", "Score", "number"),)),
        *(() if exposed is None else (Column("apart", "Sum apart", "number", priority=2),)),
        Column("at_stake", "At stake", "share"),
        Column("stake_apart", "Apart", "share", priority=3),
        Column("only_together", "More than apart", priority=1, least=9),
        Column("count", "Lost", "number", priority=3),
        Column("products", "Products lost only together", least=20, priority=4),
        Column("ids", "Ids", priority=9),
    )
    rows = [(_scored(exposed, row), row) for row in found.rows]
    rows.sort(key=lambda pair: (_more(*pair) == "no", -round(pair[0][0], 9) if pair[0] else 0.0))
    cells: list[tuple[Cell, ...]] = [
        (
            rank,
            " + ".join(row.names),
            *costs,
            row.at_stake,
            row.apart,
            _more(costs, row),
            len(row.products),
            ", ".join(row.products),
            " + ".join(row.ids),
        )
        for rank, (costs, row) in enumerate(rows, 1)
    ]
    title = f"Sets of up to {found.order} that lose a product only together"
    if top is not None and len(cells) > top:
        title += f" ({top} of {len(cells)}; --top sets how many)"
    return Document(
        schema="supplychain/cut-sets/1",
        meta={
            "data": network.digest,
            "at": str(found.at),
            "kind": found.kind,
            "order": found.order,
            "products": dict(found.products),
        },
        head=(
            (
                "Cut sets",
                f"minimal, complete up to {found.order} {_plural(found.kind)}, as of {found.at} "
                f"· {len(found.products)} product{'' if len(found.products) == 1 else 's'}",
            ),
            ("Data", network.digest[:8]),
        ),
        parts=(
            Table("sets", title, columns, tuple(cells[:top]), "none"),
            "At stake: what falls with the set; Apart: its members one by one, added up.",
        ),
        flat=Table("flat", "", columns, tuple(cells)),
        records={"sets": [{"ids": row.ids, "products": row.products} for _, row in rows]},
    )


def rates_document(network: Network, found: CutSets, rates: Mapping[str, float]) -> Document:
    """How probable it is that the product is lost, and whose outage matters for that.

    Whoever has no rate is taken never to fail.

    Raises:
        AskError: No cut set has a probability above zero.
    """
    cuts = [cut for cut in found.sets if all(id_ in rates for id_ in cut)]
    rows = importance(cuts, rates)
    whole = probability(cuts, rates)
    summed = 1 - prod(1 - prod(rates[id_] for id_ in cut) for cut in cuts)
    columns = (
        Column("id", "Entity"),
        Column("rate", "Rate", "share"),
        Column("birnbaum", "Birnbaum", "number"),
        Column("fussell_vesely", "Fussell–Vesely", "share"),
        Column("achievement_worth", "RAW", "number"),
        Column("reduction_worth", "RRW", "number"),
    )
    cells: Sequence[tuple[Cell, ...]] = [
        (
            row.id,
            rates[row.id],
            row.birnbaum,
            row.fussell_vesely,
            row.achievement_worth,
            None if isinf(row.reduction_worth) else row.reduction_worth,
        )
        for row in rows
    ]
    table = Table("importance", "Importance", columns, tuple(cells))
    return Document(
        schema="supplychain/importance/1",
        meta={
            "data": network.digest,
            "at": str(found.at),
            "product": found.product,
            "rates": dict(rates),
            "probability": whole,
            "cuts": [list(cut) for cut in cuts],
        },
        head=(
            ("Product", f"{found.product} as of {found.at}"),
            ("Probability", f"{show(whole, 'share')} that it is lost, independent outages"),
        ),
        parts=(
            table,
            f"Exact for the {len(cuts)} cut sets of up to {found.order} whose members have rates; "
            f"1 − Π(1 − P), which counts shared members several times, would say "
            f"{show(summed, 'share')}. Whoever has no rate is taken never to fail.",
        ),
        flat=table,
    )


def _scored(exposed: Exposures | None, row: JointCut) -> tuple[float, ...]:
    """Score of the set, and the sum of its members' scores."""
    if exposed is None:
        return ()
    by_id = {r.id: r.score for r in exposed.rows}
    return by_id["+".join(row.ids)], sum(by_id[id_] for id_ in row.ids)


def _more(costs: tuple[float, ...], row: JointCut) -> str:
    if row.apart == 0:
        return "only together"
    more = row.super_additive or (len(costs) == 2 and costs[0] > costs[1] + SCORED)
    return "more" if more else "no"


def _plural(kind: str) -> str:
    return "countries" if kind == "country" else "supplies" if kind == "supply" else f"{kind}s"
