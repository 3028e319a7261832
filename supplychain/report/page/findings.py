"""Findings and cards: sentences whose numbers are cells of tables on the same page."""

from __future__ import annotations

from collections.abc import Hashable

from supplychain.report.page.parts import Card, Finding, Quote, Words
from supplychain.report.tables import Column, Columns, Table, show, table
from supplychain.simulation import FELT, RECOVERED, Simulation, change

_SHIPPED = "Accelerators shipped"


def timing_table(result: Simulation) -> Table:
    """First felt, deepest, lost, and back: one row each."""
    felt = result.first_felt()
    later = "never" if result.felt_later() is None else f"after {result.quarters[-1]}"
    deepest, depth = result.deepest()
    during, after = result.lost()
    until = result.shocked_until()
    back = result.recovered_by()
    never = f"not by {result.quarters[-1]}" if depth < -RECOVERED else "never below it"
    rows = {
        "felt": ("First felt", str(felt) if felt else later),
        "deepest": ("Deepest quarter", str(deepest) if felt else "none"),
        "depth": ("Change in that quarter", show(depth if felt else 0.0, "change")),
        "fewer": ("Accelerators fewer over the window", show(during + after, "units")),
        "after": (f"Of them after the shock ends in {until}", show(after, "units")),
        "back": ("Back within 1% of the baseline", str(back) if back else never),
    }
    if until is None:
        del rows["after"]
    columns: Columns[str] = (
        Column("what", "What", of=lambda id_: rows[id_][0]),
        Column("value", "Value", of=lambda id_: rows[id_][1]),
    )
    return table("timing", columns, rows, by=str)


def headline(result: Simulation) -> float:
    """Relative change of accelerators; 0 where there were none."""
    return change(result.baseline.total(), result.scenario.total()) or 0.0


def findings(
    result: Simulation,
    totals: Table,
    limits: Table,
    timing: Table,
    fairness: Table,
    buyers: Table,
    chokepoints: Table,
    single: Table,
) -> tuple[Finding, ...]:
    """Three to five sentences, the number first."""
    if result.baseline.total() <= 0 and result.scenario.total() <= 0:
        shipped = Quote(totals, "shipped", "baseline")
        found = [
            Finding(
                ("No accelerator is shipped",),
                (
                    " in any quarter (",
                    shipped,
                    "), so there is nothing to lose.",
                ),
                totals.name,
            )
        ]
        return (*found, *_chokepoint_finding(chokepoints, single))
    found = [_output_finding(result, totals)]
    if limits.rows:
        found.append(_limit_finding(result, limits))
    if result.shocks:
        found.append(_timing_finding(result, timing))
    if buyers.rows and fairness.rows:
        found.append(_buyer_finding(result, buyers, fairness))
    return (*found, *_chokepoint_finding(chokepoints, single))


def _window(result: Simulation) -> str:
    first, last = result.quarters[0], result.quarters[-1]
    return f"in {first}" if first == last else f"from {first} to {last}"


def _output_finding(result: Simulation, totals: Table) -> Finding:
    before = Quote(totals, "shipped", "baseline")
    if not result.shocks:
        rest: Words = (f" are shipped {_window(result)}",)
        if "h100e" in totals.ids:
            rest = (*rest, ", worth ", Quote(totals, "h100e", "baseline"), " H100s")
        return Finding((before, " accelerators"), (*rest, "."), totals.name)
    lost = Quote(totals, "shipped", "change")
    after = Quote(totals, "shipped", "scenario")
    rest = (f": {_window(result)} ", after, " are shipped instead of ", before)
    if "h100e" in totals.ids:
        rest = (*rest, "; in H100 equivalents ", Quote(totals, "h100e", "change"))
    if result.first_felt() is None:
        seen = "" if result.felt_later() is None else " within the window"
        return Finding((lost, f": as many accelerators as before{seen}"), (*rest, "."), totals.name)
    return Finding((lost, " accelerators"), (*rest, "."), totals.name)


def _limit_finding(result: Simulation, limits: Table) -> Finding:
    """What limits output most, now and in the baseline."""
    if not result.shocks:
        top = _most(limits, "baseline_most")
        return Finding(
            (Quote(limits, top, "input"), " limits output most"),
            (
                " in ",
                Quote(limits, top, "baseline_most"),
                " of ",
                Quote(limits, top, "quarters"),
                " quarters.",
            ),
            limits.name,
        )
    top, was = limits.ids[0], _most(limits, "baseline_most")
    now: Words = (
        " in ",
        Quote(limits, top, "scenario_most"),
        " of ",
        Quote(limits, top, "quarters"),
        " quarters",
    )
    before: Words = (
        "; in the baseline ",
        *(("it does",) if was == top else (Quote(limits, was, "input"), " does")),
        " in ",
        Quote(limits, was, "baseline_most"),
        ".",
    )
    lead: Words = (Quote(limits, top, "input"), " limits output most")
    return Finding(lead, (*now, *before), limits.name)


def _most(limits: Table, key: str) -> Hashable:
    """The first row with the largest number in a column."""
    numbers = {id_: float(limits.cell(id_, key) or 0) for id_ in limits.ids}
    return max(numbers, key=lambda id_: numbers[id_])


def _timing_finding(result: Simulation, timing: Table) -> Finding:
    felt = Quote(timing, "felt", "value")
    if result.first_felt() is None:
        after = result.felt_later()
        none = ": no quarter ships 0.1% more or less than the baseline"
        ending = "." if after is None else f" until {result.quarters[-1]}; {after} does."
        rest: Words = (none + ending,)
        return Finding(("First felt: ", felt), rest, timing.name)
    return Finding(
        ("First felt in ", felt),
        (
            ", deepest in ",
            Quote(timing, "deepest", "value"),
            " (",
            Quote(timing, "depth", "value"),
            "); back within 1% of the baseline: ",
            Quote(timing, "back", "value"),
            ".",
        ),
        timing.name,
    )


def _buyer_finding(result: Simulation, buyers: Table, fairness: Table) -> Finding:
    run = "scenario" if result.shocks else "baseline"
    filled: list[str | Quote] = []
    for tier in ("poor", "rich"):
        if tier in fairness.ids:
            filled += ["; " if filled else " ", f"compute-{tier} buyers get "]
            filled += [Quote(fairness, tier, run), " of what they order"]
    spread = Quote(fairness, "gini_fill", run)
    ending: Words = ("; the Gini of fill rates is ", spread, ".")
    if result.shocks:
        before = Quote(fairness, "gini_fill", "baseline")
        ending = ("; the Gini of fill rates goes from ", before, " to ", spread, ".")
        most = Quote(buyers, buyers.ids[0], "change")
        if isinstance(most.value, float) and most.value <= -FELT:
            lead: Words = (Quote(buyers, buyers.ids[0], "buyer"), " loses most: ", most)
            return Finding(lead, (";", *filled, *ending), buyers.name)
        lead = (Quote(fairness, "all", run), " of orders are filled")
        return Finding((*lead, ", and nobody loses"), (";", *filled, *ending), fairness.name)
    lead = (
        Quote(buyers, buyers.ids[0], "buyer"),
        " gets most: ",
        Quote(buyers, buyers.ids[0], run),
    )
    return Finding(lead, (";", *filled, *ending), buyers.name)


def _chokepoint_finding(counts: Table, single: Table) -> tuple[Finding, ...]:
    exact, near = Quote(counts, "single", "all"), Quote(counts, "near", "all")
    if not single.rows:
        rest: Words = (": nothing alone stops an accelerator; ", near, " come close.")
        return (Finding((exact, " single points of failure"), rest, counts.name),)
    rest = (
        ", and ",
        near,
        " that others could hardly cover; losing ",
        Quote(single, single.ids[0], "name"),
        " alone stops ",
        Quote(single, single.ids[0], "at_stake"),
        " of the H100 equivalents on sale.",
    )
    return (Finding((exact, " single points of failure"), rest, single.name),)


def cards(
    result: Simulation,
    totals: Table,
    limits: Table,
    timing: Table,
    fairness: Table,
    chokepoints: Table,
) -> tuple[Card, ...]:
    """Up to six numbers in large type."""
    shocked = bool(result.shocks)
    run = "scenario" if shocked else "baseline"
    found = []
    before = Quote(totals, "shipped", "baseline")
    if shocked:
        note: Words = (Quote(totals, "shipped", "scenario"), " instead of ", before)
        found.append(Card(_SHIPPED, Quote(totals, "shipped", "change"), note))
    else:
        found.append(Card(_SHIPPED, before, (_window(result),)))
    if "h100e" in totals.ids:
        worth = Quote(totals, "h100e", "change" if shocked else "baseline")
        after = Quote(totals, "h100e", run)
        found.append(
            Card("H100 equivalents", worth, (after, " shipped") if shocked else ("shipped",))
        )
    if limits.rows:
        top = _most(limits, f"{run}_most")
        note = (
            Quote(limits, top, f"{run}_most"),
            " of ",
            Quote(limits, top, "quarters"),
            " quarters",
        )
        found.append(Card("Limits output most", Quote(limits, top, "input"), note))
    if shocked:
        deepest = Quote(timing, "deepest", "value")
        felt = Quote(timing, "felt", "value")
        found.append(Card("Deepest quarter", deepest, ("first felt ", felt)))
    if fairness.rows:
        filled = Quote(fairness, "all", run)
        gini = Quote(fairness, "gini_fill", run)
        found.append(Card("Orders filled", filled, ("Gini of fill rates ", gini)))
    near = Quote(chokepoints, "near", "all")
    found.append(
        Card(
            "Single points of failure",
            Quote(chokepoints, "single", "all"),
            (near, " nearly single"),
        )
    )
    return tuple(found)
