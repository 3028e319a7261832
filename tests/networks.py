"""Small networks by hand, for tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from supplychain.model import (
    Buyer,
    Capacity,
    Commodity,
    Figure,
    Need,
    Network,
    Orders,
    Organization,
    Product,
    Supply,
    assemble,
)
from supplychain.model.quarters import Quarter

FIRST = Quarter(2022, 1)
LAST = Quarter(2026, 4)


def figure(value: float, unit: str = "") -> Figure:
    return Figure(value, value, value, unit, "estimate", (), "made for a test")


def need(*inputs: str, per_unit: float | None = None, role: Any = "component", **more: Any) -> Need:
    """A need of any one of the inputs; numbers in ``more`` become figures."""
    given: dict[str, Any] = {
        k: figure(v) if isinstance(v, int | float) else v for k, v in more.items()
    }
    return Need(
        inputs=MappingProxyType(dict.fromkeys(inputs)),
        role=role,
        per_unit=None if per_unit is None else figure(per_unit),
        **given,
    )


def commodity(id_: str, *needs: Need, stage: str = "packaging", unit: str = "units") -> Commodity:
    return Commodity(id_, id_.upper(), stage, unit, needs=needs)


def product(
    id_: str,
    designer: str,
    *needs: Need,
    launch: Quarter = FIRST,
    end: Quarter | None = None,
    line: str = "main",
    fp8_tflops: float = 1979.0,
    groups: tuple[str, ...] = (),
) -> Commodity:
    facts = MappingProxyType({"fp8_tflops": figure(fp8_tflops)})
    made = Product(designer, (), launch, end, line, facts, MappingProxyType({}))
    return Commodity(
        id_, id_.upper(), "accelerators", "units", groups=groups, needs=needs, product=made
    )


def capacity(
    organization: str,
    id_: str,
    per_quarter: float | Mapping[Quarter, float],
    bookings: Mapping[str, float] | None = None,
) -> Capacity:
    """A capacity in units per quarter; one number means constant from 2022Q1 to 2026Q4."""
    rates = (
        dict.fromkeys((FIRST, LAST), per_quarter)
        if isinstance(per_quarter, int | float)
        else per_quarter
    )
    shares = MappingProxyType({d: figure(share) for d, share in (bookings or {}).items()})
    return Capacity(
        id=id_,
        organization=organization,
        unit="units/quarter",
        figures=MappingProxyType({q: figure(rate) for q, rate in rates.items()}),
        at="average",
        interpolate="step",
        bookings=MappingProxyType({2022: shares} if bookings else {}),
    )


def supply(
    organization: str, made: str, country: str = "TW", draws: str | None = None, **more: Any
) -> Supply:
    return Supply(
        organization, made, country, draws=MappingProxyType({draws: None} if draws else {}), **more
    )


def organization(
    id_: str,
    *supplies: Supply,
    capacities: Sequence[Capacity] = (),
    country: str = "US",
    owner: str = "",
    orders: Sequence[Orders] = (),
) -> Organization:
    return Organization(
        id_,
        id_.upper(),
        country,
        owner=owner,
        capacities=tuple(capacities),
        supplies=supplies,
        orders=tuple(orders),
    )


def ordered(products: Sequence[str], units: Mapping[Quarter, float]) -> Orders:
    """What all buyers together take of some products."""
    figures = {q: figure(amount) for q, amount in units.items()}
    return Orders(tuple(products), MappingProxyType(figures))


def network(*parts: Commodity | Organization | Buyer) -> Network:
    return assemble(
        [p for p in parts if isinstance(p, Commodity)],
        [p for p in parts if isinstance(p, Organization)],
        [p for p in parts if isinstance(p, Buyer)],
    )
