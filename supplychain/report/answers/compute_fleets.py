"""The answers of ``compute --fleet`` and of ``compute`` alone: what buyers can do with theirs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from supplychain.compute.chips import Chip, Transformer
from supplychain.compute.fleets import Use
from supplychain.compute.serving import Conditions
from supplychain.model import Network
from supplychain.model.quarters import Quarter
from supplychain.report.answers.compute import SERVING, TRAINING, parameters, served
from supplychain.report.answers.compute_tables import assumptions_table, chip_figures
from supplychain.report.tables import Cell, Column, Document, Table, compact, show
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
    buyers = _buyers(network, uses, flop, bool(shocks))
    parts: list[Table | str] = [_tiers(network, uses, flop, bool(shocks))]
    if len(uses) == 1:
        parts = [_products(next(iter(uses.values())), flop, bool(shocks))]
    parts.append(dataclasses.replace(buyers, rows=buyers.rows[:top]))
    if len(buyers.rows) > top:
        parts.append(f"{len(buyers.rows) - top} more buyers: --top {len(buyers.rows)}")
    parts += [*_said(network, uses, trained, bool(shocks))]
    skipped = {p: u for before, _ in uses.values() for p, u in before.skipped.items()}
    if skipped:
        parts.append(f"Left out for want of figures: {', '.join(sorted(skipped))}.")
    figures = parameters(network, training=TRAINING[:1], serving=SERVING[1:])
    held = {s.product for before, _ in uses.values() for s in before.shares}
    taken = chip_figures([chips[p] for p in sorted(held)], ["bf16"])
    figures += [f for f in taken if f.name.endswith((".mfu", ".mbu"))]
    parts.append(assumptions_table(figures))
    return Document(
        schema="supplychain/compute-fleets/1",
        meta={"data": network.digest, "at": str(at), "shocks": list(shocks)},
        head=(
            ("Fleets", f"in service at the end of {at}: owned and delivered, less what is retired"),
            *((("Scenario", "; ".join(shocks)),) if shocks else ()),
            ("Training", f"runs like {trained.name}, {flop:.2g} FLOP, each chip at its own use"),
            (
                "Serving",
                f"{model.name} in 8 bits where a chip has them, as if it did nothing else; "
                f"{served(conditions)}",
            ),
        ),
        parts=tuple(parts),
        flat=buyers,
    )


def _columns(key: str, label: str, compared: bool) -> tuple[Column, ...]:
    columns = (
        Column(key, label),
        Column("units", "Units", "units"),
        Column("h100e", "H100e", "units", priority=1),
        Column("power_mw", "MW", "number", priority=1),
        Column("runs", "Runs a quarter", "number"),
        Column("tokens_s", "Tokens/s", "units"),
    )
    if not compared:
        return columns
    return (
        *columns,
        Column("runs_scenario", "Runs, scenario", "number"),
        Column("change", "Change", "change"),
    )


def _row(name: str, before: Sequence[Use], after: Sequence[Use], flop: float) -> tuple[Cell, ...]:
    """Sums over buyers; the scenario's columns come last."""
    runs, then = (sum(u.flop for u in uses) / flop for uses in (before, after))
    return (
        name,
        sum(u.units for u in before),
        sum(u.h100e for u in before),
        sum(u.power_mw for u in before),
        runs,
        sum(u.tokens_s for u in before),
        then,
        change(runs, then),
    )


def _table(name: str, title: str, label: str, rows: list[tuple[Cell, ...]], both: bool) -> Table:
    columns = _columns(name.removesuffix("s"), label, both)
    cut = tuple(row[: len(columns)] for row in rows)
    return Table(name, title, columns, cut, "no buyer has a fleet")


def _buyers(
    network: Network, uses: Mapping[str, tuple[Use, Use]], flop: float, both: bool
) -> Table:
    rows = [
        _row(network.buyers[id_].name, [before], [after], flop)
        for id_, (before, after) in sorted(uses.items(), key=lambda kv: (-kv[1][0].h100e, kv[0]))
    ]
    return _table("buyers", "By buyer", "Buyer", rows, both)


def _tiers(network: Network, uses: Mapping[str, tuple[Use, Use]], flop: float, both: bool) -> Table:
    rows = []
    for tier in ("rich", "poor"):
        chosen = [u for id_, u in uses.items() if network.buyers[id_].tier == tier]
        rows.append(_row(tier, [u[0] for u in chosen], [u[1] for u in chosen], flop))
    rows.append(_row("all", [u[0] for u in uses.values()], [u[1] for u in uses.values()], flop))
    return _table("tiers", "Rich and poor", "Tier", rows, both)


def _products(both: tuple[Use, Use], flop: float, compared: bool) -> Table:
    first, then = ({s.product: s for s in use.shares} for use in both)
    rows: list[tuple[Cell, ...]] = []
    for product in {**first, **then}:
        s, later = first.get(product), then.get(product)
        runs, after = (share.flop / flop if share else 0.0 for share in (s, later))
        held = (s.units, s.h100e, s.power_mw) if s else (0.0, 0.0, 0.0)
        rows.append((product, *held, runs, s.tokens_s if s else 0.0, after, change(runs, after)))
    return _table("products", "By product", "Product", rows, compared)


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
