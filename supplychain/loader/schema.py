"""The kinds of files: which keys they have, what may stand there, and what it means."""

from __future__ import annotations

from collections.abc import Mapping

from supplychain.loader.forms import (
    BASIS,
    BUYER_KIND,
    CAUSE,
    CHANGE,
    CLASS,
    COUNT,
    COUNTRY,
    DATE,
    DAY,
    DOLLARS,
    EXPORT_CLASSES,
    FACT,
    FACTS,
    FIGURE_NAME,
    HISTORY,
    ID,
    LOSS_FACT,
    LOSS_FACTS,
    MEASURE,
    MEGAWATTS,
    MODEL_FACT,
    MODEL_FACTS,
    NAME,
    NOTE,
    PARAMETER,
    PARAMETER_AMOUNTS,
    PER_UNIT,
    PERIOD,
    PRICE,
    PUBLISHED,
    QUARTER,
    RATE,
    RATE_CHANGE,
    RATE_VALUE,
    RATIO,
    ROLE,
    RULE,
    RUN_FACT,
    RUN_FACTS,
    SERIES_UNIT,
    SHARE,
    SPREAD,
    STAGE,
    START,
    SURGE,
    TARGET,
    TOPIC,
    UNIT,
    UNITS,
    URL,
    USED,
    UTILIZATION,
    WEEK,
    WEEKS,
    YEAR,
    YIELD,
)
from supplychain.loader.shapes import Either, Key, ListOf, Record, Shape, Table
from supplychain.loader.words import Amount, Json, Text

SOURCES = Either(ID, ListOf(ID))
_SOURCE = Key(SOURCES, "ids of the bibliography")
_BASIS = Key(BASIS, "reported: a source says it; derived: arithmetic on sources; estimate")
_NOTE = Key(NOTE, "how it was derived, or why the estimate is what it is")
_SPREAD = Key(SPREAD, "plus or minus this share, for the plain numbers of the block")

STANDING = {"source": _SOURCE, "basis": _BASIS, "range": _SPREAD, "note": _NOTE}
"""Keys that a block hands down to the plain numbers in it."""


def figure(amount: Amount) -> Either:
    """A plain number, or a block with its range, basis and sources."""
    contradiction = Record(
        f"a contradiction of {amount.what}",
        {
            "value": Key(amount, required=True),
            "source": Key(SOURCES, "who says so", required=True),
            "note": Key(NOTE),
        },
    )
    block = Record(
        f"a figure for {amount.what}",
        {
            "value": Key(amount, required=True),
            "range": Key(
                Either(SPREAD, ListOf(amount, shortest=2, longest=2)),
                "[low, high], or 20% for plus or minus 20%; required unless reported",
            ),
            "unit": Key(RATIO, "checked against what the place says"),
            "basis": _BASIS,
            "source": _SOURCE,
            "note": _NOTE,
            "contradicted_by": Key(ListOf(contradiction), "other sources that disagree"),
            "stale_after": Key(DAY, "the day after which to look again; see `data stale`"),
        },
    )
    return Either(amount, block)


def figures(name: str, key: Text, amount: Amount) -> Table:
    """A table of figures with a common standing."""
    return Table(name, key, figure(amount), STANDING)


def facts(name: str, key: Text, amounts: Mapping[str, Amount]) -> Table:
    """As :func:`figures`, with an amount of its own for each key."""
    return Table(name, key, {k: figure(amount) for k, amount in amounts.items()}, STANDING)


NEED = Record(
    "a need",
    {
        "input": Key(ID, "the commodity needed"),
        "any_of": Key(
            Table("a block of alternatives", ID, figure(WEEKS)),
            "alternatives, each with the weeks that switching takes; 0: in use today",
        ),
        "role": Key(ROLE, "what it is to the output; decides when a loss is felt", required=True),
        "per_unit": Key(figure(PER_UNIT), "good input per good unit of output"),
        "makers": Key(Table("a block of makers", ID, QUARTER), "qualified makers, each from when"),
        "cycle_weeks": Key(figure(WEEKS), "from the input sent to the output finished"),
        "stock_weeks": Key(figure(WEEKS), "stock of it held by the user, in weeks of use"),
        "essential": Key(figure(SHARE), "share of output that cannot do without; 100% if absent"),
        "install_weeks": Key(figure(WEEKS), "tools: from delivery to capacity"),
        "wear": Key(figure(SHARE), "tools and services: capacity lost per quarter without"),
        **STANDING,
    },
)

PRODUCT = Record(
    "a product",
    {
        "designer": Key(ID, "the organization whose product it is", required=True),
        "partners": Key(ListOf(ID), "who builds it for the designer"),
        "launch": Key(QUARTER, "first quarter of shipments", required=True),
        "end": Key(QUARTER, "last quarter of shipments"),
        "line": Key(ID, "products of one line succeed one another; main if absent"),
        "half_weeks": Key(figure(WEEKS), "from launch to half of the line's units, where known"),
        "facts": Key(facts("a block of facts", FACT, FACTS), "peaks are dense"),
        "price_usd": Key(figures("a block of prices", YEAR, PRICE), "by year"),
        "rack_share": Key(
            figures("a block of shares", YEAR, SHARE), "part of the units in whole racks, by year"
        ),
        "utilization": Key(
            figures("a block of utilization", UTILIZATION, USED),
            "measured: mfu of the 16-bit peak in training, 0: does not train; mbu in serving",
        ),
        **STANDING,
    },
)

COMMODITY = Record(
    "a commodity",
    {
        "id": Key(ID, "the file's name without .yaml", required=True),
        "name": Key(NAME, "as people write it", required=True),
        "aliases": Key(ListOf(NAME), "other names"),
        "stage": Key(STAGE, "the column of the graph, and the folder", required=True),
        "unit": Key(UNIT, "what one of it is", required=True),
        "groups": Key(ListOf(ID), "names that a shock, an order or a filter may use"),
        "yield": Key(figure(YIELD), "own assembly and test yield"),
        "stock_weeks": Key(
            figure(WEEKS), "how much the chain can hold, in weeks of the highest output"
        ),
        "cycle_weeks": Key(
            figure(WEEKS), "from one of it sent to the user's output, where the need does not say"
        ),
        "needs_as": Key(ID, "the commodity whose needs it starts from"),
        "needs": Key(ListOf(NEED), "what it needs: all of them"),
        "product": Key(PRODUCT, "accelerators only"),
        "price_usd": Key(
            figures("a block of prices", YEAR, PRICE),
            "of one unit, by year; for accelerators it stands in 'product'",
        ),
        "note": Key(NOTE),
    },
)

_BOOKED = figures("the bookings of a year", ID, SHARE)

CAPACITY = Record(
    "a capacity",
    {
        "id": Key(ID, "unique within the organization", required=True),
        "unit": Key(RATE, "a noun over week, month, quarter or year", required=True),
        "at": Key(
            Text("'exit' or 'average'", "exit", choices=("exit", "average")),
            "exit: the rate at the quarter's end; average: over the quarter",
            required=True,
        ),
        "interpolate": Key(
            Text("'linear' or 'step'", "linear", choices=("linear", "step")),
            "between the given quarters; linear if absent",
        ),
        "figures": Key(
            figures("a block of figures", QUARTER, RATE_VALUE), "by quarter", required=True
        ),
        "booking_base": Key(NOTE, "what the bookings are shares of"),
        "part_of": Key(NOTE, "name shared by the capacities into which one line is split by plan"),
        "bookings": Key(
            Table("a block of bookings", YEAR, _BOOKED, STANDING),
            "by year: share reserved for a designer or partner",
        ),
        **STANDING,
    },
)

SUPPLY = Record(
    "a supply",
    {
        "commodity": Key(ID, "what is made", required=True),
        "country": Key(COUNTRY, "where the plant stands", required=True),
        "capacity": Key(
            Either(ID, Table("a block of capacities", ID, figure(PER_UNIT))),
            "the capacity it draws on, or several with the amount one unit of output takes",
        ),
        "share": Key(
            figures("a block of shares", YEAR, SHARE), "of the commodity's world output, by year"
        ),
        "start": Key(QUARTER, "first quarter of output, if within the data"),
        "end": Key(QUARTER, "last quarter of output"),
        "recovery_weeks": Key(figure(WEEKS), "from a loss to normal output"),
        "surge": Key(figure(SURGE), "spare output as a share of normal output"),
        "surge_weeks": Key(figure(WEEKS), "from the call to the spare output"),
        "needs": Key(ListOf(NEED), "what this maker needs beyond the commodity's own needs"),
        **STANDING,
    },
)

ORDER = Record(
    "an order",
    {
        "products": Key(ListOf(ID, shortest=1), "ids or groups; they substitute", required=True),
        "figures": Key(
            figures("a block of orders", PERIOD, UNITS),
            "units in the period; a year is spread evenly over its quarters",
            required=True,
        ),
        **STANDING,
    },
)

ORGANIZATION = Record(
    "an organization",
    {
        "id": Key(ID, "the file's name without .yaml", required=True),
        "name": Key(NAME, "as people write it", required=True),
        "aliases": Key(ListOf(NAME), "other names"),
        "country": Key(COUNTRY, "of the headquarters", required=True),
        "owner": Key(ID, "who controls it, if anyone in the data does"),
        "source": Key(SOURCES, "for country and owner"),
        "note": Key(NOTE),
        "lines": Key(
            Table("a block of lines", YEAR, figures("the lines of a year", ID, SHARE), STANDING),
            "designers: share of the units in each product line, by year",
        ),
        "orders": Key(ListOf(ORDER), "designers: what all buyers together take; no more is sold"),
        "capacities": Key(ListOf(CAPACITY), "what its lines can put out"),
        "supplies": Key(ListOf(SUPPLY), "what it makes, and where"),
    },
)

BUYER = Record(
    "a buyer",
    {
        "id": Key(ID, "the file's name without .yaml", required=True),
        "name": Key(NAME, "as people write it", required=True),
        "aliases": Key(ListOf(NAME), "other names"),
        "kind": Key(BUYER_KIND, required=True),
        "tier": Key(Text("'rich' or 'poor'", "rich", choices=("rich", "poor")), required=True),
        "country": Key(COUNTRY, "where it stands", required=True),
        "count": Key(COUNT, "how many buyers alike this is; 1 if absent"),
        "organization": Key(ID, "if it is one of the organizations"),
        "export_class": Key(
            Text("an export class", "open", choices=EXPORT_CLASSES),
            "which export rule applies; open if absent",
        ),
        "orders": Key(ListOf(ORDER), "what it asks for"),
        "contracts": Key(ListOf(ORDER), "the part committed by the seller"),
        "fleet": Key(figures("a fleet", ID, UNITS), "owned at the start of the data, by product"),
        "site_power_mw": Key(figures("a block of power", QUARTER, MEGAWATTS), "of its sites"),
        "price_limit_usd": Key(figure(PRICE), "the most it pays for one H100 equivalent"),
        "budget_usd": Key(
            figures("a budget", PERIOD, DOLLARS), "what it can spend on accelerators, by period"
        ),
        "priority": Key(CLASS, "its class where a rule serves by priority, 1 first; by tier"),
        "source": Key(SOURCES),
        "note": Key(NOTE),
    },
)

SOURCE = Record(
    "a source",
    {
        "title": Key(NAME, "of the page or report", required=True),
        "publisher": Key(NAME, "who published it", required=True),
        "url": Key(URL, "where it can be read", required=True),
        "published": Key(DATE, "YYYY-MM-DD, YYYY-MM or YYYY; absent where the page has no date"),
        "accessed": Key(DAY, "the day it was read, YYYY-MM-DD", required=True),
        "note": Key(NOTE),
    },
)

MODEL = Record(
    "an AI model",
    {
        "id": Key(ID, "the file's name without .yaml", required=True),
        "name": Key(NAME, "as people write it", required=True),
        "aliases": Key(ListOf(NAME), "other names"),
        "developer": Key(NAME, "id of an organization or buyer, or a name", required=True),
        "published": Key(DATE, "YYYY-MM-DD, YYYY-MM or YYYY", required=True),
        "facts": Key(
            facts("a block of facts", MODEL_FACT, MODEL_FACTS),
            "architecture, tokens, FLOP",
            required=True,
        ),
        "training": Key(
            Record(
                "a training run",
                {
                    "chip": Key(NAME, "id of a product, or a name", required=True),
                    "figures": Key(facts("a block of figures", RUN_FACT, RUN_FACTS), required=True),
                },
            ),
            "a published run",
        ),
        "note": Key(NOTE),
    },
)

PARAMETERS_FILE = Record(
    "a file of parameters",
    {
        "id": Key(TOPIC, "the file's name without .yaml", required=True),
        "name": Key(NAME, "as people write it", required=True),
        "figures": Key(
            facts("a block of parameters", PARAMETER, PARAMETER_AMOUNTS),
            "figures of no single node",
            required=True,
        ),
        "note": Key(NOTE),
    },
)

SERIES = Record(
    "a series",
    {
        "measure": Key(MEASURE, "what is counted", required=True),
        "of": Key(ID, "a product, commodity or organization", required=True),
        "also": Key(ListOf(ID), "what is published together with it"),
        "buyer": Key(ID, "for units by owner: a buyer, or all of a kind together"),
        "unit": Key(SERIES_UNIT, required=True),
        "figures": Key(
            figures("a block of figures", PERIOD, PUBLISHED), "by quarter or year", required=True
        ),
        **STANDING,
    },
)

HISTORY_FILE = Record(
    "a piece of history",
    {
        "id": Key(ID, "the file's name without .yaml", required=True),
        "name": Key(NAME, "as people write it", required=True),
        "kind": Key(HISTORY, "published series, or a past disruption", required=True),
        "series": Key(ListOf(SERIES, shortest=1), "outcomes: what was published"),
        "began": Key(DAY, "disruptions: the day it began"),
        "country": Key(COUNTRY, "disruptions: where"),
        "cause": Key(CAUSE, "disruptions: what happened"),
        "hits": Key(ListOf(TARGET), "disruptions: what it hit, as targets of cuts"),
        "lost": Key(NOTE, "disruptions: what was lost, in a sentence"),
        "figures": Key(facts("a block of figures", LOSS_FACT, LOSS_FACTS), "disruptions"),
        "curve": Key(
            figures("a curve", WEEK, PUBLISHED), "disruptions: weeks to share of normal output"
        ),
        "source": Key(SOURCES),
        "note": Key(NOTE),
    },
)

SHOCK = Record(
    "a shock",
    {
        "cut": Key(TARGET, "output of what the target names falls"),
        "by": Key(CHANGE, "by this share: of a cut, or of orders (+ or -)"),
        "recovery": Key(
            Table("a curve", WEEK, SHARE), "weeks since the start to the share of normal output"
        ),
        "qualify": Key(ID, "a maker is qualified at another date"),
        "input": Key(ID, "for what it makes: a commodity or group"),
        "in": Key(ID, "in what uses it; absent: everywhere"),
        "launch": Key(ID, "a product or group ships at another date"),
        "add_line": Key(TARGET, "a capacity (organization.capacity) changes for good"),
        "rate": Key(RATE_CHANGE, "by this rate, in its own unit; negative takes away"),
        "orders": Key(ID, "orders of a buyer, or of all, change"),
        "products": Key(ListOf(ID, shortest=1), "for these products only"),
        "ban": Key(ID, "a product or group may not be sold"),
        "buyers": Key(TARGET, "to an export class, country or buyer"),
        "from": Key(START, "first quarter; of a qualification also never", required=True),
        "to": Key(QUARTER, "last quarter; absent: to the end"),
        **STANDING,
    },
)

SCENARIO = Record(
    "a scenario",
    {
        "id": Key(ID, "the file's name without .yaml", required=True),
        "name": Key(NAME, "what happens, in a line", required=True),
        "note": Key(NOTE, "why it matters"),
        "shocks": Key(ListOf(SHOCK, shortest=1), "in any order", required=True),
        "policy": Key(RULE, "who gets the accelerators first"),
        "assume": Key(Table("assumptions", FIGURE_NAME, RATE_VALUE), "figures replaced, by name"),
    },
)

KINDS: dict[str, Record | Table] = {
    "commodity": COMMODITY,
    "organization": ORGANIZATION,
    "buyer": BUYER,
    "model": MODEL,
    "parameters": PARAMETERS_FILE,
    "history": HISTORY_FILE,
    "scenario": SCENARIO,
    "sources": Table("a bibliography", ID, SOURCE),
}
"""The shape of each kind of file."""

FOLDERS = {
    "commodities": "commodity",
    "organizations": "organization",
    "buyers": "buyer",
    "models": "model",
    "parameters": "parameters",
    "history": "history",
    "scenarios": "scenario",
    "sources": "sources",
}
"""Folder of the data, and the kind of files in it."""


def json_schema(kind: str) -> Json:
    """The JSON Schema (draft 2020-12) of one kind of file, from the same declarations.

    Args:
        kind: A key of :data:`KINDS`.
    """
    shape = KINDS[kind]
    definitions: Json = {}
    body = shape.body(definitions) if isinstance(shape, Record) else shape.schema(definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"supplychain {kind}",
        **body,
        "$defs": dict(sorted(definitions.items())),
    }


def shape_of(file: str) -> Shape | None:
    """The shape that a file has by its folder, e.g. ``organizations/tsmc.yaml``."""
    kind = FOLDERS.get(file.split("/", 1)[0])
    return KINDS[kind] if kind else None
