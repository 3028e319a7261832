"""Tables of ``compute``: serving, training, cost, and the assumptions behind them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from supplychain.compute.chips import Chip, Transformer
from supplychain.compute.comparison import Candidate, Hourly, Training
from supplychain.compute.cost import Bill, Hour, per_million, shares_of_revenue
from supplychain.compute.serving import Conditions, decode_step
from supplychain.model import Figure, Network
from supplychain.report.tables import Cell, Column, Columns, Table, show, table

Named = tuple[str, Candidate]
"""A candidate after what it is called in its table."""

_ONE: Columns[Candidate] = (
    Column("chip", "Chip", of=lambda c: c.chip.id),
    Column("precision", "Bits", least=4, of=lambda c: c.precision.upper()),
    Column("chips", "Chips", "number", of=lambda c: c.one.chips),
)
"""A candidate and the fewest chips that hold the model."""


def one_user_table(candidates: Sequence[Candidate]) -> Table:
    """A single user, over the fewest chips that hold the model."""
    columns: Columns[Candidate] = (
        *_ONE,
        Column("bandwidth_ms", "Read, ms", "number", priority=1,
               of=lambda c: c.one.bandwidth_s * 1e3),
        Column("compute_ms", "Compute, ms", "number", priority=2,
               of=lambda c: c.one.compute_s * 1e3),
        Column("link_ms", "Link, ms", "number", priority=3,
               of=lambda c: None if c.one.link_s is None else c.one.link_s * 1e3),
        Column("tokens_s_user", "Tokens/s", "number", of=lambda c: c.one.tokens_s_user),
        Column("mbu", "MBU", "share", priority=1, of=lambda c: c.chip.mbu),
        Column("binds", "Bound by", of=lambda c: c.one.binds),
    )  # fmt: skip
    title = "One user alone, the fewest chips that hold the model"
    return table("one_user", columns, candidates, title)


def stacks_table(
    candidates: Sequence[Candidate], model: Transformer, conditions: Conditions, network: Network
) -> Table:
    """What software makes of one user: a basic library, a good stack and the best."""
    good, basic = network.parameter("serving.mbu"), network.parameter("serving.mbu_basic_library")

    def level(key: str, label: str, mbu: float) -> Column[Candidate]:
        def speed(c: Candidate) -> float:
            chip = dataclasses.replace(c.chip, mbu=mbu)
            step = decode_step(model, chip, c.one.chips, 1, c.precision, conditions)
            return step.tokens_s_user

        return Column(f"tokens_s_{key}", f"{label} {show(mbu, 'share')}", "number", of=speed)

    columns = (
        *_ONE,
        level("basic", "Basic library", basic.value),
        level("good", "Good stack", good.value),
        level("best", "Best", good.high),
    )
    title = (
        "Tokens per second of one user by serving software; basic: the Hugging Face library of 2023"
    )
    return table("stacks", columns, candidates, title)


def many_users_table(
    named: Iterable[Named], costs: Mapping[str, Hourly], title: str, key: str
) -> Table:
    """Many users.

    Args:
        named: Candidates, each with what the first column shows.
        costs: By chip.
        title: Of the table.
        key: Of the first column.
    """

    def owned(row: Named) -> float | None:
        cost, step = costs[row[1].chip.id].owned, row[1].many.step
        return per_million(cost.total, step.tokens_s_chip) if cost else None

    def rented(row: Named) -> float | None:
        rent, step = costs[row[1].chip.id].rented, row[1].many.step
        return per_million(rent.value, step.tokens_s_chip) if rent else None

    def cached(row: Named) -> Cell:
        crossover = row[1].crossover_cached
        return "never" if crossover is None else crossover

    columns: Columns[Named] = (
        Column(key, key.capitalize(), of=lambda r: r[0]),
        Column("precision", "Bits", least=4, of=lambda r: r[1].precision.upper()),
        Column("chips", "Chips", "number", priority=1, of=lambda r: r[1].many.step.chips),
        Column("batch", "Users", "number", of=lambda r: r[1].many.step.batch),
        Column("tokens_s_user", "Per user", "number", of=lambda r: r[1].many.step.tokens_s_user),
        Column("tokens_s_chip", "Per chip", "number", of=lambda r: r[1].many.step.tokens_s_chip),
        Column("binds", "Bound by", least=9, of=lambda r: r[1].many.binds),
        Column("usd_per_million", "US$/M own", "number", priority=1, of=owned),
        Column("usd_per_million_rented", "rented", "number", priority=2, of=rented),
        Column("crossover", "Crossover", "number", priority=1, of=lambda r: r[1].crossover),
        Column("crossover_cached", "cached", "number", priority=1, of=cached),
        Column("prompt_tokens_s", "Prompts, tokens/s a chip", "number", priority=3,
               of=lambda r: r[1].prompt_tokens_s),
    )  # fmt: skip
    return table("many_users", columns, named, title, "no model that is described")


def training_table(rows: Iterable[Training], title: str) -> Table:
    """Runs on a cluster; a dash where the cluster does not hold the model's state."""
    columns: Columns[Training] = (
        Column("name", "What"),
        Column("precision", "Bits", least=4, of=lambda r: r.precision.upper()),
        Column("mfu", "MFU", "share"),
        Column("least_chips", "Least chips", "number", priority=3, of=lambda r: r.least),
        Column("days", "Days", "number", of=lambda r: r.run.days if r.run else None),
        Column("chip_hours_million", "M chip hours", "number", priority=1,
               of=lambda r: r.run.chip_hours / 1e6 if r.run else None),
        Column("runs_per_quarter", "Runs a quarter", "number", priority=2,
               of=lambda r: r.run.runs_per_quarter if r.run else None),
        Column("energy_mwh", "MWh", "number", priority=2,
               of=lambda r: r.run.energy_mwh if r.run else None),
        Column("cost_usd_million", "US$M owned", "number", of=lambda r: _million(r.owned_usd)),
        Column("rent_usd_million", "US$M rented", "number", priority=1,
               of=lambda r: _million(r.rented_usd)),
    )  # fmt: skip
    return table("training", columns, rows, title, "no model whose training is published")


def _million(usd: float | None) -> float | None:
    return None if usd is None else usd / 1e6


@dataclasses.dataclass(frozen=True, slots=True)
class _Item:
    """One row of a bill."""

    part: str
    cost_usd: float
    low: float | None = None
    high: float | None = None
    amount: str = ""
    price_usd: float | None = None


def bill_table(bill: Bill, unit: Mapping[str, str], published: tuple[int, Figure] | None) -> Table:
    """Inputs of an accelerator, what they cost, and what was published."""
    rows = [
        _Item(f"{line.input} ({line.part})", line.cost, line.low, line.high,
              f"{line.per_unit.value:.3g} {unit[line.input]}", line.price.value)
        for line in bill.lines
    ]  # fmt: skip
    rows.append(_Item("lost in assembly and test", bill.yield_loss))
    rows.append(_Item("substrate, assembly, test", bill.other))
    rows.append(_Item("together", bill.total, bill.low, bill.high))
    if published is not None:
        year, figure = published
        rows.append(_Item(f"published, {year}", figure.value, figure.low, figure.high))
    columns: Columns[_Item] = (
        Column("part", "Part", least=24),
        Column("amount", "Amount", priority=1),
        Column("price_usd", "Price, US$", "number", priority=1),
        Column("cost_usd", "US$", "number"),
        Column("low", "Low", "number", priority=2),
        Column("high", "High", "number", priority=2),
    )
    title = f"What one {bill.product} costs to make, at prices of {bill.year}"
    return table("bill", columns, rows, title)


def revenue_table(network: Network, hour: Hour) -> Table:
    """Where a dollar goes: who sells tokens beside who sells software."""
    tokens = shares_of_revenue(network.parameter("cost.api_gross_margin").value, hour)
    software = shares_of_revenue(network.parameter("cost.software_gross_margin").value)
    items = [k for k in (*tokens, *software) if k != "gross margin"]
    columns: Columns[str] = (
        Column("item", "Of each dollar of revenue", least=24, of=str),
        Column("tokens", "Sells tokens", "share", of=tokens.get),
        Column("software", "Sells software", "share", of=software.get),
    )
    title = "Cost structure against a classic software firm"
    return table("revenue", columns, [*items, "gross margin"], title)


def assumptions_table(figures: Iterable[Figure]) -> Table:
    """What was taken, by the name that ``--assume`` knows, with its range and source."""
    columns: Columns[Figure] = (
        Column("figure", "Assumption", of=lambda f: f.name),
        Column("value", "Value", least=5, of=lambda f: _written(f.value)),
        Column("range", "Range", priority=1, least=9, of=_range),
        Column("basis", "Basis", priority=2, least=8),
        Column("sources", "Source", least=9, breakable=True, of=lambda f: ", ".join(f.sources)),
        Column("note", "Why", priority=3, least=45),
    )
    unique = {f.name: f for f in figures}
    return table("assumptions", columns, unique.values(), "What was assumed")


def _range(f: Figure) -> str:
    return f"{_written(f.low)}–{_written(f.high)}" if f.low < f.high else ""


def _written(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"


def chip_figures(chips: Iterable[Chip], trained: Iterable[str]) -> list[Figure]:
    """The figures behind the chips, as far as training in these precisions takes them."""
    eight = any(precision != "bf16" for precision in trained)
    return [f for chip in chips for f in chip.taken if eight or f.name != "training.mfu_8_bit"]
