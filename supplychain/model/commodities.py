"""Commodities, what they need, and what an accelerator can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, TypeAlias

from supplychain.errors import AskError
from supplychain.model.figures import NOWHERE, Basis, Figure, Place, in_year
from supplychain.model.quarters import Quarter
from supplychain.model.values import freeze

Role: TypeAlias = Literal["component", "material", "tool", "software", "design", "service"]

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

FLOW_ROLES: frozenset[Role] = frozenset({"component", "material"})
"""Roles whose loss stops output once the stock is used up; the others act slowly."""


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
    place: Place = NOWHERE

    def __post_init__(self) -> None:
        freeze(self, "inputs", "makers")


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

    def __post_init__(self) -> None:
        freeze(self, "facts", "price_usd", "rack_share", "utilization")

    def sold(self, quarter: Quarter) -> bool:
        """Whether the quarter lies between launch and end of the product."""
        return self.launch <= quarter and (self.end is None or quarter <= self.end)

    def lifetime(self) -> str:
        """When it is sold, in words: ``from 2022Q4 to 2025Q4``."""
        return f"from {self.launch}" + ("" if self.end is None else f" to {self.end}")

    def price_in(self, quarter: Quarter) -> Figure | None:
        """The price of the latest year up to the quarter's, else of the first year known."""
        return in_year(self.price_usd, quarter.year)


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
    place: Place = NOWHERE
    price_usd: Mapping[int, Figure] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        freeze(self, "price_usd")

    def h100e(self) -> float:
        """H100 equivalents of one unit: dense 8-bit peak / 1,979; BF16 where it has no 8-bit mode.

        Ref: Epoch AI counts AI chips by peak dense 8-bit operations.

        Raises:
            AskError: Not an accelerator, or no peak is known.
        """
        facts = self.product.facts if self.product else {}
        eight_bit = [facts[k].value for k in ("fp8_tflops", "int8_tops") if k in facts]
        if eight_bit:
            return max(eight_bit) / H100_TOPS
        if "bf16_tflops" in facts:
            return facts["bf16_tflops"].value / H100_TOPS
        raise AskError(f"{self.id}: no peak of 8-bit or BF16 operations is known")
