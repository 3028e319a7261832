"""The vocabulary: figures, commodities and their needs, organizations and their supplies.

Every value here is frozen. The loader makes them from YAML and has checked them;
no later step changes one. A question with changed data (``simulate --assume``)
makes a new :class:`Network`.

What one commodity requires is an AND over its needs; who makes a commodity is an
OR over its supplies.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

from supplychain.quarters import Quarter

if TYPE_CHECKING:
    import networkx

    from supplychain.shocks import Scenario

Basis: TypeAlias = Literal["reported", "derived", "estimate"]
Role: TypeAlias = Literal["component", "material", "tool", "software", "design", "service"]
Tier: TypeAlias = Literal["rich", "poor"]

STAGES = (
    "materials",
    "equipment",
    "design",
    "silicon",
    "fabrication",
    "memory",
    "packaging",
    "accelerators",
    "systems",
)
"""The columns of the graph, upstream first."""

ALLOCATION_RULES = (
    "contract-first",
    "orders-first",
    "pro-rata",
    "max-min",
    "priority",
    "price",
    "alpha-fair",
)
"""Names of the rules of allocation, the default first."""

FLOW_ROLES: frozenset[Role] = frozenset({"component", "material"})
"""Roles whose loss stops output once the stock is used up; the others act slowly."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in the data: file (relative to the data folder), line, column."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of the bibliography.

    Attributes:
        published: ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; empty where the page has no date.
        accessed: The day the page was read, ``YYYY-MM-DD``.
    """

    id: str
    title: str
    publisher: str
    url: str
    published: str
    accessed: str
    note: str = ""
    place: Place = Place("", 0, 0)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Another source's value for the same figure, in the figure's own unit."""

    value: float
    sources: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with unit, range, basis and sources.

    Attributes:
        unit: Of the place, e.g. ``wafers/month``, ``weeks``; empty for pure numbers and shares.
        low: Lower end of the range; equals ``value`` where a reported figure gives none.
        sources: Ids of the bibliography; empty only for an ``estimate``, which has a note.
        stale_after: The day after which it should be looked at again, ``YYYY-MM-DD``; empty: none.
        limits: Smallest and largest value that a figure of its kind can have.
    """

    value: float
    low: float
    high: float
    unit: str = ""
    basis: Basis = "reported"
    sources: tuple[str, ...] = ()
    note: str = ""
    contradicted_by: tuple[Contradiction, ...] = ()
    place: Place = Place("", 0, 0)
    stale_after: str = ""
    limits: tuple[float, float] = (0.0, math.inf)


@dataclass(frozen=True, slots=True)
class Need:
    """What one unit of a commodity requires of another.

    Attributes:
        inputs: The commodity, or the alternatives any one of which will do, mapped to the
            weeks that switching to it takes (``None``: no switch is needed, it is in use).
        per_unit: Good input per unit of output, input unit / output unit; ``None`` where no
            quantity is known (the need then counts for structure and availability only).
        makers: Organizations qualified for this need, with the first quarter in which their
            goods count; ``None``: any maker is.
        cycle_weeks: From the input sent to the output finished; ``None``: as the input says.
        stock_weeks: Stock held at the start, in weeks of use.
        essential: Share of the output that cannot do without, 0 to 1.
        install_weeks: For a ``tool``: from its delivery to the capacity it brings.
        wear: For a ``tool`` or ``service``: share of capacity lost per quarter without it.
    """

    inputs: Mapping[str, Figure | None]
    role: Role
    per_unit: Figure | None = None
    makers: Mapping[str, Quarter] | None = None
    cycle_weeks: Figure | None = None
    stock_weeks: Figure | None = None
    essential: Figure | None = None
    install_weeks: Figure | None = None
    wear: Figure | None = None
    basis: Basis = "reported"
    sources: tuple[str, ...] = ()
    note: str = ""
    place: Place = Place("", 0, 0)


@dataclass(frozen=True, slots=True)
class Product:
    """What an accelerator can do and costs; ``None`` where no figure is known.

    Attributes:
        line: Products of one designer and line succeed one another; lines run side by side.
        rack_share: By year, the part of the units that goes into whole racks.
        half_weeks: From launch to half of the line's units; ``None``: as products usually do.
        facts: By name (``bf16_tflops``, ``fp8_tflops``, ``int8_tops``, ``memory_gb``,
            ``bandwidth_tb_s``, ``link_gb_s``, ``tdp_w``, ``server_w``, ``hbm_stacks``,
            ``die_mm2``, ``dies``, ``per_rack``). Peaks are dense; ``server_w`` is the chip with
            its share of server and network.
        price_usd: By year.
        utilization: ``mfu``, the share of the peak that training reaches in a running step, 0
            for a chip that does not train, and ``mbu``, the share of the memory bandwidth that
            serving reaches, where measured.
    """

    designer: str
    partners: tuple[str, ...]
    launch: Quarter
    end: Quarter | None
    line: str
    facts: Mapping[str, Figure]
    price_usd: Mapping[int, Figure]
    half_weeks: Figure | None = None
    rack_share: Mapping[int, Figure] = field(default_factory=lambda: MappingProxyType({}))
    utilization: Mapping[str, Figure] = field(default_factory=lambda: MappingProxyType({}))

    def sold(self, quarter: Quarter) -> bool:
        """Whether the quarter lies between launch and end of the product."""
        return self.launch <= quarter and (self.end is None or quarter <= self.end)

    def price_in(self, quarter: Quarter) -> Figure | None:
        """The price of the latest year up to the quarter's, else of the first year known."""
        if not self.price_usd:
            return None
        years = sorted(self.price_usd)
        return self.price_usd[max([y for y in years if y <= quarter.year], default=years[0])]


H100_TOPS = 1979.0
"""Dense 8-bit peak of an H100 SXM in TFLOP/s, the unit of H100 equivalents."""


@dataclass(frozen=True, slots=True)
class Commodity:
    """Something made and used: material, tool, software, component or product.

    Attributes:
        unit: What one of it is (``wafers``, ``GB``, ``units``, ``tools``).
        output_yield: The commodity's own assembly and test yield; ``None`` means 1.
        stock_weeks: How much of it the chain can hold, in weeks of the highest output to date;
            ``None``: the default of the production program.
        cycle_weeks: From one of it sent to the user's output finished, where the need does not
            say; ``None`` means no time.
        product: Facts of an accelerator; ``None`` for everything else.
        price_usd: Price of one unit by year, of what goes into accelerators; their own is in
            ``product``.
    """

    id: str
    name: str
    stage: str
    unit: str
    aliases: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    output_yield: Figure | None = None
    stock_weeks: Figure | None = None
    cycle_weeks: Figure | None = None
    product: Product | None = None
    note: str = ""
    place: Place = Place("", 0, 0)
    price_usd: Mapping[int, Figure] = field(default_factory=lambda: MappingProxyType({}))

    def h100e(self) -> float:
        """H100 equivalents of one unit: dense 8-bit peak / 1,979; BF16 where it has no 8-bit mode.

        Ref: Epoch AI counts AI chips by peak dense 8-bit operations.

        Raises:
            ValueError: Not an accelerator, or no peak is known.
        """
        facts = self.product.facts if self.product else {}
        eight_bit = [facts[k].value for k in ("fp8_tflops", "int8_tops") if k in facts]
        if eight_bit:
            return max(eight_bit) / H100_TOPS
        if "bf16_tflops" in facts:
            return facts["bf16_tflops"].value / H100_TOPS
        raise ValueError(f"{self.id}: no peak of 8-bit or BF16 operations is known")


@dataclass(frozen=True, slots=True)
class Capacity:
    """What one line of an organization can put out, shared by the supplies that run on it.

    Attributes:
        unit: Always a rate: ``wafers/month``, ``million GB/quarter``.
        at: Whether a figure is the rate at the quarter's end or its average over the quarter.
        interpolate: How quarters between two figures are filled.
        bookings: Year, then designer or partner: share of the capacity, 0 to 1.
        booking_base: What the shares are shares of, in words.
        part_of: A name shared by the capacities that are the planned split of one line, between
            which it can be converted; empty for a line of its own.
        per_base_unit: Output units of the supply's commodity in one unit of the rate's numerator
            (1e6 for ``million GB``), divided by the quarters in the rate's period.
    """

    id: str
    organization: str
    unit: str
    figures: Mapping[Quarter, Figure]
    at: Literal["exit", "average"]
    interpolate: Literal["linear", "step"]
    bookings: Mapping[int, Mapping[str, Figure]]
    booking_base: str = ""
    part_of: str = ""
    per_base_unit: float = 1.0
    note: str = ""
    place: Place = Place("", 0, 0)

    @property
    def key(self) -> str:
        """``organization.capacity``, as in ``--assume tsmc.cowos.2024Q4=40_000``."""
        return f"{self.organization}.{self.id}"

    def rate(self, quarter: Quarter) -> float:
        """The rate at the end of the quarter (``at: exit``) or over it (``at: average``).

        In the unit of the data. Zero before the first figure (the line does not exist as far
        as is known), the last figure after the last.
        """
        known = sorted(self.figures)
        if quarter < known[0]:
            return 0.0
        before = max(q for q in known if q <= quarter)
        value = self.figures[before].value
        later = [q for q in known if q > quarter]
        if not later or self.interpolate == "step":
            return value
        after = later[0]
        return value + (self.figures[after].value - value) * ((quarter - before) / (after - before))

    def per_quarter(self, quarter: Quarter) -> float:
        """Capacity of the quarter, in commodity units.

        For exit rates the mean of the exits of this quarter and the one before; a line begins
        with nothing.
        """
        rate = self.rate(quarter)
        if self.at == "exit":
            rate = (rate + self.rate(quarter + -1)) / 2
        return rate * self.per_base_unit

    def booked(self, quarter: Quarter) -> Mapping[str, float]:
        """Shares booked in the quarter, 0 to 1 and together at most 1.

        A year's booking is its middle's: straight lines join the middles of the years, the first
        year's holds before, the last's after. A holder without a booking in a year has 0 then.
        """
        years = self.booked_years(quarter)
        shares: dict[str, float] = {}
        for year, part in years.items():
            for holder, figure in self.bookings[year].items():
                shares[holder] = shares.get(holder, 0.0) + part * figure.value
        return MappingProxyType(shares)

    def booked_years(self, quarter: Quarter) -> Mapping[int, float]:
        """The one or two years whose bookings make the quarter's, each with its weight."""
        years = sorted(self.bookings)
        middle = quarter.year + (quarter.number - 2.5) / 4  # in years since the middle of year 0
        before = [y for y in years if y <= middle]
        after = [y for y in years if y > middle]
        if not before or not after:
            return MappingProxyType(dict.fromkeys(before[-1:] or after[:1], 1.0))
        part = (middle - before[-1]) / (after[0] - before[-1])
        return MappingProxyType({before[-1]: 1.0 - part, after[0]: part})


@dataclass(frozen=True, slots=True)
class Supply:
    """One organization making one commodity in one place.

    Attributes:
        country: Where the plant stands, ISO 3166-1 alpha-2.
        draws: Capacities of the organization it runs on, with the units of capacity one unit of
            output takes (``None``: one); empty for an unmetered supply.
        share: Share of the commodity's world output by year, 0 to 1, where that is what is known.
        start: First quarter of output; ``None``: before everything the data covers.
        end: Last quarter of output; ``None``: none is known.
        surge: Spare output as a share of normal output, available ``surge_weeks`` after a call.
        needs: What this maker needs beyond the commodity's own needs.
    """

    organization: str
    commodity: str
    country: str
    draws: Mapping[str, Figure | None] = field(default_factory=lambda: MappingProxyType({}))
    share: Mapping[int, Figure] = field(default_factory=lambda: MappingProxyType({}))
    start: Quarter | None = None
    end: Quarter | None = None
    recovery_weeks: Figure | None = None
    surge: Figure | None = None
    surge_weeks: Figure | None = None
    needs: tuple[Need, ...] = ()
    basis: Basis = "reported"
    sources: tuple[str, ...] = ()
    note: str = ""
    place: Place = Place("", 0, 0)

    @property
    def id(self) -> str:
        """``organization/commodity@COUNTRY``."""
        return f"{self.organization}/{self.commodity}@{self.country}"

    @property
    def metered(self) -> bool:
        """Whether the supply draws on a capacity in absolute units."""
        return bool(self.draws)

    def active(self, quarter: Quarter) -> bool:
        """Whether the supply puts out in the quarter."""
        return (self.start is None or self.start <= quarter) and (
            self.end is None or quarter <= self.end
        )

    def share_in(self, quarter: Quarter) -> Figure | None:
        """The share of the latest year up to the quarter's, else of the first year known."""
        if not self.share:
            return None
        years = sorted(self.share)
        return self.share[max([y for y in years if y <= quarter.year], default=years[0])]


@dataclass(frozen=True, slots=True)
class Orders:
    """What a buyer, or all of a designer's buyers, order or are promised of some products.

    Attributes:
        products: Ids or groups of accelerators; within one order they substitute for each other.
        figures: Units by period; a whole year (``2024``) is spread evenly over its quarters.
    """

    products: tuple[str, ...]
    figures: Mapping[Quarter, Figure]
    place: Place = Place("", 0, 0)


@dataclass(frozen=True, slots=True)
class Organization:
    """A firm or institution.

    Attributes:
        country: Of its headquarters, ISO 3166-1 alpha-2.
        owner: Id of the organization that controls it; empty if none in the data does.
        lines: Year, then product line: share of the designer's units (for its product mix).
        orders: Of a designer: what all its buyers together take, where that is known; no more
            is sold.
    """

    id: str
    name: str
    country: str
    aliases: tuple[str, ...] = ()
    owner: str = ""
    capacities: tuple[Capacity, ...] = ()
    supplies: tuple[Supply, ...] = ()
    lines: Mapping[int, Mapping[str, Figure]] = field(default_factory=lambda: MappingProxyType({}))
    orders: tuple[Orders, ...] = ()
    note: str = ""
    sources: tuple[str, ...] = ()
    place: Place = Place("", 0, 0)


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who takes accelerators; one buyer, or a group of ``count`` alike.

    Attributes:
        kind: hyperscaler, china, neocloud, lab, enterprise, sovereign, university, startup, ...
        orders: What it asks for, per quarter.
        contracts: The part of that which is committed by the seller, per quarter.
        fleet: Accelerators owned at the start of the data, by product.
        export_class: Which export rule applies: ``open``, ``tier-2``, ``china``.
        site_power_mw: Power of its sites by quarter.
        price_limit_usd: The most it pays for one H100 equivalent.
        budget_usd: What it can spend on accelerators, per quarter.
        priority: Its class where an allocation rule serves by priority, 1 first; ``None``: by
            tier, the rich first.
    """

    id: str
    name: str
    tier: Tier
    kind: str
    country: str
    count: int = 1
    aliases: tuple[str, ...] = ()
    export_class: str = "open"
    organization: str = ""
    orders: tuple[Orders, ...] = ()
    contracts: tuple[Orders, ...] = ()
    fleet: Mapping[str, Figure] = field(default_factory=lambda: MappingProxyType({}))
    site_power_mw: Mapping[Quarter, Figure] = field(default_factory=lambda: MappingProxyType({}))
    price_limit_usd: Figure | None = None
    budget_usd: Mapping[Quarter, Figure] = field(default_factory=lambda: MappingProxyType({}))
    priority: int | None = None
    note: str = ""
    sources: tuple[str, ...] = ()
    place: Place = Place("", 0, 0)


@dataclass(frozen=True, slots=True)
class AIModel:
    """An AI model, for questions of usable compute.

    Attributes:
        developer: Id of an organization or buyer, or a name.
        published: ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``.
        facts: By name (``parameters``, ``active_parameters``, ``layers``, ``hidden``, ``heads``,
            ``kv_heads``, ``head_dim``, ``tokens``, ``training_flop``, ``sequence``,
            ``bytes_per_weight``).
        chip: What it was trained on, id of a product or a name; empty if nothing is published.
        training: Figures of the published run: ``chips``, ``days``, ``chip_hours``, ``mfu``,
            ``cost_usd``.
    """

    id: str
    name: str
    developer: str
    published: str
    facts: Mapping[str, Figure]
    chip: str = ""
    training: Mapping[str, Figure] = field(default_factory=lambda: MappingProxyType({}))
    aliases: tuple[str, ...] = ()
    note: str = ""
    place: Place = Place("", 0, 0)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Figures of no single node, such as the price of power or how well software uses a chip.

    Attributes:
        figures: By name; each name belongs to one topic.
    """

    id: str
    name: str
    figures: Mapping[str, Figure]
    note: str = ""
    place: Place = Place("", 0, 0)


@dataclass(frozen=True, slots=True)
class Series:
    """A published series of outcomes, to be compared with, never an input.

    Attributes:
        measure: units, revenue_usd, price_usd, cost_usd, rent_usd_hour, share, racks, wafers.
        of: Id of a product, commodity or organization.
        also: Further ids published together with it.
        buyer: For units by owner: id of the buyer, or a kind of buyers counted together; empty for
            all buyers.
        figures: By quarter.
        years: By year, where that is what is published.
    """

    measure: str
    of: str
    also: tuple[str, ...]
    buyer: str
    unit: str
    figures: Mapping[Quarter, Figure]
    years: Mapping[int, Figure]
    note: str = ""
    place: Place = Place("", 0, 0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Published series that belong together."""

    id: str
    name: str
    series: tuple[Series, ...]
    note: str = ""
    place: Place = Place("", 0, 0)


@dataclass(frozen=True, slots=True)
class Disruption:
    """A past disruption and what was published of it.

    Attributes:
        began: ``YYYY-MM-DD``.
        country: Where, ISO 3166-1 alpha-2; empty if in no single one.
        hits: What it hit, as targets of cuts; what is not in the data is left out.
        figures: By name, such as ``world_share``, ``restart_weeks``, ``full_weeks``, ``loss_usd``.
        curve: Weeks since it began to the share of normal output.
    """

    id: str
    name: str
    began: str
    country: str
    cause: str
    hits: tuple[str, ...]
    lost: str
    figures: Mapping[str, Figure]
    curve: Mapping[float, Figure]
    sources: tuple[str, ...] = ()
    note: str = ""
    place: Place = Place("", 0, 0)


@dataclass(frozen=True)
class Network:
    """The whole data set, checked; all mappings are sorted by id.

    Attributes:
        groups: Group name to the ids of its commodities.
        digest: SHA-256 of the data's text, so that a result can say what it was made from.
        models: AI models.
        outcomes: What was published of the past, to be compared with.
        disruptions: Past disruptions.
        scenarios: Named scenarios.
        parameters: Figures of no single node, by topic.
    """

    commodities: Mapping[str, Commodity]
    organizations: Mapping[str, Organization]
    buyers: Mapping[str, Buyer]
    sources: Mapping[str, Source]
    groups: Mapping[str, tuple[str, ...]]
    supplies: tuple[Supply, ...]
    digest: str = ""
    models: Mapping[str, AIModel] = field(default_factory=lambda: MappingProxyType({}))
    outcomes: Mapping[str, Outcome] = field(default_factory=lambda: MappingProxyType({}))
    disruptions: Mapping[str, Disruption] = field(default_factory=lambda: MappingProxyType({}))
    scenarios: Mapping[str, Scenario] = field(default_factory=lambda: MappingProxyType({}))
    parameters: Mapping[str, Parameters] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def products(self) -> Mapping[str, Commodity]:
        """The accelerators."""
        return {id_: c for id_, c in self.commodities.items() if c.product is not None}

    def makers(self, commodity: str) -> tuple[Supply, ...]:
        """The supplies of a commodity, in order of organization and country."""
        return self._makers.get(commodity, ())

    @cached_property
    def _makers(self) -> dict[str, tuple[Supply, ...]]:
        made: dict[str, list[Supply]] = defaultdict(list)
        for supply in self.supplies:
            made[supply.commodity].append(supply)
        return {commodity: tuple(supplies) for commodity, supplies in made.items()}

    def supply(self, id_: str) -> Supply:
        """The supply with that id.

        Raises:
            KeyError: There is none.
        """
        commodity = id_.partition("/")[2].rpartition("@")[0]
        for supply in self.makers(commodity):
            if supply.id == id_:
                return supply
        raise KeyError(id_)

    def needs(self, supply: Supply) -> tuple[Need, ...]:
        """What a supply needs: its commodity's needs and its own."""
        return self.commodities[supply.commodity].needs + supply.needs

    def cycle_weeks(self, need: Need) -> Figure | None:
        """Weeks from the input sent to the output finished: the need's figure, else the input's."""
        if need.cycle_weeks is not None:
            return need.cycle_weeks
        return self.commodities[next(iter(need.inputs))].cycle_weeks

    def parameter(self, name: str) -> Figure:
        """The parameter of that name, ``topic.key``, e.g. ``power.pue``.

        Raises:
            ValueError: The data has none of that name.
        """
        topic, _, key = name.partition(".")
        try:
            return self.parameters[topic].figures[key]
        except KeyError:
            raise ValueError(
                f"the data has no parameter '{name}'; add '{key}' to parameters/{topic}.yaml"
            ) from None

    def owners(self, organization: str) -> tuple[str, ...]:
        """The organization and those that own it, nearest first."""
        chain = [organization]
        while owner := self.organizations[chain[-1]].owner:
            chain.append(owner)
        return tuple(chain)

    def capacity(self, supply: Supply, name: str) -> Capacity:
        """The capacity of the supply's organization with that id."""
        return next(c for c in self.organizations[supply.organization].capacities if c.id == name)

    def graph(self) -> networkx.DiGraph[str]:
        """The network as a networkx graph; see :func:`supplychain.graph.graph`."""
        from supplychain.graph import graph

        return graph(self)


def assemble(
    commodities: Iterable[Commodity],
    organizations: Iterable[Organization],
    buyers: Iterable[Buyer] = (),
    sources: Iterable[Source] = (),
    digest: str = "",
    models: Iterable[AIModel] = (),
    outcomes: Iterable[Outcome] = (),
    disruptions: Iterable[Disruption] = (),
    scenarios: Iterable[Scenario] = (),
    parameters: Iterable[Parameters] = (),
) -> Network:
    """Put checked parts together, sorted by id; each product is supplied by its designer.

    An accelerator's supply stands in its designer's country and runs from launch to end.
    """
    organizations = sorted(organizations, key=lambda o: o.id)
    commodities = sorted(commodities, key=lambda c: c.id)
    countries = {o.id: o.country for o in organizations}
    supplies = [s for o in organizations for s in o.supplies]
    groups: dict[str, list[str]] = defaultdict(list)
    for commodity in commodities:
        for group in commodity.groups:
            groups[group].append(commodity.id)
        if (product := commodity.product) is not None:
            supplies.append(
                Supply(
                    organization=product.designer,
                    commodity=commodity.id,
                    country=countries[product.designer],
                    start=product.launch,
                    end=product.end,
                    note="the designer sells its own product",
                    place=commodity.place,
                )
            )
    return Network(
        commodities=MappingProxyType({c.id: c for c in commodities}),
        organizations=MappingProxyType({o.id: o for o in organizations}),
        buyers=MappingProxyType({b.id: b for b in sorted(buyers, key=lambda b: b.id)}),
        sources=MappingProxyType({s.id: s for s in sorted(sources, key=lambda s: s.id)}),
        groups=MappingProxyType({name: tuple(groups[name]) for name in sorted(groups)}),
        supplies=tuple(sorted(supplies, key=lambda s: (s.commodity, s.organization, s.country))),
        digest=digest,
        models=MappingProxyType({m.id: m for m in sorted(models, key=lambda m: m.id)}),
        outcomes=MappingProxyType({o.id: o for o in sorted(outcomes, key=lambda o: o.id)}),
        disruptions=MappingProxyType({d.id: d for d in sorted(disruptions, key=lambda d: d.id)}),
        scenarios=MappingProxyType({s.id: s for s in sorted(scenarios, key=lambda s: s.id)}),
        parameters=MappingProxyType({p.id: p for p in sorted(parameters, key=lambda p: p.id)}),
    )
