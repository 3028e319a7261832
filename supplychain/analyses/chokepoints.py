"""The question of chokepoints: about which products, when, what is taken away, what it would cost.

One home for what is not said: the quarter, the kinds, what products weigh, over how many quarters
losses are counted. The command, the report and :func:`supplychain.chokepoints` ask it here, so
they answer alike.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from supplychain.analyses.exposure import Exposures, counted_until, quarters_counted
from supplychain.analyses.outages import removable
from supplychain.cache import keep, make_key, recall
from supplychain.errors import AskError
from supplychain.model import Network
from supplychain.model.finder import find_id, nearest
from supplychain.model.quarters import LAST, Quarter
from supplychain.production.stakes import planned_h100e
from supplychain.risk import asked_products, default_quarter
from supplychain.risk import chokepoints as points_of
from supplychain.risk.cutsets import CutSets, cut_sets
from supplychain.risk.joint import JointCuts, joint_cuts
from supplychain.risk.matrix import Need, country_by_stage
from supplychain.risk.result import Chokepoint, Chokepoints
from supplychain.risk.structure import KINDS as ALL_KINDS
from supplychain.risk.structure import Entity, EntityId, Kind
from supplychain.scenarios.assumptions import assumed
from supplychain.scenarios.windows import check_window

if TYPE_CHECKING:
    import pandas as pd

KINDS: tuple[Kind, ...] = ("organization", "country")
"""What is taken away if nothing else is asked."""

Say = Callable[[str], None]
"""What is told that something long begins, in words for people."""


@dataclass(frozen=True, slots=True)
class PointsQuestion:
    """What is asked.

    Attributes:
        products: Ids of commodities, accelerators as a rule; sorted.
        at: The quarter.
        kinds: What is taken away, each on its own.
        weeks: Substitutes that take longer to switch to do not help.
        recovery: Weeks everything is down; ``None``: each its own time to recover.
        horizon: Quarters over which losses are counted; ``None``: as
            :func:`~supplychain.analyses.exposure.quarters_counted` says.
        assume: Figures replaced, by the names that ``explain`` shows.
    """

    products: tuple[str, ...]
    at: Quarter
    kinds: tuple[Kind, ...] = KINDS
    weeks: float = 0.0
    recovery: float | None = None
    horizon: int | None = None
    assume: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Points:
    """Single points of failure, with the question they answer.

    Attributes:
        network: The data, with what is assumed.
        question: What was asked, with what was not said filled in.
        found: Single and nearly single points.
        weighted: Whether what is at stake is counted in H100 equivalents; else all products alike.
        exposed: What each loss would cost; ``None``: not asked, or not known.
        why_not: Why costs are not known though they were asked for.
    """

    network: Network = field(repr=False)
    question: PointsQuestion
    found: Chokepoints
    weighted: bool
    exposed: Exposures | None = None
    why_not: str = ""

    def __repr__(self) -> str:
        scored = "" if self.exposed is None else ", scored"
        return f"<Points{repr(self.found).removeprefix('<Chokepoints').removesuffix('>')}{scored}>"

    @property
    def at(self) -> Quarter:
        """The quarter."""
        return self.found.at

    @property
    def products(self) -> Mapping[str, float]:
        """Product to its share of what is at stake."""
        return self.found.products

    @property
    def not_sold(self) -> Mapping[str, str]:
        """Asked products that are not sold in the quarter, with their lifetime in words."""
        return self.found.not_sold

    @property
    def not_made(self) -> Mapping[str, str]:
        """Asked products that are down with nothing removed, with the reason."""
        return self.found.not_made

    @property
    def rows(self) -> tuple[Chokepoint, ...]:
        """Exact single points, those that lose most beyond their own products first."""
        return self.found.rows

    @property
    def near(self) -> tuple[Chokepoint, ...]:
        """Nearly single points."""
        return self.found.near

    def to_frame(self) -> pd.DataFrame:
        """One row a chokepoint, exact ones first; with its score where costs are known."""
        frame = self.found.to_frame()
        if self.exposed is not None:
            scores = {row.key: row.score for row in self.exposed.rows}
            keys = map(EntityId, frame["kind"], frame["id"])
            frame.insert(0, "score", [scores.get(key) for key in keys])
        return frame

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables of the answer, by the names that they have in the JSON of the command."""
        import supplychain

        return supplychain.document(self).tables

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the tables say in words."""
        import supplychain

        return supplychain.document(self).sentences

    def _repr_html_(self) -> str:
        return str(self.to_frame().to_html(max_rows=20))


def chokepoints(
    network: Network,
    products: str | Sequence[str] | None = None,
    at: Quarter | str | None = None,
    by: Kind | Collection[Kind] = KINDS,
    weeks: float = 0.0,
    recovery: float | None = None,
    horizon: int | None = None,
    scores: bool = False,
    assume: Mapping[str, float] | None = None,
    say: Say | None = None,
) -> Points:
    """Everything whose loss alone loses an accelerator, and what that would cost.

    What is at stake counts in the H100 equivalents planned for the quarter; where something asked
    is no accelerator, all products count alike.

    Args:
        network: The data.
        products: Ids of accelerators, groups of them or any commodities; all accelerators if not
            given.
        at: The quarter; if not given, as :func:`~supplychain.risk.scope.default_quarter` says.
        by: Kind or kinds of what is taken away.
        weeks: Time since the loss: substitutes that take longer to switch to do not help.
        recovery: Weeks everything is down, for the scores; if not given, each its own time.
        horizon: Quarters over which the scores count losses.
        scores: Whether to compute what each loss would cost; some seconds, then kept.
        assume: Figures replaced, by the names that ``explain`` shows.
        say: Is told when something long begins.

    Raises:
        AskError: A name is not in the data, or none of the products is sold in the quarter.

    Example:
        >>> import supplychain as sc
        >>> points = sc.chokepoints(sc.load(), products=["h100"], at="2023Q2")
        >>> "TSMC" in [row.name for row in points.rows], points.weighted
        (True, True)
    """
    network, question = ask_points(network, products, at, by, weeks, recovery, horizon, assume)
    found = find_points(network, question)
    exposed, why_not = find_costs(network, question, say=say) if scores else (None, "")
    weighted = weights_of(network, question) is not None
    return Points(network, question, found, weighted, exposed, why_not)


def ask_points(
    network: Network,
    products: str | Sequence[str] | None = None,
    at: Quarter | str | None = None,
    by: Kind | Collection[Kind] = KINDS,
    weeks: float = 0.0,
    recovery: float | None = None,
    horizon: int | None = None,
    assume: Mapping[str, float] | None = None,
) -> tuple[Network, PointsQuestion]:
    """The question with what was not said filled in, and the data with what is assumed.

    Raises:
        AskError: A name is not in the data, or there is nothing to ask about.

    Example:
        >>> import supplychain as sc
        >>> network, question = ask_points(sc.load(), "h100", "2023Q2")
        >>> question.products, question.kinds
        (('h100',), ('organization', 'country'))
    """
    network = assumed(network, assume or {})
    ids = asked_products(network, products or None)
    if not ids:
        raise AskError(
            "the data holds no accelerator, so nothing can be asked about all of them; "
            "name a commodity with --product"
        )
    if isinstance(at, str):
        at = Quarter.parse(at)
    at = at or (default_quarter(network, ids) if network.products else LAST)
    kinds = (by,) if isinstance(by, str) else tuple(by)
    if wrong := [kind for kind in kinds if kind not in ALL_KINDS]:
        raise AskError(f"no kind is called '{wrong[0]}'; there are: {', '.join(ALL_KINDS)}")
    known = MappingProxyType(dict(sorted((assume or {}).items())))
    return network, PointsQuestion(ids, at, kinds, weeks, recovery, horizon, known)


def check_sold(network: Network, question: PointsQuestion) -> None:
    """Refuse a quarter about which the data says nothing.

    Raises:
        AskError: None of the products is sold in it, or it lies after all the data.
    """
    products = {id_: network.commodities[id_].product for id_ in question.products}
    lifetimes = {id_: p.lifetime() for id_, p in products.items() if p and not p.sold(question.at)}
    if len(lifetimes) == len(products):
        said = [f"{id_} is sold {lifetime}" for id_, lifetime in list(lifetimes.items())[:3]]
        more = f" and {len(lifetimes) - 3} more" if len(lifetimes) > 3 else ""
        none = "is not sold" if len(lifetimes) == 1 else "none of the products is sold"
        what = f"{question.products[0]} {none}" if len(lifetimes) == 1 else none
        raise AskError(
            f"{what} in {question.at}, so nothing can be said about losing it; "
            f"{'; '.join(said)}{more}"
        )
    last = _known_until(network)
    if last is not None and question.at > last:
        raise AskError(f"{question.at} lies after the data, which says nothing after {last}")


def weights_of(network: Network, question: PointsQuestion) -> Mapping[str, float] | None:
    """H100 equivalents; ``None``, all alike, where something asked is no accelerator.

    Example:
        >>> from supplychain import load
        >>> weights_of(*ask_points(load(), "euv-scanner", "2023Q2")) is None
        True
    """
    if any(id_ not in network.products for id_ in question.products):
        return None
    weights = planned_h100e(network, question.at)
    return weights if any(weights[id_] > 0 for id_ in question.products) else None


def find_points(network: Network, question: PointsQuestion) -> Chokepoints:
    """Single and nearly single points.

    Raises:
        AskError: None of the products is sold and made in the quarter, so none can be lost.

    Example:
        >>> import supplychain as sc
        >>> network, question = ask_points(sc.load(), "h100", "2023Q2")
        >>> "tsmc" in [row.id for row in find_points(network, question).rows]
        True
    """
    check_sold(network, question)
    weights = weights_of(network, question)
    found = points_of(
        network, question.products, question.at, question.kinds, weights, question.weeks
    )
    _check_made(found.products, found.not_made, question.at)
    return found


def find_joint(network: Network, question: PointsQuestion, order: int) -> JointCuts:
    """Sets of two up to ``order`` that lose a product only together, of the first kind asked.

    Raises:
        AskError: None of the products is sold in the quarter, the order is not 1 to 3, or the
            kind is ``commodity``.

    Example:
        >>> import supplychain as sc
        >>> network, question = ask_points(sc.load(), "h100", "2023Q2")
        >>> find_joint(network, question, 2).order
        2
    """
    check_sold(network, question)
    weights = weights_of(network, question)
    found = joint_cuts(
        network, question.products, question.at, question.kinds[0], order, weights, question.weeks
    )
    _check_made(found.products, {}, question.at)
    return found


def rates_by_id(
    network: Network, question: PointsQuestion, rates: Mapping[str, float]
) -> Mapping[str, float]:
    """Rates of outage by the id of what is taken away, which may be given by name.

    Raises:
        AskError: Nothing of the kind that is taken away has that name.

    Example:
        >>> import supplychain as sc
        >>> network, question = ask_points(sc.load(), "h100", "2023Q2")
        >>> dict(rates_by_id(network, question, {"SK hynix": 0.02}))
        {'sk-hynix': 0.02}
    """
    return {_removed(network, name, question.kinds[0]): rate for name, rate in rates.items()}


def _removed(network: Network, name: str, kind: Kind) -> str:
    if kind in ("organization", "country"):
        return find_id(network, name, kind)
    known = {s.id for s in network.supplies} if kind == "supply" else set()
    if name not in known:
        near = nearest(name, known)
        hint = f"; did you mean '{near}'?" if near else ""
        raise AskError(f"--rate: no {kind} has the id '{name}'{hint}")
    return name


def find_cut_sets(network: Network, question: PointsQuestion, order: int) -> CutSets:
    """Cut sets of one product, for the probability of losing it.

    Raises:
        AskError: Not exactly one product is asked about, or it is not sold in the quarter.

    Example:
        >>> import supplychain as sc
        >>> network, question = ask_points(sc.load(), "h100", "2023Q2")
        >>> ("tsmc",) in find_cut_sets(network, question, 1).sets
        True
    """
    if len(question.products) != 1:
        raise AskError(f"--rate is about one product, not {len(question.products)}: name --product")
    check_sold(network, question)
    kind = question.kinds[0]
    return cut_sets(network, question.products[0], question.at, kind, order, question.weeks)


def find_matrix(network: Network, question: PointsQuestion) -> Mapping[tuple[str, str], Need]:
    """What is lost with a country's plants of a stage.

    Raises:
        AskError: None of the products is sold and made in the quarter.

    Example:
        >>> import supplychain as sc
        >>> network, question = ask_points(sc.load(), "h100", "2023Q2")
        >>> ("TW", "packaging") in find_matrix(network, question)
        True
    """
    find_points(network, replace(question, kinds=("country",)))
    weights = weights_of(network, question)
    return country_by_stage(network, question.products, question.at, weights, question.weeks)


def find_change(
    network: Network, question: PointsQuestion, quarters: tuple[Quarter, Quarter],
    scores: bool = False, say: Say | None = None,
) -> tuple[Points, Points]:  # fmt: skip
    """The same question in two quarters, losses counted over as many quarters in both.

    Costs are compared only where they are known in both.

    Raises:
        AskError: The quarters are the same, or none of the products is sold in one of them.

    Example:
        >>> import supplychain as sc
        >>> network, question = ask_points(sc.load(), "h100", "2023Q2")
        >>> points, _ = find_change(network, question, (question.at, sc.Quarter(2024, 1)))
        >>> str(points.at)
        '2023Q2'
    """
    first, last = quarters
    if first == last:
        raise AskError(f"--compare {first} {last}: name two different quarters")
    spans = [quarters_counted(network, q, question.horizon) for q in quarters]
    two = [replace(question, at=q, horizon=min(spans) or None) for q in quarters]
    found = [find_points(network, one) for one in two]
    costs = [find_costs(network, one, say=say) if scores else (None, "") for one in two]
    if any(exposed is None for exposed, _ in costs):
        costs = [(None, why) for _, why in costs]
    before, after = (
        Points(network, one, points, weights_of(network, one) is not None, *cost)
        for one, points, cost in zip(two, found, costs, strict=True)
    )
    return before, after


def find_costs(
    network: Network,
    question: PointsQuestion,
    removed: Sequence[Entity] | None = None,
    say: Say | None = None,
) -> tuple[Exposures | None, str]:
    """What each loss would cost, read back if it was computed before; or why nothing is known.

    Args:
        network: The data, with what is assumed.
        question: About which products, when, what is taken away.
        removed: Instead of the question's kinds, what is taken away.
        say: Is told when the computing begins.

    Example:
        >>> from supplychain import load
        >>> find_costs(*ask_points(load(), "euv-scanner", "2023Q2"))[1]
        'No score: euv-scanner is no accelerator, and a score counts these.'
    """
    at = question.at
    if other := [id_ for id_ in question.products if id_ not in network.products]:
        return None, f"No score: {other[0]} is no accelerator, and a score counts these."
    if not (horizon := quarters_counted(network, at, question.horizon)):
        return None, (
            f"No score: few capacities are known after {counted_until(network)}; "
            "--horizon N scores all the same."
        )
    ids = None if removed is None else [(e.kind, e.id) for e in removed]
    asked = (question.products, sorted(question.kinds), horizon, question.recovery)
    text = f"exposures {at} {asked} {sorted(question.assume.items())} {ids}"
    key = make_key("answer", network.digest, text)
    if (known := recall(key, Exposures)) is not None:
        return known, ""
    from supplychain.analyses.removals import exposures

    try:
        check_window(network, at, at + (horizon - 1))
        if say is not None:
            say(f"Computing what each loss in {at} would cost, once for this data.")
        known = exposures(
            network, at, question.products, question.kinds, horizon, question.recovery, removed
        )
    except AskError as error:
        return None, f"No score: {error}."
    keep(key, known)
    return known, ""


def unions(
    network: Network, question: PointsQuestion, sets: Sequence[tuple[str, ...]]
) -> list[Entity]:
    """Each set as one thing to take away, and each of its members.

    Example:
        >>> import supplychain as sc
        >>> network, question = ask_points(sc.load(), "h100", "2023Q2")
        >>> [e.id for e in unions(network, question, [("sk-hynix", "tsmc")])]
        ['sk-hynix', 'tsmc', 'sk-hynix+tsmc']
    """
    last = question.at + max(quarters_counted(network, question.at, question.horizon) - 1, 0)
    known = {e.id: e for e in removable(network, question.at, last, question.kinds[:1])}
    members = [known[id_] for id_ in sorted({id_ for ids in sets for id_ in ids})]
    together = [
        replace(
            known[ids[0]],
            id="+".join(ids),
            name=" + ".join(known[id_].name for id_ in ids),
            supplies=tuple(sorted({s for id_ in ids for s in known[id_].supplies})),
        )
        for ids in sets
    ]
    return members + together


def _known_until(network: Network) -> Quarter | None:
    """The last quarter the data names: of a capacity, a product, a supply, a qualification."""
    named: list[Quarter | None] = [
        q for o in network.organizations.values() for c in o.capacities for q in c.figures
    ]
    for commodity in network.commodities.values():
        if (product := commodity.product) is not None:
            named += [product.launch, product.end]
        named += [q for need in commodity.needs for q in (need.makers or {}).values()]
    named += [q for supply in network.supplies for q in (supply.start, supply.end)]
    return max((q for q in named if q is not None), default=None)


def _check_made(products: Collection[str], not_made: Mapping[str, str], at: Quarter) -> None:
    if not products:
        why = "; ".join(not_made.values()) or "none of the products is sold"
        raise AskError(f"no asked product is made in {at}, so none can be lost: {why}")
