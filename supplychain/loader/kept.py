"""A network in the form in which the cache keeps it: the parts it is put together from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

import msgspec

from supplychain import cache
from supplychain.model import (
    AIModel,
    Buyer,
    Commodity,
    Disruption,
    Network,
    Organization,
    Outcome,
    Parameters,
    Scenario,
    Shock,
    Source,
    assemble,
)

_SHOCKS: Mapping[str, Any] = {shock.__name__: shock for shock in get_args(Shock)}


class KeptShock(msgspec.Struct, frozen=True, array_like=True):
    """A shock that says of which kind it is."""

    kind: str
    shock: msgspec.Raw


class KeptScenario(msgspec.Struct, frozen=True, array_like=True):
    """A scenario; the attributes are those of :class:`supplychain.model.Scenario`."""

    id: str
    name: str
    shocks: tuple[KeptShock, ...]
    policy: str
    assume: Mapping[str, float]
    note: str


class KeptNetwork(msgspec.Struct, frozen=True, array_like=True):
    """A network; the attributes are the arguments of :func:`supplychain.model.assemble`."""

    commodities: tuple[Commodity, ...]
    organizations: tuple[Organization, ...]
    buyers: tuple[Buyer, ...]
    sources: tuple[Source, ...]
    digest: str
    models: tuple[AIModel, ...]
    outcomes: tuple[Outcome, ...]
    disruptions: tuple[Disruption, ...]
    scenarios: tuple[KeptScenario, ...]
    parameters: tuple[Parameters, ...]


def keep_network(key: str | None, network: Network) -> None:
    """Keep a network that passed every check."""
    parts: dict[str, Any] = {
        name: network.digest if name == "digest" else tuple(getattr(network, name).values())
        for name in KeptNetwork.__struct_fields__
    }
    parts["scenarios"] = tuple(map(_kept, network.scenarios.values()))
    cache.keep(key, KeptNetwork(**parts))


def recall_network(key: str | None) -> Network | None:
    """The network kept under the key, or ``None``."""
    kept = cache.recall(key, KeptNetwork)
    if kept is None:
        return None
    parts = {name: getattr(kept, name) for name in KeptNetwork.__struct_fields__}
    try:
        parts["scenarios"] = tuple(map(_scenario, kept.scenarios))
        return assemble(**parts)
    except (KeyError, msgspec.MsgspecError):  # of right types, but never written by keep_network
        return None


def _kept(scenario: Scenario) -> KeptScenario:
    parts = {name: getattr(scenario, name) for name in KeptScenario.__struct_fields__}
    parts["shocks"] = tuple(
        KeptShock(type(shock).__name__, msgspec.Raw(msgspec.msgpack.encode(shock)))
        for shock in scenario.shocks
    )
    return KeptScenario(**parts)


def _scenario(kept: KeptScenario) -> Scenario:
    parts = {name: getattr(kept, name) for name in KeptScenario.__struct_fields__}
    parts["shocks"] = tuple(
        msgspec.msgpack.decode(entry.shock, type=_SHOCKS[entry.kind]) for entry in kept.shocks
    )
    return Scenario(**parts)
