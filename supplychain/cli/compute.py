"""``supplychain compute``."""

from __future__ import annotations

import click

from supplychain.cli.common import (
    Output,
    assume_option,
    find_scenario,
    output_options,
    read_quarter,
    usage_error,
)
from supplychain.cli.numbers import Number, Share
from supplychain.cli.numbers import count as whole
from supplychain.errors import AskError
from supplychain.model.quarters import Quarter

TRAINED = "gpt-4"


@click.command()
@click.option("--fleet", metavar="BUYER", help="What this buyer's accelerators can do.")
@click.option("--chip", metavar="ID", help="A cluster of this accelerator.")
@click.option("--count", type=Number(1, 1e9), metavar="N", help="Chips of it; 1,000 if absent.")
@click.option("--model", "model", metavar="ID", help="An AI model of the data; all if absent.")
@click.option("--compare", metavar="A,B,C", help="Accelerators side by side, or 'all'.")
@click.option("--train", "trained", metavar="ID", default=TRAINED, show_default=True,
              help="The run that fleets are counted in.")  # fmt: skip
@click.option("--at", callback=read_quarter, metavar="Q", default="2024Q4", show_default=True,
              help="Quarter of prices and fleets.")  # fmt: skip
@click.option("--precision", type=click.Choice(["bf16", "fp8", "int8"]),
              help="Of weights and arithmetic; BF16 and 8 bits if absent.")  # fmt: skip
@click.option("--kv-precision", type=click.Choice(["bf16", "fp8", "int8"]), default="bf16",
              show_default=True, help="Of the key and value cache.")  # fmt: skip
@click.option("--batch", type=whole(), metavar="N",
              help="Users at once; as many as give the most tokens if absent.")  # fmt: skip
@click.option("--context", type=whole(1e9), metavar="N", help="Tokens of each user.")
@click.option("--tensor-parallel", "split", type=whole(), metavar="N",
              help="Chips over which the model is split; the best number if absent.")  # fmt: skip
@click.option("--speed", type=Number(1e-6, 1e6), metavar="TOKENS/S",
              help="Least speed that each user accepts.")  # fmt: skip
@click.option("--mfu", type=Share(above=True), metavar="SHARE", help="Of the peak, in training.")
@click.option(
    "--mbu", type=Share(above=True), metavar="SHARE", help="Of the bandwidth, in serving."
)
@click.option("--calendar", type=Share(above=True), metavar="SHARE",
              help="Use by the calendar over use in a running step.")  # fmt: skip
@click.option("--price", type=Number(1e-6, 1e9), metavar="US$",
              help="Of one accelerator, for --chip.")  # fmt: skip
@click.option("--sites", "site_count", type=whole(), metavar="N",
              help="Train over so many sites.")  # fmt: skip
@click.option("--site-power", type=Number(1e-6, 1e6), metavar="MW",
              help="Power of each site, which limits its chips.")  # fmt: skip
@click.option("--site-link", type=Number(1e-6, 1e9), metavar="GBIT/S",
              help="Of each site to the others.")  # fmt: skip
@click.option("--inner-steps", type=whole(), metavar="N",
              help="Steps between exchanges of sites; 1: after each.")  # fmt: skip
@click.option("--cut", "cuts", multiple=True, metavar="TARGET=SHARE[@Q[:Q]]",
              help="For fleets: a cut, as in simulate; repeatable.")  # fmt: skip
@click.option("--scenario", "names", multiple=True, metavar="ID|FILE",
              help="For fleets: a scenario of the data or a file; repeatable.")  # fmt: skip
@click.option("--top", type=whole(), default=15, show_default=True,
              help="Buyers to show; CSV has all.")  # fmt: skip
@assume_option
@output_options
def compute(
    fleet: str | None,
    chip: str | None,
    count: float | None,
    model: str | None,
    compare: str | None,
    trained: str,
    at: Quarter,
    precision: str | None,
    kv_precision: str,
    batch: int | None,
    context: int | None,
    split: int | None,
    speed: float | None,
    mfu: float | None,
    mbu: float | None,
    calendar: float | None,
    price: float | None,
    site_count: int | None,
    site_power: float | None,
    site_link: float | None,
    inner_steps: int | None,
    cuts: tuple[str, ...],
    names: tuple[str, ...],
    top: int,
    assume: dict[str, float],
    output: Output,
) -> None:
    """Usable training and serving compute: of a chip, of several side by side, of fleets.

    Without options: what every buyer's accelerators can train and serve.

    \b
    supplychain compute --chip h100 --count 20480
    supplychain compute --model llama-2-70b --compare h100,mi300x,tpu-v5e,gaudi3
    supplychain compute --fleet meta --at 2024Q4 --cut hbm=20%@2024Q1:2024Q4
    supplychain compute --chip b200 --count 100_000 --site-power 150 --site-link 400
    """
    from supplychain.questions.compute import ComputeQuestion, answer_compute

    given = {
        "serving.context": context,
        "serving.reading_tokens_s": speed,
        "training.calendar": calendar,
        "training.site_link_gbit_s": site_link,
        "training.inner_steps": inner_steps,
    }
    own = {"mfu": mfu, "mbu": mbu, "price_usd": price}
    values = {key: float(value) for key, value in given.items() if value is not None}
    try:
        asked = ComputeQuestion(
            at=at,
            fleet=fleet,
            chip=chip,
            count=count,
            model=model,
            compare=tuple(compare.split(",")) if compare is not None else None,
            trained=trained,
            precision=precision,
            kv_precision=kv_precision,
            split=split,
            batch=batch,
            overrides={key: value for key, value in own.items() if value is not None},
            sites=site_count,
            site_power=site_power,
            cuts=cuts,
            scenarios=names,
            assume={**assume, **values},
        )
        network = output.load()
        scenarios = {name: find_scenario(network, name) for name in names}
        document = answer_compute(network, asked, scenarios, top)
    except AskError as error:
        raise usage_error(str(error)) from error
    output.answer(document)
