"""Cost: what goes into an accelerator, what an hour of one costs, what is left of revenue.

    bill     = sum of per_unit x price of each input, over the accelerator's own yield, + assembly
    hour     = price x system / (life x 8,760) x (1 + overhead) + kW x load x PUE x price of power

The amounts of the bill are the needs that the production program uses.
"""

from __future__ import annotations

from dataclasses import dataclass

from supplychain.compute.training import HOURS_A_YEAR
from supplychain.errors import AskError
from supplychain.model import Commodity, Figure, Need, Network
from supplychain.model.figures import year_known
from supplychain.model.quarters import Quarter

PARTS = {"fabrication": "logic", "memory": "memory", "packaging": "packaging"}
"""Stage of an input, and the part of the bill that it is."""


@dataclass(frozen=True, slots=True)
class Line:
    """One input of a bill; US$ for one accelerator before its own yield.

    Attributes:
        part: logic, memory or packaging.
        year: Of the price.
        per_unit: Amount of the input, in its unit.
        price: Of one unit of the input.
        low: With both ends of the ranges.
    """

    part: str
    input: str
    year: int
    per_unit: Figure
    price: Figure
    cost: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Bill:
    """What one good accelerator costs its designer, US$.

    Attributes:
        lines: Priced inputs.
        yield_loss: What the accelerators lost in assembly and test had cost.
        other: Substrate, assembly, test.
        unpriced: Inputs with an amount but no price, so that the bill is too low.
    """

    product: str
    year: int
    lines: tuple[Line, ...]
    yield_loss: float
    other: float
    total: float
    low: float
    high: float
    unpriced: tuple[str, ...]

    def part(self, name: str) -> float:
        """All lines of one part."""
        return sum(line.cost for line in self.lines if line.part == name)


@dataclass(frozen=True, slots=True)
class Ownership:
    """What owning an accelerator means for its cost.

    Attributes:
        life_years: Over which the capital is written off, in equal parts.
        system_ratio: Cluster with servers and network over accelerators.
        overhead: Site, staff and repairs, over the capital written off.
        load: Average over rated power.
        pue: Power usage effectiveness of the site.
        usd_kwh: Price of power.
    """

    life_years: float
    system_ratio: float
    overhead: float
    load: float
    pue: float
    usd_kwh: float


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of one accelerator, US$."""

    capital: float
    power: float
    overhead: float

    @property
    def total(self) -> float:
        """All of it."""
        return self.capital + self.power + self.overhead


def ownership_of(network: Network) -> Ownership:
    """The terms that the data's parameters give.

    Raises:
        AskError: A parameter is missing.
    """
    return Ownership(
        life_years=network.parameter("cost.life_years").value,
        system_ratio=network.parameter("cost.system_ratio").value,
        overhead=network.parameter("cost.overhead").value,
        load=network.parameter("power.load").value,
        pue=network.parameter("power.pue").value,
        usd_kwh=network.parameter("power.price_usd_kwh").value,
    )


def market_rent(network: Network, product: str, at: Quarter) -> Figure | None:
    """What an hour of one was last rented for up to the quarter.

    Of several series the first in the order of the data, which is on demand; ``None`` where none
    is known.
    """
    known = [
        (quarter, figure)
        for outcome in network.outcomes.values()
        for series in outcome.series
        if series.measure == "rent_usd_hour" and series.of == product
        for quarter, figure in series.figures.items()
        if quarter <= at
    ]
    if not known:
        return None
    newest = max(quarter for quarter, _ in known)
    return next(figure for quarter, figure in known if quarter == newest)


def hour(price_usd: float, power_w: float, owned: Ownership) -> Hour:
    """Cost of one hour of an accelerator that never rests.

    Args:
        price_usd: Of the accelerator alone.
        power_w: With its share of server and network, at rated load.
        owned: Terms of ownership.
    """
    capital = price_usd * owned.system_ratio / (owned.life_years * HOURS_A_YEAR)
    power = power_w / 1000 * owned.load * owned.pue * owned.usd_kwh
    return Hour(capital, power, capital * owned.overhead)


def per_million(usd_hour: float, tokens_s: float) -> float:
    """US$ for a million tokens, of what costs so much an hour and gives so many a second."""
    return usd_hour / 3600 / tokens_s * 1e6


def margin(cost: float, price: float) -> float:
    """Gross margin, a share of the price."""
    return 1 - cost / price


def bill_of_materials(network: Network, product: Commodity, year: int) -> Bill:
    """What one accelerator costs to make, at the prices of a year.

    Raises:
        AskError: None of its inputs has a price.
    """
    lines, unpriced = [], []
    for need in product.needs:
        if need.per_unit is not None:
            line = _line(network, need, need.per_unit, year)
            if line is None:
                unpriced.append(next(iter(need.inputs)))
            else:
                lines.append(line)
    if not lines:
        raise AskError(f"{product.id}: none of its inputs has a price in the data")
    other = network.parameter("cost.assembly_and_test_usd")
    share = product.output_yield
    good, worst, best = (share.value, share.low, share.high) if share else (1.0, 1.0, 1.0)
    inputs = sum(line.cost for line in lines)
    return Bill(
        product=product.id,
        year=year,
        lines=tuple(lines),
        yield_loss=inputs / good - inputs,
        other=other.value,
        total=inputs / good + other.value,
        low=sum(line.low for line in lines) / best + other.low,
        high=sum(line.high for line in lines) / worst + other.high,
        unpriced=tuple(unpriced),
    )


def _line(network: Network, need: Need, per_unit: Figure, year: int) -> Line | None:
    """The line of a need; of alternatives the first, which is in use."""
    input_ = network.commodities[next(iter(need.inputs))]
    if not input_.price_usd or input_.stage not in PARTS:
        return None
    known = year_known(input_.price_usd, year)
    price = input_.price_usd[known]
    return Line(
        part=PARTS[input_.stage],
        input=input_.id,
        year=known,
        per_unit=per_unit,
        price=price,
        cost=per_unit.value * price.value,
        low=per_unit.low * price.low,
        high=per_unit.high * price.high,
    )


def shares_of_revenue(gross_margin: float, cost: Hour | None = None) -> dict[str, float]:
    """Where one dollar of revenue goes: gross margin, and the cost of what is sold.

    With the hour of an accelerator the cost is split as that hour is; without, it stands as one.
    """
    sold = 1 - gross_margin
    if cost is None:
        return {"gross margin": gross_margin, "hosting and support": sold}
    return {
        "gross margin": gross_margin,
        "accelerators and servers": sold * cost.capital / cost.total,
        "power": sold * cost.power / cost.total,
        "site, staff, repairs": sold * cost.overhead / cost.total,
    }
