"""Findings and cards: sentences whose numbers are cells of tables on the same page."""

from __future__ import annotations

from supplychain.report.page.parts import Card, Finding, Quote, Words, quote
from supplychain.report.tables import Cell, Column, Table, show
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
    rows: list[tuple[Cell, ...]] = [
        ("First felt", str(felt) if felt else later),
        ("Deepest quarter", str(deepest) if felt else "none"),
        ("Change in that quarter", show(depth if felt else 0.0, "change")),
        ("Accelerators fewer over the window", show(during + after, "units")),
    ]
    if until is not None:
        rows.append((f"Of them after the shock ends in {until}", show(after, "units")))
    rows.append(("Back within 1% of the baseline", str(back) if back else never))
    columns = (Column("what", "What"), Column("value", "Value"))
    return Table("timing", "", columns, tuple(rows))


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
        shipped = quote(totals, _SHIPPED, "baseline")
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
    before = quote(totals, _SHIPPED, "baseline")
    if not result.shocks:
        rest: Words = (f" are shipped {_window(result)}",)
        if any(row[0] == "H100 equivalents" for row in totals.rows):
            rest = (*rest, ", worth ", quote(totals, "H100 equivalents", "baseline"), " H100s")
        return Finding((before, " accelerators"), (*rest, "."), totals.name)
    lost = quote(totals, _SHIPPED, "change")
    after = quote(totals, _SHIPPED, "scenario")
    rest = (f": {_window(result)} ", after, " are shipped instead of ", before)
    if any(row[0] == "H100 equivalents" for row in totals.rows):
        rest = (*rest, "; in H100 equivalents ", quote(totals, "H100 equivalents", "change"))
    if result.first_felt() is None:
        seen = "" if result.felt_later() is None else " within the window"
        return Finding((lost, f": as many accelerators as before{seen}"), (*rest, "."), totals.name)
    return Finding((lost, " accelerators"), (*rest, "."), totals.name)


def _limit_finding(result: Simulation, limits: Table) -> Finding:
    """What limits output most, now and in the baseline."""
    if not result.shocks:
        top = max(
            range(len(limits.rows)), key=lambda r: (Quote(limits, r, "baseline_most").value, -r)
        )
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
    was = max(range(len(limits.rows)), key=lambda r: (Quote(limits, r, "baseline_most").value, -r))
    now: Words = (
        " in ",
        Quote(limits, 0, "scenario_most"),
        " of ",
        Quote(limits, 0, "quarters"),
        " quarters",
    )
    before: Words = (
        "; in the baseline ",
        *(("it does",) if was == 0 else (Quote(limits, was, "input"), " does")),
        " in ",
        Quote(limits, was, "baseline_most"),
        ".",
    )
    lead: Words = (Quote(limits, 0, "input"), " limits output most")
    return Finding(lead, (*now, *before), limits.name)


def _timing_finding(result: Simulation, timing: Table) -> Finding:
    felt = quote(timing, "First felt", "value")
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
            quote(timing, "Deepest quarter", "value"),
            " (",
            quote(timing, "Change in that quarter", "value"),
            "); back within 1% of the baseline: ",
            quote(timing, "Back within 1% of the baseline", "value"),
            ".",
        ),
        timing.name,
    )


def _buyer_finding(result: Simulation, buyers: Table, fairness: Table) -> Finding:
    run = "scenario" if result.shocks else "baseline"
    filled: list[str | Quote] = []
    for tier in ("poor", "rich"):
        name = f"Orders filled, compute-{tier}"
        if any(row[0] == name for row in fairness.rows):
            filled += [
                "; " if filled else " ",
                f"compute-{tier} buyers get ",
                quote(fairness, name, run),
            ]
            filled.append(" of what they order")
    spread = quote(fairness, "Gini of fill rates", run)
    ending: Words = ("; the Gini of fill rates is ", spread, ".")
    if result.shocks:
        before = quote(fairness, "Gini of fill rates", "baseline")
        ending = ("; the Gini of fill rates goes from ", before, " to ", spread, ".")
        most = Quote(buyers, 0, "change")
        if isinstance(most.value, float) and most.value <= -FELT:
            lead: Words = (Quote(buyers, 0, "buyer"), " loses most: ", most)
            return Finding(lead, (";", *filled, *ending), buyers.name)
        lead = (quote(fairness, "Orders filled, all buyers", run), " of orders are filled")
        return Finding((*lead, ", and nobody loses"), (";", *filled, *ending), fairness.name)
    lead = (Quote(buyers, 0, "buyer"), " gets most: ", Quote(buyers, 0, run))
    return Finding(lead, (";", *filled, *ending), buyers.name)


def _chokepoint_finding(counts: Table, single: Table) -> tuple[Finding, ...]:
    exact, near = Quote(counts, 0, "all"), Quote(counts, 1, "all")
    if not single.rows:
        rest: Words = (": nothing alone stops an accelerator; ", near, " come close.")
        return (Finding((exact, " single points of failure"), rest, counts.name),)
    rest = (
        ", and ",
        near,
        " that others could hardly cover; losing ",
        Quote(single, 0, "name"),
        " alone stops ",
        Quote(single, 0, "at_stake"),
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
    before = quote(totals, _SHIPPED, "baseline")
    if shocked:
        note: Words = (quote(totals, _SHIPPED, "scenario"), " instead of ", before)
        found.append(Card(_SHIPPED, quote(totals, _SHIPPED, "change"), note))
    else:
        found.append(Card(_SHIPPED, before, (_window(result),)))
    if any(row[0] == "H100 equivalents" for row in totals.rows):
        worth = quote(totals, "H100 equivalents", "change" if shocked else "baseline")
        after = quote(totals, "H100 equivalents", run)
        found.append(
            Card("H100 equivalents", worth, (after, " shipped") if shocked else ("shipped",))
        )
    if limits.rows:
        top = max(
            range(len(limits.rows)), key=lambda r: (Quote(limits, r, f"{run}_most").value, -r)
        )
        note = (
            Quote(limits, top, f"{run}_most"),
            " of ",
            Quote(limits, top, "quarters"),
            " quarters",
        )
        found.append(Card("Limits output most", Quote(limits, top, "input"), note))
    if shocked:
        deepest = quote(timing, "Deepest quarter", "value")
        felt = quote(timing, "First felt", "value")
        found.append(Card("Deepest quarter", deepest, ("first felt ", felt)))
    if fairness.rows:
        name = "Orders filled, all buyers"
        filled = quote(fairness, name, run)
        gini = quote(fairness, "Gini of fill rates", run)
        found.append(Card("Orders filled", filled, ("Gini of fill rates ", gini)))
    near = Quote(chokepoints, 1, "all")
    found.append(
        Card("Single points of failure", Quote(chokepoints, 0, "all"), (near, " nearly single"))
    )
    return tuple(found)
