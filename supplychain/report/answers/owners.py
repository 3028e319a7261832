"""The answer of ``backtest --owners``: allocation rules beside published units by owner."""

from __future__ import annotations

from supplychain.analyses.owners import REST, YEARS, Owner, OwnerTest
from supplychain.model import Network
from supplychain.report.tables import Column, Columns, Document, Table, table


def owners_document(network: Network, tests: tuple[OwnerTest, ...]) -> Document:
    """Errors by rule and count, shares by owner, and which rule fits best."""
    parts: list[Table | str] = [errors_table(tests)]
    parts += [owners_table(network, test) for test in tests]
    parts += sentences(tests)
    return Document(
        schema="supplychain/backtest-owners/1",
        meta={"data": network.digest, "years": list(YEARS)},
        head=(
            ("Back-test", f"who got NVIDIA's accelerators, {YEARS[0]} and {YEARS[-1]}, by rule"),
            ("Data", network.digest[:8]),
        ),
        parts=tuple(parts),
        flat=flat_table(tests),
    )


def errors_table(tests: tuple[OwnerTest, ...]) -> Table:
    """Mean absolute error of an owner's share, in percentage points, best rule first."""
    repeated = "shares of the year before"
    rules = sorted(tests[0].rows[0].by_rule, key=tests[0].error)

    def error(test: OwnerTest, year: int | None) -> Column[str]:
        def cell(rule: str) -> str | None:
            if rule != repeated:
                return _points(test.error(rule, year))
            return _points(test.repeated(year)) if year else None

        label = f"{test.count.name}, {year}" if year == YEARS[0] else str(year or "both")
        return Column(f"{test.count.outcome}_{year or 'both'}", label, "number", of=cell)

    columns: Columns[str] = (
        Column("rule", "Rule", of=str),
        *(error(test, year) for test in tests for year in (*YEARS, None)),
    )
    title = "Mean absolute error of an owner's share, in percentage points"
    return table("errors", columns, [*rules, repeated], title)


def _points(share: float | None) -> str | None:
    return None if share is None else f"{share * 100:.2f}"


def owners_table(network: Network, test: OwnerTest) -> Table:
    """Published share of every owner and what every rule gives it."""
    rules = list(test.rows[0].by_rule)

    def given(rule: str, priority: int) -> Column[Owner]:
        return Column(rule, rule, "share", priority=priority, of=lambda row: row.by_rule[rule])

    columns: Columns[Owner] = (
        Column("owner", "Owner", of=lambda row: _name(network, row.owner)),
        Column("year", "Year", of=lambda row: str(row.year)),
        Column("published", "Published", "share"),
        *(given(rule, int(n > 3)) for n, rule in enumerate(rules)),
    )
    rows = sorted(test.rows, key=lambda r: (r.year, r.owner == REST, -r.published))
    title = f"Share of the units by owner, against {test.count.name}"
    return table(test.count.outcome, columns, rows, title)


def sentences(tests: tuple[OwnerTest, ...]) -> list[str]:
    """Which rule fits best by each count, and what that is worth."""
    said = []
    for test in tests:
        rules = sorted(test.rows[0].by_rule, key=test.error)
        best, worst = _points(test.error(rules[0])), _points(test.error(rules[-1]))
        said.append(
            f"{test.count.name}: {rules[0]} fits best, off by {best} points on average, "
            f"{rules[-1]} worst ({worst})."
        )
    said.append(
        "The orders are estimates made in knowledge of some of the same counts, and the counts "
        "differ from each other by more than the best rules do: this ranks rules, it proves none."
    )
    return said


def flat_table(tests: tuple[OwnerTest, ...]) -> Table:
    """One row per count, owner, year and rule."""
    rows = [
        {
            "count": test.count.outcome,
            "owner": row.owner,
            "year": str(row.year),
            "rule": rule,
            "published": row.published,
            "low": row.low,
            "high": row.high,
            "share": share,
        }
        for test in tests
        for row in test.rows
        for rule, share in row.by_rule.items()
    ]
    columns: Columns[dict[str, object]] = (
        Column("count", "Count"),
        Column("owner", "Owner"),
        Column("year", "Year"),
        Column("rule", "Rule"),
        Column("published", "Published", "share"),
        Column("low", "Low", "share"),
        Column("high", "High", "share"),
        Column("share", "Share", "share"),
    )
    return table("flat", columns, rows)


def _name(network: Network, owner: str) -> str:
    if owner in network.buyers:
        return network.buyers[owner].name
    return {REST: "All others", "china": "China, all buyers"}.get(owner, owner)
