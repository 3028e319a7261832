"""Valid data that lacks something, made from the small example by leaving things out."""

from __future__ import annotations

import re
from pathlib import Path

from supplychain.loader.forms import PARAMETERS
from tests.loader.test_load_messages import MODEL, OUTCOME

SMALL = Path(__file__).parent / "data" / "small"
ARCHITECTURE = "layers: 80, hidden: 8192, heads: 64, kv_heads: 8, head_dim: 128, tokens: 2e12, "
ARCHITECTURE += "sequence: 4096, bytes_per_weight: 2,"
VALUES = {
    "mfu": "40%",
    "mfu_8_bit": "20%",
    "calendar": "70%",
    "mbu": "60%",
    "mbu_basic_library": "15%",
    "usable_memory": "90%",
    "load": "80%",
    "overhead": "14%",
    "software_gross_margin": "75%",
    "api_gross_margin": "40%",
    "server_ratio": "1.8",
    "pue": "1.25",
    "system_ratio": "1.6",
    "state_bytes": "16",
    "batch_tokens": "4e6",
    "inner_steps": "100",
    "exchange_bytes": "1",
    "site_link_gbit_s": "1_000",
    "reading_tokens_s": "8",
    "context": "2_048",
    "price_usd_kwh": "0.08",
    "life_years": "5",
    "assembly_and_test_usd": "500",
    "band": "15%",
    "cancel": "15%",
    "ahead": "100%",
    "stock_weeks": "13",
    "refill": "25%",
    "repair": "25%",
    "life_quarters": "20",
    "move": "50%",
    "rich_h100e": "20_000",
    **dict.fromkeys(("material", "component", "tool", "service", "software", "design"), "26"),
    **dict.fromkeys(("links_limited", "compute_limited", "variants_stopped"), "23.77"),
    **dict.fromkeys(("variants_licensed", "h200_licensed"), "26.0"),
    "limit_tpp": "4800",
    "limit_link_gb_s": "600",
    "licence_tpp": "21_000",
    "licence_tb_s": "6.5",
}


def complete() -> dict[str, str]:
    """The small example with parameters, a model and a history: nothing is lacking."""
    files = {
        file.relative_to(SMALL).as_posix(): file.read_text(encoding="utf-8")
        for file in sorted(SMALL.rglob("*.yaml"))
    }
    for topic, keys in PARAMETERS.items():
        rows = "".join(
            f"  {key}: {{value: {VALUES[key]}, range: [{VALUES[key]}, {VALUES[key]}], "
            "basis: estimate, note: made up}\n"
            for key in keys
        )
        files[f"parameters/{topic}.yaml"] = f"id: {topic}\nname: Of {topic}\nfigures:\n{rows}"
    model = MODEL.replace("trade-press-2024", "made-up")
    for id_ in ("gpt-4", "llama-2-70b"):
        files[f"models/{id_}.yaml"] = (
            model.replace("id: gpt", f"id: {id_}")
            .replace("name: GPT", f"name: {id_}")
            .replace("{parameters:", f"{{{ARCHITECTURE} parameters:")
        )
    for id_ in ("h100", "mi300x"):
        file = f"commodities/accelerators/{id_}.yaml"
        files[file] = files[file].replace("{bf16", "{bandwidth_tb_s: 3, link_gb_s: 900, bf16")
    files["history/units.yaml"] = OUTCOME.replace("trade-press-2024", "made-up")
    return files


def without(*folders: str) -> dict[str, str]:
    """The complete data without some folders."""
    return {f: text for f, text in complete().items() if f.split("/")[0] not in folders}


def without_keys(pattern: str) -> dict[str, str]:
    """The complete data without the lines that a pattern matches."""
    return {f: re.sub(pattern, "", text, flags=re.M) for f, text in complete().items()}


def one_quarter() -> dict[str, str]:
    """Every line has a figure in one quarter alone, 2024Q1."""
    files = without_keys(r"^ {6}(?:2024Q1|2026Q4): .*\n")
    return {f: re.sub(r"^ {6}2022Q1:", "      2024Q1:", t, flags=re.M) for f, t in files.items()}


def one_product() -> dict[str, str]:
    """One accelerator, of one designer."""
    files = complete()
    del files["commodities/accelerators/mi300x.yaml"], files["organizations/amd.yaml"]
    tsmc = files["organizations/tsmc.yaml"]
    files["organizations/tsmc.yaml"] = tsmc.replace("{nvidia: 75%, amd: 25%,", "{nvidia: 75%,")
    return files


def no_products() -> dict[str, str]:
    """No accelerators, and nothing that speaks of them."""
    files = {f: t for f, t in without("buyers", "history").items() if "/accelerators/" not in f}
    tsmc = files["organizations/tsmc.yaml"]
    files["organizations/tsmc.yaml"] = re.sub(r" +bookings:\n.*\n", "", tsmc)
    return files


def one_commodity() -> dict[str, str]:
    """One thing, one maker, one source."""
    return {
        "commodities/materials/neon.yaml": "id: neon\nname: Neon\nstage: materials\nunit: t\n",
        "organizations/iceblick.yaml": (
            "id: iceblick\nname: Iceblick\ncountry: UA\nsupplies:\n"
            "  - {commodity: neon, country: UA, source: [made-up]}\n"
        ),
        "sources/made-up.yaml": complete()["sources/made-up.yaml"],
    }


def no_makers() -> dict[str, str]:
    """Organizations that make nothing: all needs are open."""
    files = without("scenarios")
    for file, text in files.items():
        if file.startswith("organizations/"):
            files[file] = re.sub(r"^(?:capacities|supplies):\n(?:[ #].*\n)*", "", text, flags=re.M)
        elif file.startswith("commodities/"):
            files[file] = re.sub(r" makers: \{[^}]*\},", "", text)
    return files


def no_capacities() -> dict[str, str]:
    """Makers, but nothing that says how much they can put out."""
    files = without("scenarios")
    for file, text in files.items():
        if file.startswith("organizations/"):
            text = re.sub(r"^capacities:\n(?:[ #].*\n)*", "", text, flags=re.M)
            files[file] = re.sub(r" capacity: [a-z0-9]+,", "", text)
    return files


LACKING = {
    "nothing": complete,
    "models": lambda: without("models"),
    "parameters": lambda: without("parameters"),
    "buyers": lambda: without("buyers"),
    "buyers, history, models, parameters and scenarios": lambda: without(
        "buyers", "history", "models", "parameters", "scenarios"
    ),
    "orders": lambda: without_keys(r"^orders:\n(?: .*\n)*"),
    "prices": lambda: without_keys(r"^ +price_usd: .*\n"),
    "facts": lambda: without_keys(r"^ +facts: \{band.*\n"),
    "facts but the peak": lambda: without_keys(
        r"bandwidth_tb_s: 3, link_gb_s: 900, | memory_gb: [0-9]+, tdp_w: [0-9]+,"
    ),
    "bookings": lambda: without_keys(r"^ +bookings:\n.*\n"),
    "more than one quarter": one_quarter,
    "more than one product": one_product,
    "products": no_products,
    "more than one commodity": one_commodity,
    "makers": no_makers,
    "capacities": no_capacities,
}
"""What the data lacks, and the data."""
