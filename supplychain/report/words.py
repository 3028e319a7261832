"""What the words mean: one sentence each, for pages, the terminal and ``docs/words.md``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Word:
    """A term in one sentence.

    Attributes:
        also: Other spellings under which it is looked up.
    """

    term: str
    means: str
    also: tuple[str, ...] = ()


_ALL = (
    Word(
        "accelerator",
        "A chip package that trains or serves AI models, counted as one unit "
        "whatever the number of dies in it: GPU, TPU, Trainium, Instinct, Ascend and others.",
        ("gpu", "ai chip", "unit"),
    ),
    Word(
        "advanced packaging",
        "The step that joins logic dies and memory stacks on one carrier; "
        "for most accelerators it is CoWoS.",
        ("packaging",),
    ),
    Word(
        "allocation rule",
        "Who is served first when orders exceed what is made; the data cannot "
        "say which rule sellers follow, so several are shown.",
        ("rule", "policy"),
    ),
    Word("as of", "The quarter for which makers, qualifications and products are read.", ("at",)),
    Word(
        "at stake",
        "The share of all H100 equivalents of a quarter whose products cannot be made "
        "without the thing in question.",
    ),
    Word(
        "availability", "The share of its normal output that a supply has in a quarter, 0 to 100%."
    ),
    Word("backlog", "Orders not yet filled; a part of them is withdrawn each quarter."),
    Word("base die", "The logic die at the bottom of an HBM stack."),
    Word("baseline", "What the data says without any shock; a scenario is always shown beside it."),
    Word(
        "basis",
        "How a figure is known: reported by a source, derived by arithmetic on sources, "
        "or estimated, and then a note says why.",
    ),
    Word(
        "binding",
        "The input that is short first: one more unit of it would give more accelerators.",
        ("binds", "bottleneck"),
    ),
    Word("booking", "The share of a line that a designer has reserved for a year."),
    Word(
        "buyer",
        "Who takes accelerators: a cloud, a lab, a state, an enterprise, or a group of such.",
    ),
    Word(
        "capacity",
        "What one organization's line can put out in a period, shared by everything "
        "that runs on it.",
        ("line",),
    ),
    Word(
        "chokepoint",
        "What cannot be replaced: an organization, country, plant or commodity "
        "whose loss alone loses a product.",
        ("single point of failure", "single point"),
    ),
    Word("commodity", "Something made and used: a material, tool, software, component or product."),
    Word(
        "compute-poor",
        "Buyers below the threshold of the compute-rich: start-ups, universities, small clouds.",
        ("poor", "gpu poor"),
    ),
    Word(
        "compute-rich",
        "Buyers whose fleet holds at least some 20,000 H100 equivalents.",
        ("rich", "gpu rich"),
    ),
    Word(
        "cover",
        "The share of a need that the other qualified makers could supply, spare output included.",
    ),
    Word(
        "cowos",
        "TSMC's way of joining dies and memory on a silicon or organic interposer "
        "(chip on wafer on substrate); S, L and R are its variants.",
        ("cowos-s", "cowos-l", "cowos-r"),
    ),
    Word("cut", "A shock that takes a share of the output away, for some quarters."),
    Word("designer", "The organization whose product an accelerator is; a partner may build it."),
    Word(
        "die", "One piece of silicon cut from a wafer; an accelerator holds one or more.", ("dies",)
    ),
    Word("essential", "The share of a maker's output that cannot do without an input."),
    Word("estimate", "A judged figure; its note gives the reason and its range the doubt."),
    Word("figure", "A value of the data with unit, range, basis and sources."),
    Word("fill rate", "Deliveries divided by orders.", ("filled",)),
    Word("fleet", "The accelerators a buyer has in service.", ("fleets",)),
    Word(
        "gini",
        "How unequally something is shared: 0 when all get the same part, 1 when one gets "
        "everything.",
        ("gini of fill rates",),
    ),
    Word(
        "h100e",
        "H100 equivalents: dense 8-bit peak divided by that of an H100, 1,979 trillion "
        "operations a second.",
        ("h100 equivalents", "h100 equivalent"),
    ),
    Word(
        "hbm",
        "High-bandwidth memory: DRAM dies stacked on a base die, beside the logic in the "
        "package; HBM2E, HBM3, HBM3E and HBM4 are its generations.",
        ("memory",),
    ),
    Word(
        "hhi",
        "Herfindahl index: the sum of squared market shares, 0 to 10,000; above 1,800 a "
        "market counts as highly concentrated.",
    ),
    Word("lag", "The time from an input sent to the output finished.", ("cycle time",)),
    Word("maker", "An organization that makes a commodity in at least one place.", ("supplier",)),
    Word("mbu", "The share of a chip's memory bandwidth that serving a model really uses."),
    Word("metered", "A supply whose capacity is known in units, not only as a market share."),
    Word("mfu", "The share of a chip's peak operations that training a model really uses."),
    Word(
        "nearly single",
        "Other makers exist, but together they could cover less than a quarter of the need.",
        ("near", "nearly single point"),
    ),
    Word("need", "What one commodity requires of another; all of a product's needs must be met."),
    Word("order book", "All that buyers have ordered of a designer; no more is sold."),
    Word(
        "own design",
        "An accelerator always falls with its own designer; that is counted apart.",
        ("own",),
    ),
    Word(
        "package",
        "The finished accelerator with its dies and memory; sources that count dies "
        "give larger numbers.",
    ),
    Word(
        "plan", "The starts that a designer means to make: its booked packaging in its planned mix."
    ),
    Word("pue", "Power drawn by a data centre divided by the power of its computers."),
    Word(
        "qualified",
        "A maker whose goods a user has tested and accepts, from a quarter on.",
        ("qualification",),
    ),
    Word("range", "The low and high end between which a figure is believed to lie."),
    Word(
        "recovery",
        "Weeks until a stopped supply is back at its normal output.",
        ("time to recover", "ttr"),
    ),
    Word("scenario", "A named list of shocks and assumptions laid over the baseline."),
    Word(
        "score",
        "The share of the baseline's H100 equivalents lost if the thing is down for its "
        "time to recover, 0 to 100.",
    ),
    Word("shock", "A cut, ban, delay, new line or change of orders."),
    Word(
        "slot",
        "A place on a packaging wafer; it cannot be stored, so one that is not used is lost.",
    ),
    Word(
        "stage", "The column of the chain in which a commodity stands, from materials to systems."
    ),
    Word("stock", "Goods held between two stages, in weeks of use.", ("stock weeks",)),
    Word(
        "substrate",
        "The board of organic layers under a chip package; its film is called ABF.",
        ("abf", "abf substrate"),
    ),
    Word("supply", "One organization making one commodity in one place."),
    Word("surge", "Spare output that a maker can add some weeks after it is called."),
    Word("t-glass", "Glass cloth of low expansion in the core of large substrates."),
    Word(
        "time to survive",
        "Weeks until a loss is felt in accelerators, thanks to stocks and goods on their way.",
        ("tts",),
    ),
    Word("window", "The quarters shown; what happens in them does not depend on it."),
    Word("yield", "The good part of what is made."),
)

WORDS: Mapping[str, Word] = MappingProxyType({word.term: word for word in _ALL})
"""By term, in alphabetical order."""


def find_word(text: str) -> Word | None:
    """The word of that term or other spelling, in any case; ``None`` if it is not in the list."""
    wanted = " ".join(text.casefold().split())
    return next((w for w in _ALL if wanted in (w.term, *w.also)), None)


def words_page() -> str:
    """``docs/words.md``."""
    lines = [f"**{w.term}** {w.means}" for w in _ALL]
    return (
        "# Words\n\nEach in one sentence, as `supplychain words TERM` and the pages show them.\n\n"
        + "\n\n".join(lines)
        + "\n"
    )
