"""The forms of texts and numbers in the data, each with the name and example its messages use."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace

from supplychain.loader.characters import LINE, TEXT, line_break, unseen
from supplychain.loader.countries import COUNTRIES, meant
from supplychain.loader.problems import short
from supplychain.loader.words import Amount, Text
from supplychain.model import ALLOCATION_RULES, STAGES, units

NAME = Text("a name", "SK hynix", LINE, objection=line_break, longest=300)
NOTE = Text("a text", "why the value is what it is", TEXT, objection=unseen, longest=10_000)
_YEAR = r"(?:19[5-9][0-9]|20[0-9][0-9])"
_DATE = rf"{_YEAR}(?:-[0-9][0-9]){{0,2}}"
_QUARTER = rf"{_YEAR}Q[1-4]"
YEAR = Text("a year from 1950 to 2099", "2024", _YEAR)


def _id_meant(text: str) -> str | None:
    made = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return made or None


def _quarter_meant(text: str) -> str | None:
    match = re.fullmatch(rf"(?:Q([1-4])[ -]?)?({_YEAR})(?:[ -]?[Qq]([1-4]))?", text)
    number = match and (match[1] or match[3])
    return f"{match[2]}Q{number}" if match and number else None


def _no_date(text: str) -> str | None:
    parts = text.split("-")
    if not re.fullmatch(_DATE, text):
        years = ", the year from 1950 to 2099" if re.fullmatch(r"[0-9]{4}(?:-.*)?", text) else ""
        return f"'{short(text)}' is not a date; write YYYY-MM-DD, YYYY-MM or YYYY{years}"
    try:
        datetime.date.fromisoformat("-".join([*parts, "01", "01"][:3]))
    except ValueError:
        return f"'{text}' is not a date: there is no such day or month"
    return None


def _no_address(text: str) -> str | None:
    wrong = re.search(f"[{_NOT_IN_URL}]", text)
    if wrong is None:
        return unseen(text)
    return (
        f"'{short(text)}' is not a web address: U+{ord(wrong[0]):04X} at position "
        f"{wrong.start() + 1:,} is percent-encoded there"
    )


def _no_rate(text: str) -> str | None:
    try:
        units.Rate.parse(text)
    except ValueError as error:
        return str(error)
    return None


def _no_change(text: str) -> str | None:
    try:
        units.share(text, -1, MOST)
    except ValueError as error:
        return str(error)
    return None


def _no_change_of_rate(text: str) -> str | None:
    try:
        units.number(text)
    except ValueError as error:
        return str(error)
    return "a rate is no share; write it in its own unit, like -5_000" if "%" in text else None


ID = Text("an id", "hbm3e-8hi", r"[a-z0-9]+(?:-[a-z0-9]+)*", remedy=_id_meant, longest=100)
UNIT = Text("a unit", "wafers", units.NOUN, longest=60)
RATE = Text("a rate", "wafers/month", units.RATE, objection=_no_rate, longest=80)
RATIO = Text("a unit", "wafers/month", LINE, objection=line_break, longest=120)
COUNTRY = Text("a country by ISO 3166-1 alpha-2", "TW", choices=COUNTRIES, remedy=meant)
QUARTER = Text("a quarter", "2024Q1", _QUARTER, remedy=_quarter_meant)
PERIOD = Text(
    "a year or quarter",
    "2024 or 2024Q1",
    rf"{_YEAR}(?:Q[1-4])?",
    remedy=_quarter_meant,
)
_NOT_IN_URL = (
    r"\s\x00-\x20\x22\x27<>\[\]{}\\\^`|\x7f-\x9f\xad"
    r"\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
)
URL = Text(
    "a web address",
    "https://www.trendforce.com/news",
    rf"https?://[^{_NOT_IN_URL}/.]+\.[^{_NOT_IN_URL}]+",
    objection=_no_address,
    longest=2_000,
)
DATE = Text("a date", "2024-02-19", _DATE, objection=_no_date)
DAY = Text("a day", "2026-11-22", rf"{_YEAR}(?:-[0-9][0-9]){{2}}", objection=_no_date)
BUYER_KINDS = (
    "hyperscaler",
    "china",
    "neocloud",
    "lab",
    "enterprise",
    "sovereign",
    "university",
    "startup",
    "consumer",
)
BUYER_KIND = Text("a kind of buyer", "hyperscaler", choices=BUYER_KINDS)
EXPORT_CLASSES = ("open", "tier-2", "china")
RULE = Text("an allocation rule", "contract-first", choices=ALLOCATION_RULES)
STAGE = Text("a stage", "packaging", choices=STAGES)
ROLE = Text(
    "a role",
    "component",
    choices=("component", "material", "tool", "software", "design", "service"),
)
BASIS = Text("a basis", "estimate", choices=("reported", "derived", "estimate"))


def _whole(unit: str, high: float) -> Amount:
    what = f"a whole number of {unit}, 1 or more"
    return Amount(what, "16", unit=unit, low=1, high=high, whole=True)


def _number(unit: str, low: float, high: float) -> Amount:
    """An amount above 0 of a unit, between what is possible at the least and at the most."""
    return Amount(f"an amount of {unit} above 0", "16", unit, high=high, above=True, least=low)


FACTS = {
    "bf16_tflops": _number("TFLOP/s", 0.001, 1e6),
    "fp8_tflops": _number("TFLOP/s", 0.001, 1e6),
    "int8_tops": _number("TOP/s", 0.001, 1e6),
    "memory_gb": _number("GB", 0.001, 1e6),
    "bandwidth_tb_s": _number("TB/s", 1e-4, 1e6),
    "link_gb_s": _number("GB/s", 0.001, 1e6),
    "tdp_w": _number("W", 0.1, 1e6),
    "server_w": _number("W", 0.1, 1e6),
    "hbm_stacks": _whole("stacks", 1_000),
    "die_mm2": _number("mm²", 1, 70_686),  # a whole wafer of 300 mm
    "dies": _whole("dies", 1_000),
    "per_rack": _whole("units", 100_000),
}
"""Facts of a product, each with its unit and limits; peaks are dense."""
FACT = Text("a fact", "fp8_tflops", choices=tuple(FACTS))
UTILIZATION = Text("'mfu' or 'mbu'", "mfu", choices=("mfu", "mbu"))
MODEL_FACTS = {
    "parameters": _number("parameters", 1, 1e16),
    "active_parameters": _number("parameters", 1, 1e16),
    "layers": _whole("layers", 1e5),
    "hidden": replace(_whole("", 1e7), what="a whole width of 1 or more"),
    "heads": _whole("heads", 1e5),
    "kv_heads": _number("heads", 0.001, 1e5),  # of a compressed cache, what it is worth
    "head_dim": replace(_whole("", 1e5), what="a whole size of 1 or more"),
    "tokens": _number("tokens", 1, 1e18),
    "training_flop": _number("FLOP", 1, 1e33),
    "sequence": replace(_whole("tokens", 1e9), what="a whole length in tokens"),
    "bytes_per_weight": _number("bytes", 0.01, 64),
}
"""Facts of an AI model, each with its unit and limits."""
MODEL_FACT = Text("a fact of a model", "parameters", choices=tuple(MODEL_FACTS))
USED = Amount("a share of a peak, from 0% to 95%", "38%", high=0.95, share=True)
RUN_FACTS = {
    "chips": _whole("chips", 1e9),
    "days": _number("days", 0.001, 10_000),
    "chip_hours": _number("chip hours", 0.01, 1e13),
    "mfu": replace(USED, what="a share of a peak, above 0% up to 95%", above=True, least=0.001),
    "cost_usd": _number("USD", 0.01, 1e13),
}
"""Figures of a training run, each with its unit and limits."""
RUN_FACT = Text("a figure of a training run", "chip_hours", choices=tuple(RUN_FACTS))
PUBLISHED = Amount(
    "a published number or share", "62%", high=1e15, least=1e-9, share=True, part=True
)
SHARE = Amount("a share from 0% to 100%", "54%", high=1, least=1e-9, share=True)
WEEKS = Amount("a number of weeks", "26", unit="weeks", high=520, least=0.01)
LOSS_FACTS = {
    "world_share": SHARE,
    "output_lost": PUBLISHED,
    "loss_usd": replace(_number("USD", 1, 1e14), what="a loss in US$"),
    "stock_weeks": WEEKS,
    "restart_weeks": WEEKS,
    "full_weeks": WEEKS,
    "substitute_weeks": WEEKS,
}
"""Figures of a disruption, each with its unit; that of output_lost is written with it."""
LOSS_FACT = Text("a figure of a disruption", "full_weeks", choices=tuple(LOSS_FACTS))
MEASURE = Text(
    "a measure",
    "units",
    choices=(
        "units",
        "revenue_usd",
        "price_usd",
        "cost_usd",
        "rent_usd_hour",
        "share",
        "racks",
        "wafers",
    ),
)
CAUSE = Text(
    "a cause",
    "earthquake",
    choices=(
        "earthquake",
        "fire",
        "flood",
        "power",
        "outage",
        "contamination",
        "export-control",
        "war",
        "storm",
        "cyber",
        "other",
    ),
)
HISTORY = Text("'outcome' or 'disruption'", "outcome", choices=("outcome", "disruption"))
TARGET = Text(
    "a target of a cut", "org:sk-hynix", r"(?:(?:org|country|commodity|supply):)?[\w/*@.-]+"
)
SERIES_UNIT = Text("a unit", "US$bn", LINE, objection=line_break, longest=120)
START = Text("a quarter, or 'never'", "2024Q1", rf"{_QUARTER}|never", remedy=_quarter_meant)
_PLAIN = rf"{units.WHOLE}(?:\.[0-9]{{1,9}})?"
CHANGE = Text("a change with its percent sign", "20%", rf"[+-]?{_PLAIN}%", longest=12)
FIGURE_NAME = Text("the name of a figure", "tsmc.cowos.2024Q4", r"[A-Za-z0-9|+._-]+", longest=1_000)
WEEK = Text(
    "a number of weeks since it began, up to 999", "8", r"(?:0|[1-9][0-9]{0,2})(?:\.[0-9]{1,6})?"
)
MOST = 100.0
"""Nothing grows to more than so many times what it was."""

CHANGE = Text("a change as a share", "20%", units.NUMBER, objection=_no_change, longest=12)
FIGURE_NAME = Text(
    "the name of a figure", "tsmc.cowos.2024Q4", r"[A-Za-z0-9|+._@#-]+", longest=1_000
)
WEEK = Text(
    "a number of weeks since it began, up to 999", "8", r"(?:0|[1-9][0-9]{0,2})(?:\.[0-9]{1,6})?"
)

YIELD = Amount("a yield above 0%, up to 100%", "90%", high=1, above=True, least=0.001, share=True)
SURGE = Amount("a share of normal output, up to 500%", "20%", high=5, least=1e-6, share=True)
SPREAD = Amount("a range: [low, high], or plus or minus a share", "20%", high=1, share=True)
PER_UNIT = Amount("an amount above 0 per unit", "1/28.5", high=1e9, above=True, least=1e-9)
RATE_VALUE = Amount("an amount of 0 or more", "14_500", high=1e12, least=1e-6)
UNITS = Amount("a number of units", "14_500", unit="units", high=1e9, least=1e-3)
PRICE = Amount("a price in US$", "26_268", unit="USD", high=1e10, above=True, least=1e-4)
DOLLARS = Amount("an amount in US$", "26_268", unit="USD", high=1e13, above=True, least=1e-4)
MEGAWATTS = Amount("a power in MW", "150", unit="MW", high=1e6, least=1e-6)
RATE_CHANGE = Text(
    "a change of a rate", "-5_000", units.NUMBER, objection=_no_change_of_rate, longest=24
)
COUNT = Amount("a whole number from 1 to a million", "200", low=1, high=1e6, whole=True)
CLASS = Amount("a class from 1 to 100", "2", low=1, high=100, whole=True)
_PART = Amount("a share above 0%, up to 100%", "80%", high=1, above=True, least=1e-6, share=True)
_USED = RUN_FACTS["mfu"]
_RATIO = Amount("a ratio from 1 to 20", "1.25", low=1, high=20)
_PUE = Amount("a ratio from 1 to 5", "1.25", low=1, high=5)
_OVER = Amount("a share of another cost", "14%", high=10, least=1e-6, share=True)


_SINCE = replace(
    _number("years after 2000", 0.01, 99.99), what="a date in years after 2000", example="22.77"
)


PARAMETERS = {
    "training": {
        "mfu": _USED,
        "mfu_8_bit": _USED,
        "calendar": _PART,
        "state_bytes": replace(_number("bytes", 0.5, 1_000), what="bytes of state, above 0"),
        "batch_tokens": replace(_number("tokens", 1, 1e12), what="a batch in tokens"),
        "inner_steps": replace(_number("steps", 1, 1e9), what="a number of steps"),
        "exchange_bytes": replace(_number("bytes", 0.001, 64), what="bytes to exchange, above 0"),
        "site_link_gbit_s": _number("Gbit/s", 1e-6, 1e9),
    },
    "serving": {
        "mbu": _USED,
        "mbu_basic_library": _USED,
        "mfu": _USED,
        "usable_memory": _PART,
        "reading_tokens_s": _number("tokens/s", 0.001, 1e6),
        "context": replace(_number("tokens", 1, 1e9), what="a context in tokens"),
    },
    "power": {
        "server_ratio": _RATIO,
        "load": _PART,
        "pue": _PUE,
        "price_usd_kwh": _number("USD/kWh", 1e-5, 100),
    },
    "production": {
        "band": SHARE,
        "cancel": SHARE,
        "ahead": SHARE,
        "stock_weeks": WEEKS,
        "refill": SHARE,
        "repair": SHARE,
    },
    "allocation": {
        "life_quarters": _number("quarters", 1, 200),
        "move": SHARE,
        "rich_h100e": _number("H100e", 1, 1e9),
    },
    "recovery": dict.fromkeys(
        ("material", "component", "tool", "service", "software", "design"), WEEKS
    ),
    "export": {
        "links_limited": _SINCE,
        "compute_limited": _SINCE,
        "variants_stopped": _SINCE,
        "variants_licensed": _SINCE,
        "h200_licensed": _SINCE,
        "limit_tpp": _number("TPP", 1, 1e9),
        "limit_link_gb_s": _number("GB/s", 0.001, 1e6),
        "licence_tpp": _number("TPP", 1, 1e9),
        "licence_tb_s": _number("TB/s", 1e-4, 1e6),
    },
    "cost": {
        "life_years": _number("years", 0.1, 100),
        "system_ratio": _RATIO,
        "overhead": _OVER,
        "assembly_and_test_usd": replace(_number("USD", 0.01, 1e7), what="a cost in US$"),
        "software_gross_margin": _PART,
        "api_gross_margin": _PART,
    },
}
"""Parameters by topic, which is the file's name, each with the number that it is."""
PARAMETER = Text(
    "a parameter", "pue", choices=tuple(dict.fromkeys(k for t in PARAMETERS.values() for k in t))
)
PARAMETER_AMOUNTS = {key: amount for topic in PARAMETERS.values() for key, amount in topic.items()}
"""Each parameter's number, whatever its topic."""
TOPIC = Text("a topic of parameters", "power", choices=tuple(PARAMETERS))
