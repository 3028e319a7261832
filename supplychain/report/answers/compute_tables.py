"""Tables of ``compute``: serving, training, cost, and the assumptions behind them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from supplychain.compute.chips import Chip, Transformer
from supplychain.compute.comparison import Candidate, Hourly, Training
from supplychain.compute.cost import Bill, Hour, per_million, shares_of_revenue
from supplychain.compute.serving import Conditions, decode_step
from supplychain.model import Figure, Network
from supplychain.report.tables import Cell, Column, Table, show

CHIP = Column("chip", "Chip")
BITS = Column("precision", "Bits", least=4)


def one_user_table(candidates: Sequence[Candidate]) -> Table:
    """A single user, over the fewest chips that hold the model."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            c.chip.id,
            c.precision.upper(),
            c.one.chips,
            c.one.bandwidth_s * 1e3,
            c.one.compute_s * 1e3,
            c.one.link_s * 1e3 if c.one.link_s is not None else None,
            c.one.tokens_s_user,
            c.chip.mbu,
            c.one.binds,
        )
        for c in candidates
    )
    columns = (
        CHIP,
        BITS,
        Column("chips", "Chips", "number"),
        Column("bandwidth_ms", "Read, ms", "number", priority=1),
        Column("compute_ms", "Compute, ms", "number", priority=2),
        Column("link_ms", "Link, ms", "number", priority=3),
        Column("tokens_s_user", "Tokens/s", "number"),
        Column("mbu", "MBU", "share", priority=1),
        Column("binds", "Bound by"),
    )
    return Table("one_user", "One user alone, the fewest chips that hold the model", columns, rows)


def stacks_table(
    candidates: Sequence[Candidate], model: Transformer, conditions: Conditions, network: Network
) -> Table:
    """What software makes of one user: a basic library, a good stack and the best."""
    good, basic = network.parameter("serving.mbu"), network.parameter("serving.mbu_basic_library")
    levels = (("basic", basic.value), ("good", good.value), ("best", good.high))

    def speed(c: Candidate, mbu: float) -> float:
        chip = dataclasses.replace(c.chip, mbu=mbu)
        step = decode_step(model, chip, c.one.chips, 1, c.precision, conditions)
        return step.tokens_s_user

    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (c.chip.id, c.precision.upper(), c.one.chips, *(speed(c, mbu) for _, mbu in levels))
        for c in candidates
    )
    labels = ("Basic library", "Good stack", "Best")
    columns = (
        CHIP,
        BITS,
        Column("chips", "Chips", "number"),
        *(
            Column(f"tokens_s_{key}", f"{label} {show(mbu, 'share')}", "number")
            for (key, mbu), label in zip(levels, labels, strict=True)
        ),
    )
    title = (
        "Tokens per second of one user by serving software; basic: the Hugging Face library of 2023"
    )
    return Table("stacks", title, columns, rows)


def many_users_table(
    named: Iterable[tuple[str, Candidate]],
    costs: Mapping[str, Hourly],
    title: str,
    first: Column,
) -> Table:
    """Many users.

    Args:
        named: Candidates, each with what the first column shows.
        costs: By chip.
        title: Of the table.
        first: The first column.
    """
    rows = tuple((name, *_many_users(c, costs[c.chip.id])) for name, c in named)
    columns = (
        first,
        BITS,
        Column("chips", "Chips", "number", priority=1),
        Column("batch", "Users", "number"),
        Column("tokens_s_user", "Per user", "number"),
        Column("tokens_s_chip", "Per chip", "number"),
        Column("binds", "Bound by", least=9),
        Column("usd_per_million", "US$/M own", "number", priority=1),
        Column("usd_per_million_rented", "rented", "number", priority=2),
        Column("crossover", "Crossover", "number", priority=1),
        Column("crossover_cached", "cached", "number", priority=1),
        Column("prompt_tokens_s", "Prompts, tokens/s a chip", "number", priority=3),
    )
    return Table("many_users", title, columns, rows, "no model that is described")


def _many_users(c: Candidate, cost: Hourly) -> tuple[Cell, ...]:
    step = c.many.step
    return (
        c.precision.upper(),
        step.chips,
        step.batch,
        step.tokens_s_user,
        step.tokens_s_chip,
        c.many.binds,
        per_million(cost.owned.total, step.tokens_s_chip) if cost.owned else None,
        per_million(cost.rented.value, step.tokens_s_chip) if cost.rented else None,
        c.crossover,
        c.crossover_cached if c.crossover_cached is not None else "never",
        c.prompt_tokens_s,
    )


def training_table(rows: Iterable[Training], title: str) -> Table:
    """Runs on a cluster; a dash where the cluster does not hold the model's state."""
    made = tuple(
        (
            row.name,
            row.precision.upper(),
            row.mfu,
            row.least,
            row.run.days if row.run else None,
            row.run.chip_hours / 1e6 if row.run else None,
            row.run.runs_per_quarter if row.run else None,
            row.run.energy_mwh if row.run else None,
            row.owned_usd / 1e6 if row.owned_usd is not None else None,
            row.rented_usd / 1e6 if row.rented_usd is not None else None,
        )
        for row in rows
    )
    columns = (
        Column("name", "What"),
        BITS,
        Column("mfu", "MFU", "share"),
        Column("least_chips", "Least chips", "number", priority=3),
        Column("days", "Days", "number"),
        Column("chip_hours_million", "M chip hours", "number", priority=1),
        Column("runs_per_quarter", "Runs a quarter", "number", priority=2),
        Column("energy_mwh", "MWh", "number", priority=2),
        Column("cost_usd_million", "US$M owned", "number"),
        Column("rent_usd_million", "US$M rented", "number", priority=1),
    )
    return Table("training", title, columns, made, "no model whose training is published")


def bill_table(bill: Bill, unit: Mapping[str, str], published: tuple[int, Figure] | None) -> Table:
    """Inputs of an accelerator, what they cost, and what was published."""
    rows: list[tuple[Cell, ...]] = [
        (f"{line.input} ({line.part})", f"{line.per_unit.value:.3g} {unit[line.input]}",
         line.price.value, line.cost, line.low, line.high)
        for line in bill.lines
    ]  # fmt: skip
    rows += [
        ("lost in assembly and test", "", None, bill.yield_loss, None, None),
        ("substrate, assembly, test", "", None, bill.other, None, None),
        ("together", "", None, bill.total, bill.low, bill.high),
    ]
    if published is not None:
        year, figure = published
        rows.append((f"published, {year}", "", None, figure.value, figure.low, figure.high))
    columns = (
        Column("part", "Part", least=24),
        Column("amount", "Amount", priority=1),
        Column("price_usd", "Price, US$", "number", priority=1),
        Column("cost_usd", "US$", "number"),
        Column("low", "Low", "number", priority=2),
        Column("high", "High", "number", priority=2),
    )
    title = f"What one {bill.product} costs to make, at prices of {bill.year}"
    return Table("bill", title, columns, tuple(rows))


def revenue_table(network: Network, hour: Hour) -> Table:
    """Where a dollar goes: who sells tokens beside who sells software."""
    tokens = shares_of_revenue(network.parameter("cost.api_gross_margin").value, hour)
    software = shares_of_revenue(network.parameter("cost.software_gross_margin").value)
    keys = [k for k in (*tokens, *software) if k != "gross margin"]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (key, tokens.get(key), software.get(key)) for key in [*keys, "gross margin"]
    )
    columns = (
        Column("item", "Of each dollar of revenue", least=24),
        Column("tokens", "Sells tokens", "share"),
        Column("software", "Sells software", "share"),
    )
    return Table("revenue", "Cost structure against a classic software firm", columns, rows)


def assumptions_table(figures: Iterable[Figure]) -> Table:
    """What was taken, by the name that ``--assume`` knows, with its range and source."""
    rows = tuple(
        (
            name,
            _written(f.value),
            f"{_written(f.low)}–{_written(f.high)}" if f.low < f.high else "",
            f.basis,
            ", ".join(f.sources),
            f.note,
        )
        for name, f in {f.name: f for f in figures}.items()
    )
    columns = (
        Column("figure", "Assumption"),
        Column("value", "Value", least=5),
        Column("range", "Range", priority=1, least=9),
        Column("basis", "Basis", priority=2, least=8),
        Column("sources", "Source", least=9, breakable=True),
        Column("note", "Why", priority=3, least=45),
    )
    return Table("assumptions", "What was assumed", columns, rows)


def _written(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"


def chip_figures(chips: Iterable[Chip], trained: Iterable[str]) -> list[Figure]:
    """The figures behind the chips, as far as training in these precisions takes them."""
    eight = any(precision != "bf16" for precision in trained)
    return [f for chip in chips for f in chip.taken if eight or f.name != "training.mfu_8_bit"]
