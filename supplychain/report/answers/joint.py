"""Cut sets, and probabilities from outage rates, as tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isinf, prod

from supplychain.analyses.exposure import Exposures
from supplychain.model import Network
from supplychain.report.tables import Column, Columns, Document, show, table
from supplychain.risk.cutsets import CutSets, Importance, importance, probability
from supplychain.risk.joint import JointCut, JointCuts

SCORED = 0.5
"""Points by which a score together must exceed the sum apart to be called more."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A cut set; its score and the sum of its members' scores if these were computed."""

    cut: JointCut
    score: float | None = None
    apart: float | None = None

    @property
    def more(self) -> str:
        """Whether more is lost than by its members apart."""
        if self.cut.apart == 0:
            return "only together"
        more = self.cut.super_additive
        if self.score is not None and self.apart is not None:
            more = more or self.score > self.apart + SCORED
        return "more" if more else "no"


COLUMNS: Columns[_Row] = (
    Column("set", "Together", least=24, of=lambda r: " + ".join(r.cut.names)),
    Column("score", "Score", "number"),
    Column("apart", "Sum apart", "number", priority=2),
    Column("at_stake", "At stake", "share", of=lambda r: r.cut.at_stake),
    Column("stake_apart", "Apart", "share", priority=3, of=lambda r: r.cut.apart),
    Column("only_together", "More than apart", priority=1, least=9, of=lambda r: r.more),
    Column("count", "Lost", "number", priority=3, of=lambda r: len(r.cut.products)),
    Column("products", "Products lost only together", least=20, priority=4,
           of=lambda r: ", ".join(r.cut.products)),
    Column("ids", "Ids", priority=9, of=lambda r: " + ".join(r.cut.ids)),
)  # fmt: skip


def joint_document(
    network: Network, found: JointCuts, top: int | None, exposed: Exposures | None
) -> Document:
    """Sets that lose a product only together: what is more than apart first, then by cost."""
    rows = [_Row(row, *_scored(exposed, row)) for row in found.rows]
    rows.sort(key=lambda row: (row.more == "no", -round(row.score or 0.0, 9)))
    title = f"Sets of up to {found.order} that lose a product only together"
    columns = [c for c in COLUMNS if exposed is not None or c.key not in ("score", "apart")]
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
            table("sets", columns, rows, title, "none", most=top, numbered=True),
            "At stake: what falls with the set; Apart: its members one by one, added up.",
        ),
        flat=table("flat", columns, rows, numbered=True),
        records={"sets": [{"ids": r.cut.ids, "products": r.cut.products} for r in rows]},
    )


def rates_document(network: Network, found: CutSets, rates: Mapping[str, float]) -> Document:
    """How probable it is that the product is lost, and whose outage matters for that.

    Whoever has no rate is taken never to fail.

    Raises:
        AskError: No cut set has a probability above zero.
    """
    cuts = [cut for cut in found.sets if all(id_ in rates for id_ in cut)]
    whole = probability(cuts, rates)
    summed = 1 - prod(1 - prod(rates[id_] for id_ in cut) for cut in cuts)
    columns: Columns[Importance] = (
        Column("id", "Entity"),
        Column("rate", "Rate", "share", of=lambda row: rates[row.id]),
        Column("birnbaum", "Birnbaum", "number"),
        Column("fussell_vesely", "Fussell–Vesely", "share"),
        Column("achievement_worth", "RAW", "number"),
        Column("reduction_worth", "RRW", "number",
               of=lambda row: None if isinf(row.reduction_worth) else row.reduction_worth),
    )  # fmt: skip
    shown = table("importance", columns, importance(cuts, rates), "Importance")
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
            shown,
            f"Exact for the {len(cuts)} cut sets of up to {found.order} whose members have rates; "
            f"1 − Π(1 − P), which counts shared members several times, would say "
            f"{show(summed, 'share')}. Whoever has no rate is taken never to fail.",
        ),
        flat=shown,
    )


def _scored(exposed: Exposures | None, row: JointCut) -> tuple[float, ...]:
    """Score of the set, and the sum of its members' scores."""
    if exposed is None:
        return ()
    by_id = {r.id: r.score for r in exposed.rows}
    return by_id["+".join(row.ids)], sum(by_id[id_] for id_ in row.ids)


def _plural(kind: str) -> str:
    return "countries" if kind == "country" else "supplies" if kind == "supply" else f"{kind}s"
