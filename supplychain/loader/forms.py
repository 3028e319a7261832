"""The forms of texts and numbers in the data, each with the name and example its messages use."""

from __future__ import annotations

import datetime
import re

from supplychain.loader.countries import COUNTRIES, meant
from supplychain.loader.problems import short
from supplychain.loader.words import Amount, Text
from supplychain.model import ALLOCATION_RULES, STAGES, units

NAME = Text("a name", "SK hynix")
NOTE = Text("a text", "why the value is what it is")
YEAR = Text("a year", "2024", r"(?:19|2[0-9])[0-9][0-9]")


def _id_meant(text: str) -> str | None:
    made = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return made or None


def _quarter_meant(text: str) -> str | None:
    match = re.fullmatch(r"(?:Q([1-4])[ -]?)?((?:19|2[0-9])[0-9][0-9])(?:[ -]?[Qq]([1-4]))?", text)
    number = match and (match[1] or match[3])
    return f"{match[2]}Q{number}" if match and number else None


def _no_date(text: str) -> str | None:
    wrong = f"'{short(text)}' is not a date; write YYYY-MM-DD, YYYY-MM or YYYY"
    parts = text.split("-")
    if not re.fullmatch(r"(?:19|2[0-9])[0-9][0-9](?:-[0-9][0-9]){0,2}", text):
        return wrong
    try:
        datetime.date.fromisoformat("-".join([*parts, "01", "01"][:3]))
    except ValueError:
        return f"'{text}' is not a date: there is no such day or month"
    return None


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


ID = Text("an id", "hbm3e-8hi", r"[a-z0-9]+(?:-[a-z0-9]+)*", remedy=_id_meant)
UNIT = Text("a unit", "wafers", units.NOUN)
RATE = Text("a rate", "wafers/month", units.RATE, objection=_no_rate)
RATIO = Text("a unit", "wafers/month", r"\S(?:.*\S)?")
COUNTRY = Text("a country by ISO 3166-1 alpha-2", "TW", choices=COUNTRIES, remedy=meant)
QUARTER = Text("a quarter", "2024Q1", r"(?:19|2[0-9])[0-9][0-9]Q[1-4]", remedy=_quarter_meant)
PERIOD = Text(
    "a year or quarter",
    "2024 or 2024Q1",
    r"(?:19|2[0-9])[0-9][0-9](?:Q[1-4])?",
    remedy=_quarter_meant,
)
URL = Text("a web address", "https://www.trendforce.com/news", r"https?://[^\s/.]+\.\S+")
DATE = Text(
    "a date", "2024-02-19", r"(?:19|2[0-9])[0-9][0-9](?:-[0-9][0-9]){0,2}", objection=_no_date
)
DAY = Text(
    "a day", "2026-11-22", r"(?:19|2[0-9])[0-9][0-9]-[0-9][0-9]-[0-9][0-9]", objection=_no_date
)
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
RULE = Text("an allocation rule", "contract-first", choices=ALLOCATION_RULES)
STAGE = Text("a stage", "packaging", choices=STAGES)
ROLE = Text(
    "a role",
    "component",
    choices=("component", "material", "tool", "software", "design", "service"),
)
BASIS = Text("a basis", "estimate", choices=("reported", "derived", "estimate"))
FACT_UNITS = {
    "bf16_tflops": "TFLOP/s",
    "fp8_tflops": "TFLOP/s",
    "int8_tops": "TOP/s",
    "memory_gb": "GB",
    "bandwidth_tb_s": "TB/s",
    "link_gb_s": "GB/s",
    "tdp_w": "W",
    "server_w": "W",
    "hbm_stacks": "stacks",
    "die_mm2": "mm²",
    "dies": "dies",
    "per_rack": "units",
}
"""Facts of a product, each with its unit; peaks are dense."""
FACT = Text("a fact", "fp8_tflops", choices=tuple(FACT_UNITS))
UTILIZATION = Text("'mfu' or 'mbu'", "mfu", choices=("mfu", "mbu"))
MODEL_FACTS = {
    "parameters": "parameters",
    "active_parameters": "parameters",
    "layers": "layers",
    "hidden": "",
    "heads": "heads",
    "kv_heads": "heads",
    "head_dim": "",
    "tokens": "tokens",
    "training_flop": "FLOP",
    "sequence": "tokens",
    "bytes_per_weight": "bytes",
}
"""Facts of an AI model, each with its unit."""
MODEL_FACT = Text("a fact of a model", "parameters", choices=tuple(MODEL_FACTS))
RUN_FACTS = {
    "chips": "chips",
    "days": "days",
    "chip_hours": "chip hours",
    "mfu": "",
    "cost_usd": "USD",
}
"""Figures of a training run, each with its unit."""
RUN_FACT = Text("a figure of a training run", "chip_hours", choices=tuple(RUN_FACTS))
LOSS_FACTS = {
    "world_share": "",
    "output_lost": "",
    "loss_usd": "USD",
    "stock_weeks": "weeks",
    "restart_weeks": "weeks",
    "full_weeks": "weeks",
    "substitute_weeks": "weeks",
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
SERIES_UNIT = Text("a unit", "US$bn", r"\S(?:.*\S)?")
START = Text(
    "a quarter, or 'never'", "2024Q1", r"(?:19|2[0-9])[0-9][0-9]Q[1-4]|never", remedy=_quarter_meant
)
MOST = 100.0
"""Nothing grows to more than so many times what it was."""

CHANGE = Text("a change as a share", "20%", units.NUMBER, objection=_no_change)
FIGURE_NAME = Text("the name of a figure", "tsmc.cowos.2024Q4", r"[A-Za-z0-9|+._@#-]+")
WEEK = Text("a number of weeks since it began", "8", r"[0-9]{1,5}(?:\.[0-9]+)?")

SHARE = Amount("a share from 0% to 100%", "54%", high=1, share=True)
YIELD = Amount("a yield above 0%, up to 100%", "90%", high=1, above=True, share=True)
SURGE = Amount("a share of normal output, up to 500%", "20%", high=5, share=True)
SPREAD = Amount("a range: [low, high], or plus or minus a share", "20%", high=1, share=True)
WEEKS = Amount("a number of weeks", "26", unit="weeks", high=520)
PER_UNIT = Amount("an amount above 0 per unit", "1/28.5", above=True)
RATE_VALUE = Amount("an amount of 0 or more", "14_500")
UNITS = Amount("a number of units", "14_500", unit="units")
DOLLARS = Amount("an amount in US$", "26_268", unit="USD", above=True)
MEGAWATTS = Amount("a power in MW", "150", unit="MW")
FACT_VALUE = Amount("an amount above 0", "989", above=True)
PUBLISHED = Amount("a published number or share", "62%", share=True)
RUN_VALUE = Amount("an amount above 0", "38%", above=True, share=True)
RATE_CHANGE = Text("a change of a rate", "-5_000", units.NUMBER, objection=_no_change_of_rate)
COUNT = Amount("a whole number of 1 or more", "200", low=1, whole=True)
PARAMETER_VALUE = Amount("an amount or share", "80%", share=True)
_PART = Amount("a share above 0%, up to 100%", "80%", high=1, above=True, share=True)
_RATIO = Amount("a ratio of 1 or more", "1.25", low=1)
_OVER = Amount("a share of another cost", "14%", high=10, share=True)


def _number(unit: str) -> Amount:
    return Amount("an amount above 0", "16", unit=unit, above=True)


PARAMETERS = {
    "training": {
        "mfu": _PART,
        "mfu_8_bit": _PART,
        "calendar": _PART,
        "state_bytes": _number("bytes"),
        "batch_tokens": _number("tokens"),
        "inner_steps": _number("steps"),
        "exchange_bytes": _number("bytes"),
        "site_link_gbit_s": _number("Gbit/s"),
    },
    "serving": {
        "mbu": _PART,
        "mbu_basic_library": _PART,
        "mfu": _PART,
        "usable_memory": _PART,
        "reading_tokens_s": _number("tokens/s"),
        "context": _number("tokens"),
    },
    "power": {
        "server_ratio": _RATIO,
        "load": _PART,
        "pue": _RATIO,
        "price_usd_kwh": _number("USD/kWh"),
    },
    "production": {
        "band": SHARE,
        "cancel": SHARE,
        "ahead": SHARE,
        "stock_weeks": WEEKS,
    },
    "cost": {
        "life_years": _number("years"),
        "system_ratio": _RATIO,
        "overhead": _OVER,
        "assembly_and_test_usd": _number("USD"),
        "software_gross_margin": _PART,
        "api_gross_margin": _PART,
    },
}
"""Parameters by topic, which is the file's name, each with the number that it is."""
PARAMETER = Text(
    "a parameter", "pue", choices=tuple(dict.fromkeys(k for t in PARAMETERS.values() for k in t))
)
TOPIC = Text("a topic of parameters", "power", choices=tuple(PARAMETERS))
