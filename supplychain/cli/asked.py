"""What ``chokepoints`` is asked, and the document that answers each form of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from supplychain.analyses.exposure import HORIZON, Exposures
from supplychain.cache import keep, make_key, recall
from supplychain.cli.common import remark
from supplychain.errors import AskError
from supplychain.model import Network
from supplychain.model.finder import find_id, nearest
from supplychain.model.quarters import LAST, Quarter
from supplychain.production.stakes import planned_h100e
from supplychain.risk import Chokepoints, Kind, asked_products, busiest_quarter, chokepoints

if TYPE_CHECKING:
    from supplychain.report.tables import Document
    from supplychain.risk.concentration import Holder
    from supplychain.risk.structure import Entity


@dataclass(frozen=True, slots=True)
class Asked:
    """The parts of the question that all its forms share.

    Attributes:
        products: Ids of commodities, accelerators as a rule.
        kinds: What is taken away.
        weeks: Substitutes that take longer to switch to do not help.
        recovery: Weeks everything is down; ``None``: each its own time to recover.
        horizon: Quarters over which losses are counted; ``None``: eight, but not beyond the last
            with a capacity figure or :data:`LAST`, after which few are known and nothing grows.
        scored: Whether costs are wanted.
        assume: Figures already replaced in the network.
        quiet: No remarks on standard error.
    """

    network: Network
    products: tuple[str, ...]
    kinds: tuple[Kind, ...]
    weeks: float
    recovery: float | None
    horizon: int | None
    scored: bool
    assume: Mapping[str, float]
    quiet: bool

    def busiest(self) -> Quarter:
        """The quarter asked about if none is named."""
        return busiest_quarter(self.network, self.products) if self.network.products else LAST

    def quarters(self, at: Quarter) -> int:
        """Over how many quarters losses that begin in this one are counted; 0: none known."""
        if self.horizon is not None:
            return self.horizon
        return max(0, min(HORIZON, self._known_until() - at + 1))

    def _known_until(self) -> Quarter:
        lines = (c for o in self.network.organizations.values() for c in o.capacities)
        return min(LAST, max((q for line in lines for q in line.figures), default=LAST))

    def weights(self, at: Quarter) -> Mapping[str, float] | None:
        """H100 equivalents; ``None``, all alike, where something asked is no accelerator."""
        if any(id_ not in self.network.products for id_ in self.products):
            return None
        weights = planned_h100e(self.network, at)
        return weights if any(weights[id_] > 0 for id_ in self.products) else None

    def points(self, at: Quarter) -> Chokepoints:
        """Single and nearly single points."""
        return chokepoints(
            self.network, self.products, at, self.kinds, self.weights(at), self.weeks
        )

    def costs(
        self, at: Quarter, removed: Sequence[Entity] | None = None
    ) -> tuple[Exposures | None, str]:
        """What each loss would cost, read back if it was computed before; or why nothing is."""
        if not self.scored:
            return None, ""
        if other := [id_ for id_ in self.products if id_ not in self.network.products]:
            return None, f"No score: {other[0]} is no accelerator, and a score counts these."
        if not (horizon := self.quarters(at)):
            return None, (
                f"No score: few capacities are known after {self._known_until()}; "
                "--horizon N scores all the same."
            )
        ids = None if removed is None else [(e.kind, e.id) for e in removed]
        asked = (self.products, sorted(self.kinds), horizon, self.recovery)
        question = f"exposures {at} {asked} {sorted(self.assume.items())} {ids}"
        key = make_key("answer", self.network.digest, question)
        known = recall(key, Exposures)
        if known is None:
            from supplychain.analyses.removals import exposures
            from supplychain.production.reading import read_plan

            try:
                read_plan(self.network).window(at, at + (horizon - 1))
                remark(
                    f"Computing what each loss in {at} would cost, once for this data.", self.quiet
                )
                known = exposures(
                    self.network,
                    at,
                    self.products,
                    self.kinds,
                    horizon,
                    self.recovery,
                    removed,
                )
            except AskError as error:
                return None, f"No score: {error}."
            keep(key, known)
        return known, ""


def asked_ids(network: Network, names: Sequence[str]) -> tuple[str, ...]:
    """Ids of the named commodities and groups; all accelerators if none is named.

    Raises:
        AskError: A name is in none of them.
    """
    return asked_products(network, names or None)


def joint_answer(asked: Asked, at: Quarter, order: int, top: int) -> Document:
    """Cut sets, scored where asked.

    Raises:
        AskError: More than one kind is asked, or commodities.
    """
    from supplychain.report.answers.joint import joint_document
    from supplychain.risk.joint import joint_cuts

    kind = asked.kinds[0]
    weights = asked.weights(at)
    found = joint_cuts(asked.network, asked.products, at, kind, order, weights, asked.weeks)
    exposed, _ = asked.costs(at, _unions(asked, at, kind, [row.ids for row in found.rows]))
    return joint_document(asked.network, found, top, exposed)


def rates_answer(asked: Asked, at: Quarter, order: int, rates: Mapping[str, float]) -> Document:
    """Probability of losing one product.

    Raises:
        AskError: Not exactly one product, a rate of something unknown, or of nothing that
            matters.
    """
    from supplychain.report.answers.joint import rates_document
    from supplychain.risk.cutsets import cut_sets

    if len(asked.products) != 1:
        raise AskError(f"--rate is about one product, not {len(asked.products)}: name --product")
    kind = asked.kinds[0]
    rates = {_removed(asked.network, name, kind): rate for name, rate in rates.items()}
    found = cut_sets(asked.network, asked.products[0], at, kind, order, asked.weeks)
    return rates_document(asked.network, found, rates)


def _removed(network: Network, name: str, kind: Kind) -> str:
    """The id of what a rate is of.

    Raises:
        AskError: Nothing of the kind that is taken away has that name.
    """
    if kind in ("organization", "country"):
        return find_id(network, name, kind)
    known = {s.id for s in network.supplies} if kind == "supply" else ()
    if name not in known:
        near = nearest(name, known)
        hint = f"; did you mean '{near}'?" if near else ""
        raise AskError(f"--rate: no {kind} has the id '{name}'{hint}")
    return name


def matrix_answer(asked: Asked, at: Quarter) -> Document:
    """Country by stage."""
    from supplychain.report.answers.matrix import matrix_document
    from supplychain.risk.matrix import country_by_stage

    weights = asked.weights(at)
    needed = country_by_stage(asked.network, asked.products, at, weights, asked.weeks)
    return matrix_document(asked.network, needed, asked.products, at, weights is not None)


def concentration_answer(asked: Asked, at: Quarter, by: Holder, top: int) -> Document:
    """Shares and indices of every input."""
    from supplychain.report.answers.concentration import concentration_document

    return concentration_document(asked.network, asked.products, at, by, top)


def changes_answer(asked: Asked, first: Quarter, last: Quarter, top: int) -> Document:
    """What became worse and what safer.

    Raises:
        AskError: The two quarters are the same.
    """
    from supplychain.report.answers.changes import At, changes_document

    if first == last:
        raise AskError(f"--compare {first} {last}: name two different quarters")
    asked = replace(asked, horizon=min(asked.quarters(q) for q in (first, last)) or None)
    answers = [(q, asked.costs(q)[0]) for q in (first, last)]
    if any(exposed is None for _, exposed in answers):
        answers = [(q, None) for q in (first, last)]
    before, after = (At(asked.points(q), exposed) for q, exposed in answers)
    return changes_document(asked.network, before, after, top)


def _unions(asked: Asked, at: Quarter, kind: Kind, sets: Sequence[tuple[str, ...]]) -> list[Entity]:
    """Each set as one thing to take away, and each of its members."""
    from supplychain.analyses.outages import removable

    last = at + max(asked.quarters(at) - 1, 0)
    known = {e.id: e for e in removable(asked.network, at, last, [kind])}
    members = [known[id_] for id_ in sorted({id_ for ids in sets for id_ in ids})]
    unions = [
        replace(
            known[ids[0]],
            id="+".join(ids),
            name=" + ".join(known[id_].name for id_ in ids),
            supplies=tuple(sorted({s for id_ in ids for s in known[id_].supplies})),
        )
        for ids in sets
    ]
    return members + unions
