"""The answers of ``compute --fleet`` and of ``compute`` alone: what buyers can do with theirs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from supplychain.compute.chips import Chip, Transformer
from supplychain.compute.fleets import Share, Use
from supplychain.compute.serving import Conditions
from supplychain.model import Network
from supplychain.model.quarters import Quarter
from supplychain.report.answers.compute import SERVING, TRAINING, parameters, served
from supplychain.report.answers.compute_tables import assumptions_table, chip_figures
from supplychain.report.tables import Column, Columns, Document, Table, compact, show, table
from supplychain.simulation import change


def fleets_document(
    network: Network,
    uses: Mapping[str, tuple[Use, Use]],
    trained: Transformer,
    model: Transformer,
    conditions: Conditions,
    at: Quarter,
    shocks: Sequence[str],
    chips: Mapping[str, Chip],
    top: int,
) -> Document:
    """What each buyer's accelerators can train and serve, without and with the shocks.

    Args:
        network: The data.
        uses: By buyer, baseline and scenario.
        trained: The run that is counted.
        model: The model that is served.
        conditions: How it is served.
        at: End of this quarter.
        shocks: The scenario in words; empty: the baseline alone.
        chips: By product, for what was assumed of them.
        top: Buyers to show.
    """
    assert trained.training_flop is not None
    flop = trained.training_flop
    compared = bool(shocks)
    buyers = _table("buyers", "By buyer", _buyers(network, uses, flop), compared)
    if len(uses) == 1:
        products = _products(next(iter(uses.values())), flop)
        parts: list[Table | str] = [_table("products", "By product", products, compared)]
    else:
        parts = [_table("tiers", "Rich and poor", _tiers(network, uses, flop), compared)]
    parts.append(buyers.cut(0, top))
    if len(uses) > top:
        parts.append(f"{len(uses) - top} more buyers: --top {len(uses)}")
    parts += [*_said(network, uses, trained, compared)]
    skipped = {p: u for before, _ in uses.values() for p, u in before.skipped.items()}
    if skipped:
        parts.append(f"Left out for want of figures: {', '.join(sorted(skipped))}.")
    parts.append(_assumptions(network, uses, chips))
    return Document(
        schema="supplychain/compute-fleets/1",
        meta={"data": network.digest, "at": str(at), "shocks": list(shocks)},
        head=_head(trained, flop, model, conditions, at, shocks),
        parts=tuple(parts),
        flat=buyers,
    )


def _head(
    trained: Transformer,
    flop: float,
    model: Transformer,
    conditions: Conditions,
    at: Quarter,
    shocks: Sequence[str],
) -> tuple[tuple[str, str], ...]:
    """Which accelerators are counted, and in what."""
    return (
        ("Fleets", f"in service at the end of {at}: owned and delivered, less what is retired"),
        *((("Scenario", "; ".join(shocks)),) if shocks else ()),
        ("Training", f"runs like {trained.name}, {flop:.2g} FLOP, each chip at its own use"),
        (
            "Serving",
            f"{model.name} in 8 bits where a chip has them, as if it did nothing else; "
            f"{served(conditions)}",
        ),
    )


def _assumptions(
    network: Network, uses: Mapping[str, tuple[Use, Use]], chips: Mapping[str, Chip]
) -> Table:
    """How runs and serving are counted, and how well each chip in service is used."""
    figures = parameters(network, training=TRAINING[:1], serving=SERVING[1:])
    held = {s.product for before, _ in uses.values() for s in before.shares}
    taken = chip_figures([chips[p] for p in sorted(held)], ["bf16"])
    figures += [f for f in taken if f.name.endswith((".mfu", ".mbu"))]
    return assumptions_table(figures)


@dataclasses.dataclass(frozen=True, slots=True)
class _Fleet:
    """What some accelerators are and can do in the baseline, and their runs in the scenario."""

    name: str
    units: float
    h100e: float
    power_mw: float | None
    runs: float
    tokens_s: float | None
    then: float


def _fleet(name: str, before: Sequence[Use], after: Sequence[Use], flop: float) -> _Fleet:
    """Sums over buyers."""
    return _Fleet(
        name,
        sum(u.units for u in before),
        sum(u.h100e for u in before),
        sum(u.power_mw for u in before),
        sum(u.flop for u in before) / flop,
        sum(u.tokens_s for u in before),
        sum(u.flop for u in after) / flop,
    )


def _table(name: str, title: str, rows: Iterable[_Fleet], compared: bool) -> Table:
    key = name.removesuffix("s")
    columns: Columns[_Fleet] = (
        Column(key, key.capitalize(), of=lambda row: row.name),
        Column("units", "Units", "units"),
        Column("h100e", "H100e", "units", priority=1),
        Column("power_mw", "MW", "number", priority=1),
        Column("runs", "Runs a quarter", "number"),
        Column("tokens_s", "Tokens/s", "units"),
        Column("runs_scenario", "Runs, scenario", "number", of=lambda row: row.then),
        Column("change", "Change", "change", of=lambda row: change(row.runs, row.then)),
    )
    shown = columns if compared else columns[:-2]
    return table(name, shown, rows, title, "no buyer has a fleet")


def _buyers(network: Network, uses: Mapping[str, tuple[Use, Use]], flop: float) -> list[_Fleet]:
    """Each buyer's, the largest first."""
    return [
        _fleet(network.buyers[id_].name, [before], [after], flop)
        for id_, (before, after) in sorted(uses.items(), key=lambda kv: (-kv[1][0].h100e, kv[0]))
    ]


def _tiers(network: Network, uses: Mapping[str, tuple[Use, Use]], flop: float) -> list[_Fleet]:
    rows = []
    for name, tiers in (("rich", {"rich"}), ("poor", {"poor"}), ("all", {"rich", "poor"})):
        chosen = [u for id_, u in uses.items() if network.buyers[id_].tier in tiers]
        rows.append(_fleet(name, [u[0] for u in chosen], [u[1] for u in chosen], flop))
    return rows


def _products(both: tuple[Use, Use], flop: float) -> list[_Fleet]:
    first, then = ({s.product: s for s in use.shares} for use in both)
    rows = []
    for product in {**first, **then}:
        none = Share(product, 0.0, 0.0, 0.0, 0.0, 0.0)
        s, later = first.get(product, none), then.get(product, none)
        runs, after = s.flop / flop, later.flop / flop
        rows.append(_Fleet(product, s.units, s.h100e, s.power_mw, runs, s.tokens_s, after))
    return rows


def _said(
    network: Network, uses: Mapping[str, tuple[Use, Use]], trained: Transformer, both: bool
) -> list[str]:
    """What the tables say."""
    assert trained.training_flop is not None
    befores = [before for before, _ in uses.values()]
    total = sum(u.flop for u in befores) / trained.training_flop
    said = []
    if len(uses) == 1:
        use = befores[0]
        alone = use.largest_run / trained.training_flop
        kinds = len(use.shares)
        said.append(
            f"{compact(use.units)} accelerators of {kinds} kinds could train {total:.3g} runs like "
            f"{trained.name} in a quarter; the most capable kind alone {alone:.3g}. A run seldom "
            "spreads over several kinds."
        )
    else:
        poor = sum(u.flop for id_, (u, _) in uses.items() if network.buyers[id_].tier == "poor")
        share = poor / trained.training_flop / total if total else 0.0
        said.append(
            f"All buyers together could train {total:,.0f} runs like {trained.name} in a quarter; "
            f"the poor hold {show(share, 'share')} of that."
        )
    if both:
        after = sum(u.flop for _, u in uses.values()) / trained.training_flop
        said.append(
            f"In the scenario it is {after:.3g}, {show(change(total, after), 'change')}, "
            f"{total - after:.3g} runs a quarter less."
            if after < total
            else f"In the scenario it is {after:.3g}, {show(change(total, after), 'change')}."
        )
    return said
