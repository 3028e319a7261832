"""``chokepoints`` as shown: when a loss is felt, the order of rows, the columns."""

from __future__ import annotations

import csv
import io
import json
from functools import cache

import pytest
from click.testing import CliRunner

import supplychain as sc
from supplychain.cli import _group
from supplychain.model import Network, Role
from supplychain.model.quarters import Quarter
from supplychain.report.answers.chokepoints import ORDER, chokepoints_document, felt
from supplychain.report.tables import Document, Table, render
from supplychain.risk import Chokepoints, chokepoints
from tests.networks import commodity, need, network, organization, product, supply

AT = Quarter(2023, 2)


def chain_of(*roles: Role) -> tuple[Network, tuple[str, ...]]:
    """Firm 0 makes good 0, firm 1 makes good 1 with it, and so on."""
    parts = [
        part
        for i, role in enumerate((None, *roles))
        for part in (
            commodity(f"good{i}", *([need(f"good{i - 1}", role=role)] if role else [])),
            organization(f"firm{i}", supply(f"firm{i}", f"good{i}")),
        )
    ]
    net = network(*parts)
    return net, tuple(f"firm{i}/good{i}@TW" for i in range(len(roles) + 1))


@pytest.mark.parametrize(
    ("roles", "when"),
    [
        ((), "at once"),
        (("component",), "when the stock is used up"),
        (("material",), "when the stock is used up"),
        (("tool",), "slowly, as growth stops"),
        (("service",), "slowly, as tools wear"),
        (("software",), "at the next product"),
        (("design",), "at the next product"),
        (("material", "component", "tool"), "slowly, as growth stops"),
        (("service", "tool", "component"), "slowly, as tools wear"),
        (("design", "tool", "service"), "at the next product"),
    ],
)
def test_the_slowest_need_of_a_chain_says_when_it_is_felt(
    roles: tuple[Role, ...], when: str
) -> None:
    assert felt(*chain_of(*roles)) == when


def test_of_two_uses_of_one_good_the_faster_is_felt() -> None:
    user = commodity("user", need("good", role="tool"), need("good", role="component"))
    net = network(
        commodity("good"),
        user,
        organization("a", supply("a", "good")),
        organization("b", supply("b", "user")),
    )

    assert felt(net, ("a/good@TW", "b/user@TW")) == "when the stock is used up"


def sold() -> Network:
    """A chip with a design, a tool and a part, each from one firm of a country of its own."""
    return network(
        commodity("part", stage="memory"),
        commodity("tool", stage="equipment"),
        commodity("design", stage="design"),
        product(
            "chip",
            "nv",
            need("design", role="design"),
            need("tool", role="tool"),
            need("part", role="component"),
        ),
        organization("nv", country="US"),
        organization("arch", supply("arch", "design", "GB")),
        organization("mach", supply("mach", "tool", "NL")),
        organization("mem", supply("mem", "part", "KR")),
    )


def document(net: Network, top: int | None = None) -> Document:
    found = chokepoints(net, at=AT)
    return chokepoints_document(net, found, top, weighted=False)


def single(answer: Document) -> Table:
    [table] = [p for p in answer.parts if isinstance(p, Table) and p.name == "single"]
    return table


def test_what_is_trivial_is_named_apart() -> None:
    text = render(document(sold()), "table")

    assert "Lose nothing but their own products (trivially): NV" in text
    assert "as of 2023Q2 · 1 product · " in text


def test_nothing_found_is_said() -> None:
    net = network(
        commodity("part"),
        product("chip", "nv", need("part")),
        organization("nv", country="US"),
        *(organization(f"o{i}", supply(f"o{i}", "part", c)) for i, c in enumerate(("KR", "TW"))),
    )

    assert "Single points of failure\n  none" in render(document(net), "table")


@cache
def data() -> Network:
    return sc.load()


@cache
def h100() -> Chokepoints:
    return chokepoints(data(), ["h100"], AT)


def test_every_chain_of_the_data_has_a_time_when_it_is_felt() -> None:
    for at in (AT, Quarter(2026, 1)):
        found = chokepoints(data(), at=at)
        losses = [loss for row in (*found.rows, *found.near) for loss in row.losses]

        assert {felt(data(), loss.chain) for loss in losses} <= set(ORDER)
        assert len(losses) > 500


def test_rows_are_in_order_of_stake_and_then_of_time() -> None:
    rows = single(chokepoints_document(data(), h100(), None, weighted=True)).records()
    stakes = [
        (-round(float(row["at_stake"] or 0), 9), ORDER.index(str(row["felt"]))) for row in rows
    ]

    assert stakes == sorted(stakes)
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))


def test_a_column_shows_what_it_is_of() -> None:
    table = single(chokepoints_document(data(), h100(), None, weighted=True))
    points = [point for point in h100().rows if not point.trivial]

    assert {point.key for point in points} == set(table.ids)
    for point in points:
        assert table.cell(point.key, "share") == point.share
        assert table.cell(point.key, "products") == len(point.losses)


@pytest.mark.parametrize(
    ("id_", "when"),
    [
        ("sk-hynix", "when the stock is used up"),
        ("TW", "when the stock is used up"),
        ("tsmc", "when the stock is used up"),
        ("zeiss-smt", "slowly, as growth stops"),
        ("asml", "slowly, as tools wear"),
    ],
)
def test_when_the_known_ones_are_felt(id_: str, when: str) -> None:
    [row] = [row for row in h100().rows if row.id == id_]

    assert felt(data(), row.chain) == when


def run(*args: str, columns: int = 100) -> str:
    shown = CliRunner().invoke(
        _group,
        ["chokepoints", "--product", "h100", "--at", "2023Q2", "--no-score", *args],
        prog_name="supplychain",
        env={"COLUMNS": str(columns), "FORCE_COLOR": None},
    )
    assert shown.exit_code == 0
    return shown.stdout


def test_csv_and_json_hold_the_same_rows_with_the_time_they_are_felt() -> None:
    flat = list(csv.DictReader(io.StringIO(run("--format", "csv"))))
    records = json.loads(run("--format", "json"))["rows"]

    assert [(r["id"], r["product"], r["felt"]) for r in flat] == [
        (r["id"], r["product"], r["felt"]) for r in records
    ]
    assert all(r["felt"] in ORDER for r in records)
    assert all(r["chain"].split(" > ")[-1].startswith("nvidia/h100@") for r in records)


def test_the_header_of_each_width() -> None:
    def heading(columns: int) -> str:
        return next(line for line in run(columns=columns).splitlines() if line.endswith("Why"))

    assert heading(60).split() == ["Name", "At", "stake", "Why"]
    assert heading(100).split() == ["#", "Name", "At", "stake", "Felt", "Why"]
    assert {"Through", "Share", "HHI", "Lost", "Stage"} <= set(heading(200).split())
