"""What the side panel of the interactive graph says: facts, makers, amounts, sources.

Rows are lists, not mappings, and sources are numbers, to keep the page small.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from supplychain.model import Figure, Need, Network, Product, Supply
    from supplychain.quarters import Quarter

Json: TypeAlias = Any
"""A value of the page's data."""

FACTS: Mapping[str, str] = MappingProxyType(
    {
        "bf16_tflops": "BF16, TFLOP/s",
        "fp8_tflops": "FP8, TFLOP/s",
        "int8_tops": "INT8, TOP/s",
        "memory_gb": "Memory, GB",
        "bandwidth_tb_s": "Memory bandwidth, TB/s",
        "link_gb_s": "Links, GB/s",
        "tdp_w": "Power, W",
        "hbm_stacks": "HBM stacks",
        "die_mm2": "Die, mm²",
        "dies": "Dies",
    }
)
"""Facts of an accelerator in words; peaks are dense."""


class Panel:
    """Texts about the commodities of a network; numbers makers and sources as they come up."""

    def __init__(self, network: Network, at: Quarter | None) -> None:
        self._network = network
        self._at = at
        self._numbers: dict[str, int] = {}
        self._organizations: dict[str, int] = {}
        self._needs = _needs_of_links(network)

    def note(self, commodity: str) -> str:
        """The commodity's note in the data."""
        return self._network.commodities[commodity].note

    def search_words(self, id_: str) -> str:
        """What a search finds a commodity by besides its name and its makers."""
        commodity = self._network.commodities[id_]
        return " · ".join([id_, *commodity.aliases, *commodity.groups]).lower()

    def facts(self, id_: str) -> list[Json]:
        """Rows of name, text, sources."""
        commodity = self._network.commodities[id_]
        rows: list[Json] = [["Unit", commodity.unit, []]]
        if commodity.aliases:
            rows.append(["Also called", ", ".join(commodity.aliases), []])
        if commodity.output_yield is not None:
            rows.append(self._fact("Yield", commodity.output_yield, share=True))
        if commodity.stock_weeks is not None:
            rows.append(self._fact("Stock, weeks", commodity.stock_weeks))
        if commodity.product is not None:
            rows += self._product_facts(commodity.product)
        return rows

    def _product_facts(self, product: Product) -> list[Json]:
        end = f" to {product.end}" if product.end is not None else " on"
        rows: list[Json] = [["Shipped", f"{product.launch}{end}", []]]
        for name, figure in product.facts.items():
            rows.append(self._fact(FACTS.get(name, name.replace("_", " ")), figure))
        for year, price in sorted(product.price_usd.items()):
            rows.append(self._fact(f"Price {year}, US$", price))
        return rows

    def _fact(self, name: str, figure: Figure, share: bool = False) -> Json:
        return [name, figure_text(figure, share), self._sources(figure.sources)]

    def makers(self, commodity: str) -> list[Json]:
        """Rows of organization, country, share or capacity, sources; the largest share first."""
        at = self._at
        supplies = [s for s in self._network.makers(commodity) if at is None or s.active(at)]
        shares = {s.id: _share(s, at) for s in supplies}

        def rank(supply: Supply) -> tuple[float, str]:
            share = shares[supply.id]
            return (-share[1].value if share else 0.0, supply.id)

        return [
            [
                self._organizations.setdefault(s.organization, len(self._organizations)),
                s.country,
                *self._maker(s, shares[s.id]),
            ]
            for s in sorted(supplies, key=rank)
        ]

    def _maker(self, supply: Supply, share: tuple[int, Figure] | None) -> tuple[str, list[int]]:
        texts, sources = [], list(supply.sources)
        if share is not None:
            texts.append(f"{figure_text(share[1], share=True)} in {share[0]}")
            sources += share[1].sources
        for name in supply.draws:
            capacity = self._network.capacity(supply, name)
            known = sorted(capacity.figures)
            reached = [q for q in known if self._at is None or q <= self._at]
            quarter = reached[-1] if reached else known[0]
            figure = capacity.figures[quarter]
            texts.append(f"line {name}: {figure_text(figure)} {capacity.unit}, {quarter}")
            sources += figure.sources
        return "; ".join(texts), self._sources(sources)

    def need(self, source: str, target: str) -> tuple[str, list[int]]:
        """Amount, alternatives and qualified makers of an input, and the sources of all that."""
        commodities = self._network.commodities
        one = commodities[target].unit.removesuffix("s")
        units = f"{commodities[source].unit} per {one}"
        texts: list[str] = []
        sources: list[str] = []
        for need in self._needs[source, target]:
            if need.per_unit is not None:
                texts.append(figure_text(need.per_unit, unit=units))
                sources += need.per_unit.sources
            if len(need.inputs) > 1:
                others = [commodities[i].name for i in need.inputs if i != source]
                texts.append("or " + ", ".join(others))
            if need.makers is not None:
                names = [self._network.organizations[maker].name for maker in need.makers]
                texts.append("only from " + ", ".join(names))
            sources += need.sources
        return "; ".join(dict.fromkeys(texts)), self._sources(sources)

    def _sources(self, ids: Iterable[str]) -> list[int]:
        """Rows of :meth:`cited`; ids that the bibliography lacks are left out."""
        return [
            self._numbers.setdefault(id_, len(self._numbers))
            for id_ in dict.fromkeys(ids)
            if id_ in self._network.sources
        ]

    def organizations(self) -> list[Json]:
        """Name and other names of each maker that the rows of :meth:`makers` name by number."""
        named = [self._network.organizations[id_] for id_ in self._organizations]
        return [[o.name, " · ".join(o.aliases).lower()] for o in named]

    def cited(self) -> list[Json]:
        """Publisher, title, date and address of each source; only web addresses are kept."""
        sources = [self._network.sources[id_] for id_ in self._numbers]
        return [[s.publisher, s.title, s.published, s.url if _web(s.url) else ""] for s in sources]


def figure_text(figure: Figure, share: bool = False, unit: str = "") -> str:
    """Value, unit, range and, where no source says it outright, on what it stands."""

    def text(value: float) -> str:
        if share:
            return f"{value * 100:.4g}%"
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"

    parts = [text(figure.value), unit]
    remarks = []
    if (figure.low, figure.high) != (figure.value, figure.value):
        remarks.append(f"{text(figure.low)} to {text(figure.high)}")
    if figure.basis != "reported":
        remarks.append(figure.basis)
    parts.append(f"({', '.join(remarks)})" if remarks else "")
    return " ".join(part for part in parts if part)


def _web(url: str) -> bool:
    return url.lower().startswith(("https://", "http://"))


def _share(supply: Supply, at: Quarter | None) -> tuple[int, Figure] | None:
    """Share of the commodity's world output and its year: the latest known by then."""
    if not supply.share:
        return None
    known = [year for year in supply.share if at is None or year <= at.year]
    year = max(known, default=min(supply.share))
    return year, supply.share[year]


def _needs_of_links(network: Network) -> dict[tuple[str, str], list[Need]]:
    found: dict[tuple[str, str], list[Need]] = {}
    for commodity in network.commodities.values():
        own = [need for supply in network.makers(commodity.id) for need in supply.needs]
        for need in (*commodity.needs, *own):
            for input_ in need.inputs:
                found.setdefault((input_, commodity.id), []).append(need)
    return found
