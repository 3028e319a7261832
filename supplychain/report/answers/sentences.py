"""What a simulation says in words, each number computed from the same result as the tables."""

from __future__ import annotations

from collections import Counter

import numpy as np

from supplychain.analyses.sensitivity import Variant
from supplychain.report.tables import compact, show
from supplychain.scenarios.targets import find_supplies
from supplychain.simulation import RECOVERED, Simulation, change

UNSURE = 0.005
"""A sign is in doubt where one assumption gives more than this and another less than minus it."""


def sentences(result: Simulation, others: tuple[Variant, ...] = ()) -> list[str]:
    """What limits output, when the shock is felt, why the loss is what it is, what is not sure."""
    out = []
    quarters = len(result.quarters)
    baseline_binds = Counter(now[0] for now in result.baseline.binding() if now)
    if baseline_binds:
        limits = ", ".join(f"{c} in {n}" for c, n in baseline_binds.most_common())
        out.append(f"What limits output most in the baseline: {limits} of {quarters} quarters.")
    out += _worth(result)
    if not result.shocks:
        return out
    out += _overlaps(result)
    lost = change(result.baseline.total(), result.scenario.total())
    if lost is None or result.first_felt() is None:
        return [*out, unfelt(result)]
    out.append(_when(result))
    out += _slow(result)
    if len(result.shocks) == len(result.cuts) == 1:
        out.append(_why(result, lost))
    return [*out, *_unsure(result, others)]


def unfelt(result: Simulation) -> str:
    """That no quarter of the window differs, and whether a later one does."""
    if (later := result.felt_later()) is None:
        return "It is not felt: no quarter ships 0.1% more or less than the baseline."
    return (
        f"It is not felt by {result.quarters[-1]}, the end of the window: the first quarter that "
        f"ships 0.1% more or less than the baseline is {later}."
    )


def _when(result: Simulation) -> str:
    """First felt, deepest, lost while it lasts and after, recovered."""
    worst, depth = result.deepest()
    during, after = result.lost()
    text = f"First felt in {result.first_felt()}; deepest in {worst} ({show(depth, 'change')}); "
    if (until := result.shocked_until()) is None:
        text += f"{_fewer(during)} over the window."
    else:
        text += f"{_fewer(during)} until the shock ends in {until}, {_fewer(after)} after it."
    back = result.recovered_by()
    if back is not None:
        return text + f" Back within 1% of the baseline from {back}."
    if depth < -RECOVERED:
        return text + f" Not back within 1% of the baseline by {result.quarters[-1]}."
    return text


SLOW = {
    "tool": "a tool: lines that have it run on; what stops is their growth, and they wear "
    "without spares",
    "service": "a service: lines run on and wear, a little more each quarter",
    "software": "software: what is in production runs on, what waits is the next product",
    "design": "a design: what is in production runs on, what waits is the next product",
}


def _slow(result: Simulation) -> list[str]:
    """Why a loss is felt late: what is cut is needed as a tool, service, software or design."""
    network = result.network
    cut = {s.commodity for c in result.cuts for s in find_supplies(network, c.target)}
    used_as: dict[str, set[str]] = {id_: set() for id_ in sorted(cut)}
    for supply in network.supplies:
        for need in network.needs(supply):
            for id_ in used_as.keys() & need.inputs.keys():
                used_as[id_].add(need.role)
    roles: dict[str, list[str]] = {}
    for id_, found in used_as.items():
        if found and found <= SLOW.keys():
            roles.setdefault(min(found, key=list(SLOW).index), []).append(id_)
    return [
        f"{_listed([network.commodities[i].name for i in ids])} "
        f"{'is' if len(ids) == 1 else 'are'} needed as {SLOW[role]}."
        for role, ids in roles.items()
    ]


def _listed(names: list[str], most: int = 3) -> str:
    shown = names[:most] if len(names) <= most else [*names[: most - 1]]
    if len(names) > most:
        shown.append(f"{len(names) - most + 1} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _fewer(lost: float) -> str:
    return f"{compact(abs(lost))} accelerators {'fewer' if lost >= 0 else 'more'}"


def _worth(result: Simulation) -> list[str]:
    """What one more unit of the line of which more brings most would bring, in its best year."""
    best = result.worth[0].dearest()
    if best is None:
        return []
    key, year = best
    line = next(x for x in result.baseline.plan.lines if x.key == key)
    row = result.worth[0].years.index(year)
    before, after = (w.per_unit().get(key) for w in result.worth)
    assert before is not None
    noun = line.capacity.unit.partition("/")[0].rpartition(" ")[2]
    noun = noun.removesuffix("s") if noun.endswith("s") else noun
    text = f"In {year} one more {noun} of {key} is worth {_few(float(before[row]))} accelerators"
    if result.shocks and after is not None:
        text += f" in the baseline and {_few(float(after[row]))} in the scenario"
    return [text + "."]


def _few(number: float) -> str:
    return f"{number:.0f}" if number >= 9.95 else f"{number:.2g}"


def _overlaps(result: Simulation) -> list[str]:
    """Cuts that hit the same supply in the same quarter."""
    begin = result.quarters[0]
    hit = [
        ({s.id for s in find_supplies(result.network, c.target)}, c)
        for c in dict.fromkeys(result.cuts)
    ]
    out = []
    for i, (ours, one) in enumerate(hit):
        for theirs, other in hit[i + 1 :]:
            both = [
                q for q in result.quarters if one.lost(q, begin) > 0 and other.lost(q, begin) > 0
            ]
            if both and (count := len(ours & theirs)):
                out.append(
                    f"'{one}' and '{other}' both hit {count} "
                    f"{'supply' if count == 1 else 'supplies'} in {len(both)} "
                    f"{'quarter' if len(both) == 1 else 'quarters'}: there they multiply."
                )
    return out


def _unsure(result: Simulation, others: tuple[Variant, ...]) -> list[str]:
    """Designers that gain under one assumption and lose under another."""
    plan = result.baseline.plan
    designers = sorted({plan.supplies[i].organization for i in plan.products.values()})
    texts = []
    for designer in designers:
        changes = {v.assumption: c for v in others if (c := v.change(designer)) is not None}
        if changes and min(changes.values()) < -UNSURE < UNSURE < max(changes.values()):
            low = min(changes, key=changes.__getitem__)
            high = max(changes, key=changes.__getitem__)
            name = result.network.organizations[designer].name
            texts.append(
                f"{name} {show(changes[low], 'change')} ({low}) or "
                f"{show(changes[high], 'change')} ({high})"
            )
    if not texts:
        return []
    return [f"Whether a designer gains or loses depends on what is assumed: {'; '.join(texts)}."]


def _why(result: Simulation, lost: float) -> str:
    """Why the loss of accelerators is not the size of the cut."""
    [cut] = result.cuts
    used, available, idle = _slack(result)
    names = _cut_names(result)
    quarters = len(result.quarters)
    rivals = Counter(now[0] for now in result.baseline.binding() if now and now[0] not in names)
    binds = sum(any(c in names for c in now[:1]) for now in result.scenario.binding())
    text = (
        f"Why {show(lost, 'change')} and not −{cut.share * 100:g}%: the baseline uses "
        f"{show(used / available if available > 0 else 0.0, 'share')} of the capacity that is cut"
        f" and leaves some of it idle in {idle} of {quarters} quarters"
    )
    for rival, count in rivals.most_common(1):
        text += f"; {rival} limits output more in {count}"
    return text + f"; after the cut {cut.target} limits output most in {binds} of {quarters}."


def _cut_lines(result: Simulation) -> list[int]:
    """Lines some of whose supplies are hit by the cut; of a split line only the whole."""
    plan = result.baseline.plan
    hit = {s.id for c in result.cuts for s in find_supplies(result.network, c.target)}
    whole = {(x.capacity.organization, x.capacity.id) for x in plan.lines}
    return [
        i
        for i, line in enumerate(plan.lines)
        if any(plan.supplies[m].id in hit for m in line.members)
        and (line.capacity.organization, line.capacity.part_of) not in whole
    ]


def _cut_names(result: Simulation) -> set[str]:
    plan = result.baseline.plan
    names = set()
    for i in _cut_lines(result):
        line = plan.lines[i]
        names |= {plan.supplies[m].commodity for m in line.members} | {line.capacity.id}
    return names


def _slack(result: Simulation) -> tuple[float, float, int]:
    """Capacity units used and available on the cut lines in the window; quarters with slack.

    A line with nothing to make yet does not count.
    """
    plan = result.baseline.plan
    first, last = result.baseline.window
    used, available = np.zeros(last + 1 - first), np.zeros(last + 1 - first)
    for i in _cut_lines(result):
        line = plan.lines[i]
        available += np.array(line.per_quarter[first : last + 1])
        for member, draw in line.members.items():
            used += draw * result.baseline.make[member, first : last + 1]
    return float(used.sum()), float(available.sum()), int((used < 0.999 * available).sum())
