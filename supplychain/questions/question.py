"""A question about a scenario: what happens, when, under which rule, and what to show.

Its text form is that of the command line: ``--hbm-cut 20% --from 2024Q1`` is what ``simulate``
takes, ``allocate --policy pro-rata`` and ``compare baseline hbm-cut-20`` name their command.
"""

from __future__ import annotations

import shlex
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import fields as fields_of
from decimal import Decimal
from math import inf
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, get_args

from supplychain.errors import AskError
from supplychain.model import Cut
from supplychain.model.quarters import Quarter
from supplychain.model.units import number
from supplychain.model.units import share as read_share
from supplychain.scenarios.targets import parse_cut

About: TypeAlias = Literal["simulate", "allocate", "compare"]
"""What is asked of the scenario, by the name of the command."""

SHORTCUTS: Mapping[str, str] = MappingProxyType(
    {"--hbm-cut": "hbm", "--cowos-cut": "cowos", "--wafer-cut": "logic-wafer"}
)
"""Options that cut one target for the whole window."""

LONGEST = 8_192
"""Characters of a question; a longer one is no question of a person."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; what is empty or ``None`` is as the data, the scenarios or the command say.

    Attributes:
        about: ``simulate``, ``allocate`` or ``compare``.
        pair: The two scenarios of ``compare``; ``baseline`` is one of them too.
        cuts: What is lost; those of :data:`SHORTCUTS` first.
        scenarios: Ids of named scenarios that add up.
        assume: Figures replaced, by the names that ``explain`` shows.
        first, last: The window.
        policies: Rules of allocation: one for ``simulate``, several for ``allocate``.
        supply: Accelerators to share out (``allocate``).
        buyer: One buyer under every rule (``allocate``).
        reserve, aversion, alpha: The seller's terms (``allocate``).
        sensitivity: Estimates to move, one at a time (``simulate``).
        fast: Without the same under other assumptions (``simulate``).

    Example:
        >>> question = Question.parse("--hbm-cut 20% --from 2024Q1")
        >>> question.cuts[0].share, str(question)
        (0.2, '--hbm-cut 20% --from 2024Q1')
    """

    about: About = "simulate"
    pair: tuple[str, ...] = ()
    cuts: tuple[Cut, ...] = ()
    scenarios: tuple[str, ...] = ()
    assume: tuple[tuple[str, float], ...] = ()
    first: Quarter | None = None
    last: Quarter | None = None
    policies: tuple[str, ...] = ()
    supply: float | None = None
    buyer: str = ""
    reserve: float | None = None
    aversion: float | None = None
    alpha: float | None = None
    sensitivity: int | None = None
    fast: bool = False

    def __post_init__(self) -> None:
        if self.about not in get_args(About):
            raise AskError(f"'{self.about}' is no question; ask {', '.join(get_args(About))}")
        object.__setattr__(self, "cuts", _in_order(self.cuts))
        object.__setattr__(self, "assume", tuple(sorted(dict(self.assume).items())))
        if len(self.pair) != (2 if self.about == "compare" else 0):
            raise AskError("compare names two scenarios, and only compare does")
        if self.about == "simulate" and len(self.policies) > 1:
            raise AskError("simulate shares out by one rule; allocate compares several")
        for option in OPTIONS.values():
            given = getattr(self, option.field) != _DEFAULTS[option.field]
            if given and self.about not in option.about:
                raise AskError(f"{option.name} is no option of {self.about}")
        for name in (*self.pair, *self.scenarios, *self.policies, *(n for n, _ in self.assume)):
            _check_name(name)
        if self.buyer:
            _check_name(self.buyer)

    @classmethod
    def parse(cls, text: str) -> Question:
        """Read a question in the form of the command line.

        Args:
            text: Options, after the name of the command if it is not ``simulate``.

        Raises:
            AskError: It is none; the message names the mistake.
        """
        if len(text) > LONGEST:
            raise AskError(f"a question of {len(text):,} characters; at most {LONGEST:,} are read")
        if odd := next((c for c in text if unicodedata.category(c) in ("Cc", "Cs")), None):
            raise AskError(f"the character U+{ord(odd):04X} is in no question")
        try:
            words = shlex.split(text)
        except ValueError as error:
            raise AskError(f"'{text}': {str(error).lower()}; close it or leave it out") from error
        return _read(words)

    @property
    def command(self) -> str:
        """The command that asks it, as typed into a terminal."""
        text = str(self)
        prefix = "supplychain simulate" if self.about == "simulate" else "supplychain"
        return f"{prefix} {text}".rstrip()

    def __str__(self) -> str:
        words = [] if self.about == "simulate" else [self.about, *self.pair]
        short = {target: option for option, target in SHORTCUTS.items()}
        for cut in self.cuts:
            if cut.first is None and (option := short.pop(cut.target, None)) is not None:
                words += [option, share_text(cut.share)]
            else:
                words += ["--cut", cut_text(cut)]
        for option_ in OPTIONS.values():
            words += option_.words(getattr(self, option_.field))
        return shlex.join(words)


@dataclass(frozen=True, slots=True)
class Option:
    """One option of the text form.

    Attributes:
        field: The attribute of the question that it fills.
        about: The questions that have it.
        read: A value from its text.
        show: The text of a value, such that reading it gives the value again.
        many: Whether it may stand several times; the attribute is then a tuple.
    """

    name: str
    field: str
    about: tuple[About, ...]
    read: Callable[[str], Any]
    show: Callable[[Any], str]
    many: bool = False

    def words(self, value: Any) -> list[str]:
        """The words of a question that say this; none where it is not said."""
        if value == _DEFAULTS[self.field] or self.name == "--cut":
            return []
        if value is True:
            return [self.name]
        values = value if self.many else (value,)
        return [word for one in values for word in (self.name, self.show(one))]


def cut_text(cut: Cut) -> str:
    """A cut as ``--cut`` reads it: ``hbm=20%@2024Q1:2024Q4``.

    Raises:
        AskError: It has a recovery curve, which only a scenario can hold, or no such form.
    """
    if cut.recovery:
        raise AskError(f"'{cut}' has a recovery curve; write it as a scenario and name that")
    _check_name(cut.target)
    when = "" if cut.first is None else f"@{cut.first}"
    if cut.first is not None and cut.last != cut.first:
        when += f":{'' if cut.last is None else cut.last}"
    text = f"{cut.target}={share_text(cut.share)}{when}"
    if parse_cut(text) != cut:
        raise AskError(f"'{cut}' cannot be written as a cut")
    return text


def share_text(share: float) -> str:
    """A share as :func:`~supplychain.model.units.share` reads it, in percent if exact.

    Raises:
        AskError: It is not a share from 0 to 1.
    """
    if not 0 <= share <= 1:
        raise AskError(f"{share:g} is not a share from 0% to 100%")
    percent = format(Decimal(f"{share * 100:.10g}"), "f")
    return f"{percent}%" if read_share(f"{percent}%") == share else format(Decimal(share), "f")


def number_text(value: float) -> str:
    """A number as :func:`~supplychain.model.units.number` reads it.

    Raises:
        AskError: It is not finite, or below 0.
    """
    if not 0 <= value < inf:
        raise AskError(f"{value:g} is not a number of 0 or more")
    short = format(Decimal(f"{value:.10g}"), "f")
    return short if number(short) == value else format(Decimal(value), "f")


def _read(words: list[str]) -> Question:
    """The question of some words, checked."""
    if words[:1] == ["supplychain"]:
        words = words[1:]
    about: Any = words[0] if words and words[0] in get_args(About) else "simulate"
    rest = words[1:] if words and words[0] == about else list(words)
    found: dict[str, Any] = {"about": about}
    if about == "compare":
        found["pair"], rest = tuple(rest[:2]), rest[2:]
    queue = iter(rest)
    for word in queue:
        name, equals, attached = word.partition("=")
        if name == "--fast" and not equals:
            found["fast"] = True
            continue
        if name not in OPTIONS and name not in SHORTCUTS and name != "--year":
            raise AskError(f"'{word}' is no option of a question; there are: {', '.join(OPTIONS)}")
        value = attached if equals else next(queue, None)
        if value is None:
            raise AskError(f"{name} needs a value")
        _take(found, name, value)
    return Question(**found)


def _take(found: dict[str, Any], name: str, text: str) -> None:
    """Put the value of an option where it belongs.

    Raises:
        AskError: It is malformed, or given twice.
    """
    try:
        if name in SHORTCUTS:
            cut = Cut(SHORTCUTS[name], read_share(text))
            found["cuts"] = (*found.get("cuts", ()), cut)
        elif name == "--year":
            if {"first", "last"} & found.keys():
                raise AskError("it names the quarters already; leave out --from and --to")
            found["first"], found["last"] = read_quarter(f"{text}Q1"), read_quarter(f"{text}Q4")
        elif (option := OPTIONS[name]).many:
            found[option.field] = (*found.get(option.field, ()), option.read(text))
        elif option.field in found:
            raise AskError("it is given twice")
        else:
            found[option.field] = option.read(text)
    except AskError as error:
        raise AskError(f"{name}: {error}") from error


def read_quarter(text: str) -> Quarter:
    """A quarter.

    Raises:
        AskError: The text is none.
    """
    try:
        return Quarter.parse(text)
    except ValueError as error:
        raise AskError(str(error)) from error


def read_amount(text: str) -> float:
    """A number, or ``inf``.

    Raises:
        AskError: It is neither.
    """
    return inf if text.strip() == "inf" else number(text)


def _assumption(text: str) -> tuple[str, float]:
    name, equals, value = text.rpartition("=")
    if not equals or not name.strip():
        raise AskError(f"'{text}' is not FIGURE=VALUE, like tsmc.cowos.2024Q4=40_000")
    return name.strip(), number(value.strip())


def _amount_text(value: float) -> str:
    return "inf" if value == inf else number_text(value)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:9]) > 0 and len(text) < 9):
        raise AskError(f"'{text}' is not a number of estimates, 1 or more")
    return int(text)


def _in_order(cuts: tuple[Cut, ...]) -> tuple[Cut, ...]:
    """As their text has them: the first cut of each shortcut for the whole window, then others."""
    short, others, open_ = {}, [], set(SHORTCUTS.values())
    for cut in cuts:
        if cut.first is None and cut.target in open_:
            open_.remove(cut.target)
            short[cut.target] = cut
        else:
            others.append(cut)
        cut_text(cut)
    return (*(short[t] for t in SHORTCUTS.values() if t in short), *others)


def _check_name(name: str) -> None:
    odd = any(unicodedata.category(c) in ("Cc", "Cs") for c in name)
    if odd or not name or name != name.strip() or name.startswith("-") or len(name) > 300:
        raise AskError(f"{name[:60]!r} is not a name")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(","))


_ALL: tuple[About, ...] = get_args(About)
_SHOCKED: tuple[About, ...] = ("simulate", "allocate")
_SHARED: tuple[About, ...] = ("allocate",)
_SIMULATED: tuple[About, ...] = ("simulate",)

OPTIONS: Mapping[str, Option] = MappingProxyType(
    {
        option.name: option
        for option in (
            Option("--cut", "cuts", _SHOCKED, parse_cut, cut_text, many=True),
            Option("--scenario", "scenarios", _SHOCKED, str, str, many=True),
            Option(
                "--assume",
                "assume",
                _ALL,
                _assumption,
                lambda pair: f"{pair[0]}={number_text(pair[1])}",
                many=True,
            ),
            Option("--from", "first", _ALL, read_quarter, str),
            Option("--to", "last", _ALL, read_quarter, str),
            Option("--policy", "policies", _SHOCKED, _names, ",".join),
            Option("--supply", "supply", _SHARED, number, number_text),
            Option("--buyer", "buyer", _SHARED, str.strip, str),
            Option("--reserve", "reserve", _SHARED, number, number_text),
            Option("--aversion", "aversion", _SHARED, number, number_text),
            Option("--alpha", "alpha", _SHARED, read_amount, _amount_text),
            Option("--sensitivity", "sensitivity", _SIMULATED, _count, str),
            Option("--fast", "fast", _SIMULATED, bool, str),
        )
    }
)
"""The options of the text form, in the order in which a question is written."""

_DEFAULTS = {field.name: field.default for field in fields_of(Question)}
