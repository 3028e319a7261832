"""What the side panel of the interactive graph says: facts, makers, amounts, sources.

Rows are lists, not mappings; makers, lines, goods and sources are named by number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from supplychain.escapes import is_web

if TYPE_CHECKING:
    from supplychain.model import Capacity, Figure, Network, Product, Supply
    from supplychain.model.quarters import Quarter
    from supplychain.report.graph.view import Box, Use, View

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

SPELLED_OUT = 4
"""Most goods named for one link between organizations or countries."""


class Panel:
    """Texts about the boxes of a view; numbers makers, lines and sources as they come up."""

    def __init__(self, network: Network, view: View, quarters: Sequence[Quarter]) -> None:
        self._network = network
        self._view = view
        self._quarters = quarters
        self._sources: dict[str, int] = {}
        self._organizations: dict[str, int] = {}
        self._goods: dict[str, int] = {}
        self._lines: dict[str, int] = {}

    def note(self, box: Box) -> str:
        """What the data notes on the commodity or organization itself."""
        if self._view.by == "commodity":
            return self._network.commodities[box.id].note
        if box.id in self._network.organizations:
            return self._network.organizations[box.id].note
        return ""

    def search_words(self, box: Box) -> str:
        """What a search finds a box by besides its name and the names in its rows."""
        words = [box.id]
        if self._view.by == "commodity":
            commodity = self._network.commodities[box.id]
            words += [*commodity.aliases, *commodity.groups]
        return " · ".join(words).lower()

    def facts(self, box: Box) -> list[Json]:
        """Rows of name, text, sources."""
        if self._view.by == "commodity":
            return self._commodity_facts(box.id)
        organization = self._network.organizations.get(box.id)
        if organization is None:
            return []
        rows: list[Json] = [["Headquarters", organization.country, []]]
        if organization.owner:
            rows.append(["Owner", self._network.organizations[organization.owner].name, []])
        return rows

    def _commodity_facts(self, id_: str) -> list[Json]:
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
        return [name, figure_text(figure, share), self._cite(figure.sources)]

    def makers(self, box: Box) -> list[Json]:
        """Rows of good, organization, country, first and last quarter, shares, lines, sources.

        The largest latest share comes first. Shares are rows of year, text, sources.
        """

        def rank(supply: Supply) -> tuple[float, str]:
            return (-supply.share[max(supply.share)].value if supply.share else 0.0, supply.id)

        return [
            [
                self._goods.setdefault(s.commodity, len(self._goods)),
                self._organization(s.organization),
                s.country,
                self._place(s.start) if s.start is not None else 0,
                self._place(s.end) if s.end is not None else len(self._quarters),
                [
                    [year, f"{figure_text(f, share=True)} in {year}", self._cite(f.sources)]
                    for year, f in sorted(s.share.items())
                ],
                [self._line(self._network.capacity(s, name)) for name in s.draws],
                self._cite(s.sources),
            ]
            for s in sorted(box.supplies, key=rank)
        ]

    def uses(self, link: tuple[str, str]) -> list[Json]:
        """Rows of text, qualified makers with the quarter from which they count, sources.

        No makers are given where any maker will do.
        """
        uses = self._view.links[link]
        if self._view.by == "commodity":
            return [self._use(use) for use in uses]
        names = self._network.commodities
        goods = [f"{names[u.input].name} for {names[u.consumer].name}" for u in uses]
        return [[listed(goods, SPELLED_OUT, "; "), None, []]]

    def _use(self, use: Use) -> Json:
        names, need = self._network.commodities, use.need
        texts: list[str] = []
        sources: list[str] = list(need.sources)
        if need.per_unit is not None:
            one = names[use.consumer].unit.removesuffix("s")
            texts.append(figure_text(need.per_unit, unit=f"{names[use.input].unit} per {one}"))
            sources = [*need.per_unit.sources, *sources]
        if len(need.inputs) > 1:
            texts.append("or " + ", ".join(names[i].name for i in need.inputs if i != use.input))
        makers = need.makers and [
            [self._organization(m), self._place(q)] for m, q in need.makers.items()
        ]
        text = ", ".join(texts)
        if use.maker:
            text = f"at {self._network.organizations[use.maker].name}: {text}".removesuffix(": ")
        return [text, makers, self._cite(sources)]

    def _place(self, quarter: Quarter) -> int:
        """Number of the quarter; below 0 before the first."""
        return quarter - self._quarters[0]

    def _organization(self, id_: str) -> int:
        return self._organizations.setdefault(id_, len(self._organizations))

    def _line(self, capacity: Capacity) -> int:
        return self._lines.setdefault(capacity.key, len(self._lines))

    def _cite(self, ids: Iterable[str]) -> list[int]:
        """Rows of :meth:`cited`; ids that the bibliography lacks are left out."""
        return [
            self._sources.setdefault(id_, len(self._sources))
            for id_ in dict.fromkeys(ids)
            if id_ in self._network.sources
        ]

    def organizations(self) -> list[Json]:
        """Name and other names of each organization that rows name by number."""
        named = [self._network.organizations[id_] for id_ in self._organizations]
        return [[o.name, " · ".join(o.aliases).lower()] for o in named]

    def goods(self) -> list[str]:
        """Name of each commodity that rows name by number."""
        return [self._network.commodities[id_].name for id_ in self._goods]

    def lines(self) -> dict[str, list[Json]]:
        """Key of each line that rows name by number, to its name, unit and figures.

        Figures are rows of quarter (as a number), text, sources.
        """
        capacities = {c.key: c for o in self._network.organizations.values() for c in o.capacities}
        return {key: self._figures(capacities[key]) for key in self._lines}

    def _figures(self, line: Capacity) -> list[Json]:
        figures = [
            [self._place(q), f"{figure_text(f)} {line.unit}, {q}", self._cite(f.sources)]
            for q, f in sorted(line.figures.items())
        ]
        return [line.id, figures]

    def cited(self) -> list[Json]:
        """Publisher, title, date and address of each source; only web addresses are kept."""
        sources = [self._network.sources[id_] for id_ in self._sources]
        return [
            [s.publisher, s.title, s.published, s.url if is_web(s.url) else ""] for s in sources
        ]


def listed(names: Iterable[str], most: int | None, between: str = ", ") -> str:
    """The names, each once; of more than so many the first, and how many more there are."""
    each = list(dict.fromkeys(names))
    if most is None or len(each) <= most:
        return between.join(each)
    return between.join([*each[:most], f"and {len(each) - most} more"])


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
