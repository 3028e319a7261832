"""What is known beside the chain: AI models, parameters, published outcomes, past disruptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from supplychain.model.figures import NOWHERE, Figure, Place
from supplychain.model.quarters import Quarter
from supplychain.model.values import freeze


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
    place: Place = NOWHERE

    def __post_init__(self) -> None:
        freeze(self, "facts", "training")


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
    place: Place = NOWHERE

    def __post_init__(self) -> None:
        freeze(self, "figures")


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
    place: Place = NOWHERE

    def __post_init__(self) -> None:
        freeze(self, "figures", "years")


@dataclass(frozen=True, slots=True)
class Outcome:
    """Published series that belong together."""

    id: str
    name: str
    series: tuple[Series, ...]
    note: str = ""
    place: Place = NOWHERE


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
    place: Place = NOWHERE

    def __post_init__(self) -> None:
        freeze(self, "figures", "curve")
