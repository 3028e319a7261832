"""Rules of rationing: who is served before whom, and how those served together share.

Each turns what is asked for in a quarter into a :class:`~supplychain.allocation.paths.Path`;
supply then decides how far along it the quarter comes (:mod:`supplychain.allocation.sharing`).
A group of ``count`` buyers alike is served as that many buyers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np

from supplychain.allocation.paths import Floats, Mask, Path, Stage, staged
from supplychain.errors import AskError
from supplychain.model import ALLOCATION_RULES
from supplychain.model.finder import key, listed, nearest
from supplychain.model.units import brief

FAINT = 1e-250
"""A weight this small beside the largest gets nothing before the others are full."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What is asked for in one quarter, by order. Arrays with a scenario axis have it first.

    Attributes:
        cohorts: Units by age, oldest first: scenario x age x order.
        promised: The part that the seller has committed, scenario x order.
        weight: The seller's favour: 1, less for builders of rival chips; by order.
        count: Buyers in the group that orders.
        priority: Served in this order where priority decides, 1 first.
        price: The most it pays for one H100 equivalent, US$.
        budget: What it can spend in the quarter, in US$ for one H100 equivalent times units;
            infinite where there is no limit. Scenario x order.
        new_cloud: Whether a reserve for new clouds is for it.
    """

    cohorts: Floats
    promised: Floats
    weight: Floats
    count: Floats
    priority: Floats
    price: Floats
    budget: Floats
    new_cloud: Mask

    @property
    def wanted(self) -> Floats:
        """Units, scenario x order."""
        return np.asarray(self.cohorts.sum(axis=1))


def asked(wanted: Floats, **more: Any) -> Asked:
    """What is asked for, everything but the units alike unless it is given.

    Args:
        wanted: Units by order, or scenario x order.
        **more: Attributes of :class:`Asked`.

    Raises:
        AskError: An order is negative or not a number.
    """
    wanted = np.atleast_2d(np.asarray(wanted, dtype=float))
    wrong = np.argwhere(~(np.isfinite(wanted) & (wanted >= 0)))
    if len(wrong):
        scenario, order = wrong[0]
        raise AskError(
            f"order {order} is {wanted[scenario, order]:g}; "
            "an order is a number of units, 0 or more"
        )
    orders = wanted.shape[1]
    given: dict[str, Any] = {
        "cohorts": wanted[:, None, :],
        "promised": np.zeros_like(wanted),
        "weight": np.ones(orders),
        "count": np.ones(orders),
        "priority": np.ones(orders),
        "price": np.ones(orders),
        "budget": np.full_like(wanted, np.inf),
        "new_cloud": np.zeros(orders, dtype=bool),
    }
    return Asked(**(given | more))


@dataclass(frozen=True, slots=True)
class Terms:
    """What a seller may set, whatever the rule.

    Attributes:
        reserve: Share of what is left after commitments that new clouds get while they have
            orders (contract-first), 0 to 1.
        aversion: How much less weight builders of rival chips have, 0 (none) to 1 (served last).
        alpha: Of the alpha-fair rule, 0 or more; infinite is max-min.

    The defaults of the first two fit who got what in 2023 and 2024 a little better than none, see
    docs/model.md.
    """

    reserve: float = 0.10
    aversion: float = 0.10
    alpha: float = 2.0

    def __post_init__(self) -> None:
        for name, value in (("reserve", self.reserve), ("aversion", self.aversion)):
            if not 0 <= value <= 1:
                raise AskError(
                    f"a{'n' if name == 'aversion' else ''} {name} of {value:.0%}; "
                    "it is a share from 0% to 100%"
                )
        if not self.alpha >= 0:
            raise AskError(f"alpha is {self.alpha:g}; it is 0 or more")


Rule: TypeAlias = Callable[[Asked, Terms], Path]


def pro_rata(asked: Asked, terms: Terms) -> Path:
    """Every order gets the same share of what it asks for."""
    return _shared(asked.wanted, asked.wanted, asked)


def max_min(asked: Asked, terms: Terms) -> Path:
    """Every buyer gets the same number of units, as far as its order goes."""
    return _shared(asked.wanted, np.broadcast_to(asked.count, asked.wanted.shape), asked)


def contract_first(asked: Asked, terms: Terms) -> Path:
    """Commitments first, pro rata; then a reserve for new clouds; then the rest, pro rata.

    How sellers say they do it: named end customers with commitments come before spot orders, and
    new clouds get enough to live.
    """
    promised = np.minimum(asked.promised, asked.wanted)
    rest = asked.wanted - promised
    weight = rest * asked.weight
    new = weight[:, asked.new_cloud].sum(axis=1, keepdims=True)
    others = weight.sum(axis=1, keepdims=True) - new
    if terms.reserve < 1:
        least = terms.reserve / (1 - terms.reserve) * others
        lift = np.maximum(1.0, np.divide(least, new, out=np.ones_like(new), where=new > 0))
        favoured = np.where(asked.new_cloud, weight * lift, weight)
        return staged([Stage(promised, promised), *_stages(rest, favoured, asked)])
    first = np.where(asked.new_cloud, rest, 0.0)
    return staged(
        [
            Stage(promised, promised),
            Stage(first, first),
            *_stages(rest - first, weight, asked),
        ]
    )


def orders_first(asked: Asked, terms: Terms) -> Path:
    """First come, first served; orders of the same quarter get the same share."""
    ages = range(asked.cohorts.shape[1])
    return staged([Stage(asked.cohorts[:, a], asked.cohorts[:, a]) for a in ages])


def priority(asked: Asked, terms: Terms) -> Path:
    """The first class first; within a class every buyer gets the same number of units."""
    stages = []
    for rank in np.unique(asked.priority):
        size = np.where(asked.priority == rank, asked.wanted, 0.0)
        stages.append(Stage(size, np.broadcast_to(asked.count, size.shape)))
    return staged(stages)


def price(asked: Asked, terms: Terms) -> Path:
    """A uniform-price auction: the price falls until supply is taken.

    At a price p per H100 equivalent a buyer takes ``min(order, budget / p)`` if p is below its
    limit, nothing above it, and anything up to that at it; ties at the limit get the same number
    of units. Along the path one over the price rises.
    """
    wanted = np.where(asked.budget > 0, asked.wanted, 0.0)
    with np.errstate(divide="ignore"):
        enters = np.broadcast_to(1 / asked.price, wanted.shape)
    last = np.where(np.isfinite(enters), enters, 0.0).max(axis=1, initial=0.0, keepdims=True)
    can = np.divide(wanted, asked.budget, out=np.zeros_like(wanted), where=wanted > 0)
    last = 2 * np.maximum(last, can.max(axis=1, initial=0.0, keepdims=True)) + 1
    enters = np.minimum(enters, last)  # who pays nothing is served when the rest is
    at_entry = np.minimum(wanted, _spent(asked.budget, enters))
    ramp = at_entry / asked.count
    # Knots: nothing sold; an entry begins; those who tie at it fill up; a budget limits no more.
    limited = np.isfinite(asked.budget).any(axis=0)
    full_at = np.maximum(enters, can)[:, limited]
    zero = np.zeros_like(enters)
    level = np.concatenate([zero[:, :1], enters, enters, full_at, last], axis=1)
    grown = np.concatenate([zero[:, :1], zero, ramp, full_at + np.inf, last + np.inf], axis=1)
    order = np.lexsort((grown, level), axis=1)
    level = np.take_along_axis(level, order, axis=1)
    grown = np.take_along_axis(grown, order, axis=1)
    inside = enters[:, None, :] < level[:, :, None]
    entering = enters[:, None, :] == level[:, :, None]
    paid = np.minimum(wanted[:, None, :], _spent(asked.budget[:, None, :], level[:, :, None]))
    share = np.minimum(paid, grown[:, :, None] * asked.count)
    return Path(np.where(inside, paid, np.where(entering, share, 0.0)), level)


def _spent(budget: Floats, inverse_price: Floats) -> Floats:
    """Units that the budget buys; without a limit, any number."""
    return np.where(
        np.isinf(budget), np.inf, np.where(np.isinf(budget), 0.0, budget) * inverse_price
    )


def alpha_fair(asked: Asked, terms: Terms) -> Path:
    """Largest sum of ``w x^(1 - alpha) / (1 - alpha)``, by buyer; w is what a buyer asks for.

    Its optimum has ``x = min(order, level * w^(1/alpha))``: alpha 1 is pro rata, infinite alpha
    is max-min, and at 0 the largest weight is served first, equal ones alike. Ref: Mo and
    Walrand (2000), "Fair end-to-end window-based congestion control".
    """
    wanted = asked.wanted
    each = wanted * asked.weight / asked.count
    if np.isinf(terms.alpha):
        return max_min(asked, terms)
    paths = [
        staged([_stage(row, size, asked.count) for size in _by_weight(own, row, terms.alpha)])
        if row.any()
        else staged([Stage(row[None], row[None])])
        for row, own in zip(wanted, each, strict=True)
    ]
    knots = max(p.amounts.shape[1] for p in paths)
    # Scenarios differ in how many orders take part; the end of a path may be repeated.
    ends = [np.repeat(p.amounts[:, -1:], knots - p.amounts.shape[1], axis=1) for p in paths]
    return Path(
        np.concatenate(
            [np.concatenate([p.amounts, e], axis=1) for p, e in zip(paths, ends, strict=True)]
        )
    )


def _stage(wanted: Floats, speed: Floats, count: Floats) -> Stage:
    """Those with a speed above zero."""
    return Stage(np.where(speed > 0, wanted, 0.0)[None], (speed * count)[None])


def _by_weight(weight: Floats, wanted: Floats, alpha: float) -> Iterator[Floats]:
    """Speeds by stage: weights so far apart that the lesser get nothing meanwhile come later."""
    open_ = wanted > 0
    while (top := np.where(open_, weight, 0.0).max()) > 0:
        relative = np.where(open_, weight, 0.0) / top
        speed = relative ** (1 / alpha) if alpha > 0 else (relative == 1).astype(float)
        speed = np.where(speed > FAINT, speed, 0.0)
        yield speed
        open_ = open_ & (speed == 0)
    yield open_.astype(float)


def _shared(size: Floats, speed: Floats, asked: Asked) -> Path:
    return staged(_stages(size, speed * asked.weight, asked))


def _stages(size: Floats, speed: Floats, asked: Asked) -> tuple[Stage, Stage]:
    """Those with a weight, then those without, who share equally."""
    last = np.where(asked.weight > 0, 0.0, size)
    return (
        Stage(size - last, speed),
        Stage(last, np.broadcast_to(asked.count, size.shape)),
    )


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "contract-first": contract_first,
        "orders-first": orders_first,
        "pro-rata": pro_rata,
        "max-min": max_min,
        "priority": priority,
        "price": price,
        "alpha-fair": alpha_fair,
    }
)
"""The rules by name; the names are those of :data:`~supplychain.model.ALLOCATION_RULES`."""

DEFAULT = ALLOCATION_RULES[0]
"""The rule of a question that names none."""


def find_rule(name: str) -> Rule:
    """The rule of that name.

    Raises:
        AskError: There is none; the message names the nearest, or all.

    Example:
        >>> find_rule("max-min").__name__
        'max_min'
    """
    return RULES[rule_name(name)]


def rule_name(name: str) -> str:
    """The name of a rule as the data writes it: ``pro-rata`` for ``Pro rata``.

    Raises:
        AskError: There is none; the message names the nearest, or all.

    Example:
        >>> rule_name("maxmin")
        'max-min'
    """
    for rule in RULES:
        if key(rule) == key(name):
            return rule
    near = nearest(name, RULES)
    hint = f"did you mean '{near}'?" if near else listed(RULES)
    raise AskError(f"no allocation rule is called '{brief(name)}'; {hint}")
