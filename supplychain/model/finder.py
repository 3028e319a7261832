"""Finding what is meant by a name that somebody wrote: an id, a name, an alias, a country.

Case, accents, and the blanks, hyphens and underscores between words do not matter. Ids
go before names and names before aliases, so that ``hopper``, a group, is not mistaken for the
alias of a chip.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Literal, TypeAlias

from supplychain.errors import AskError
from supplychain.model.countries import NAMES
from supplychain.model.figures import Figure
from supplychain.model.network import Network
from supplychain.model.units import brief

Kind: TypeAlias = Literal[
    "group", "commodity", "accelerator", "organization", "country", "buyer", "model", "scenario"
]

WORDS: Mapping[Kind, str] = {
    "group": "group",
    "commodity": "commodity",
    "accelerator": "accelerator",
    "organization": "organization",
    "country": "country",
    "buyer": "buyer",
    "model": "AI model",
    "scenario": "scenario",
}
"""What a kind is called in a message."""

PREFIXES: Mapping[Kind, str] = {"organization": "org"}
"""What says in a target which kind is meant, where it is not the kind itself."""

LONGEST = 160
"""Characters of a name that anybody writes; of a longer one no nearest is sought."""

CLOSE = 0.75
"""How much alike (0 to 1, as difflib counts) two words are before one is taken for the other."""

FEW = 60
"""As many names as fit into a message."""

Meaning: TypeAlias = tuple[Kind, str]

_PLANT = re.compile("@[a-z]{2}")


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like this one, if any is close; case does not matter.

    Example:
        >>> nearest("TMSC", ["asml", "tsmc"]), nearest("nothing", ["naphtha", "hbm"])
        ('tsmc', None)
    """
    if len(word) > LONGEST:
        return None
    by_key = {key(text): text for text in known}
    close = difflib.get_close_matches(key(word), by_key, n=1, cutoff=CLOSE)
    swapped = (k for k in by_key if sorted(k) == sorted(key(word)))
    found = close[0] if close else next(swapped, None)  # of a short word, two letters are much
    return None if found is None else by_key[found]


def listed(known: Iterable[str]) -> str:
    """``there are: a, b, c``, for a message where nothing is near."""
    return f"there are: {', '.join(known) or 'none'}"


@lru_cache(maxsize=16_384)
def key(text: str) -> str:
    """What names have in common that are the same to a reader.

    Example:
        >>> key("SK hynix") == key("sk-hynix") == key("skhynix"), key("Côte d'Ivoire")
        (True, "coted'ivoire")
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"[\s_-]+", "", plain).casefold()


def meanings(network: Network, text: str, kinds: Iterable[Kind]) -> tuple[Meaning, ...]:
    """All that the text can mean among the kinds: first by id, else by name, else by alias."""
    wanted, kinds = key(text), tuple(kinds)
    exact = tuple((kind, text) for kind in kinds if text in _ids(network, kind))
    if exact:
        return exact
    found: list[tuple[int, Meaning]] = []
    for kind in kinds:
        for id_, *names in _names(network, kind):
            ranks = [rank for rank, name in enumerate((id_, *names)) if key(name) == wanted]
            if ranks:
                found.append((min(ranks[0], 2), (kind, id_)))
    best = min((rank for rank, _ in found), default=0)
    return tuple(meaning for rank, meaning in found if rank == best)


def find(network: Network, text: str, *kinds: Kind) -> Meaning:
    """The one thing of these kinds that the text means.

    Raises:
        AskError: Nothing or several things; the message names the nearest, or all of them.
    """
    found = meanings(network, text, kinds)
    if len(found) == 1:
        return found[0]
    if found:
        said = " or ".join(target(meaning) for meaning in found)
        raise AskError(f"'{text}' can mean {said}: say which")
    raise AskError(unknown(network, text, kinds))


def find_id(network: Network, text: str, *kinds: Kind) -> str:
    """As :func:`find`, the id alone."""
    return find(network, text, *kinds)[1]


def members(network: Network, text: str) -> tuple[str, ...]:
    """Ids of the commodities that the text means: one, or those of a group.

    Raises:
        AskError: There is none of that name, or several.
    """
    kind, id_ = find(network, text, "commodity", "group")
    return network.groups[id_] if kind == "group" else (id_,)


def target(meaning: Meaning) -> str:
    """How a meaning is written where several kinds may stand: ``org:tsmc``, ``country:TW``."""
    kind, id_ = meaning
    return f"{PREFIXES.get(kind, kind)}:{id_}"


def unknown(network: Network, text: str, kinds: Iterable[Kind]) -> str:
    """The message that nothing of these kinds has the name; with what is nearest, if anything."""
    kinds = tuple(kinds)
    what = " or ".join(WORDS[kind] for kind in kinds)
    none = f"no {what} is called" if len(kinds) < 3 else "nothing in the data has the name"
    hint = _nearest(network, text, kinds)
    if not hint:
        every = sorted({id_ for kind in kinds for id_ in _ids(network, kind)})
        hint = listed(every) if len(every) <= FEW else "supplychain graph shows what it holds"
    return f"{none} '{brief(text)}'; {hint}"


def _nearest(network: Network, text: str, kinds: tuple[Kind, ...]) -> str:
    """``did you mean 'country:TW' (Taiwan)?``; ids and names go before aliases."""
    firm: dict[str, str] = {}
    loose: dict[str, str] = {}
    for kind in kinds:
        for id_, *names in _names(network, kind):
            place = kind == "country"
            shown = target((kind, id_)) if place and len(kinds) > 1 else id_
            own = names[:1] if place else [id_, *names[:1]]
            firm.update(dict.fromkeys(own, shown))
            loose.update(dict.fromkeys(names[1:], shown))
    for known in (firm, loose):
        if (near := nearest(text, known)) is not None:
            name = "" if key(near) == key(known[near]) else f" ({near})"
            return f"did you mean '{known[near]}'{name}?"
    return ""


def find_figure(network: Network, name: str) -> Figure:
    """The figure of that name; without its plant where the maker has one for the commodity.

    Raises:
        AskError: There is none, or several plants have one; the message names the nearest, or all.
    """
    if name in network.figures:
        return network.figures[name]
    wanted = name.casefold()
    found = [n for n in network.figures if wanted in (n.casefold(), _PLANT.sub("", n.casefold()))]
    if len(found) == 1:
        return network.figures[found[0]]
    if found:
        raise AskError(f"'{name}' can mean {' or '.join(found)}: say which")
    near = nearest(name, network.figures)
    hint = f"; did you mean '{near}'?" if near else "; supplychain explain NODE shows them"
    raise AskError(f"no figure has the name '{brief(name)}'{hint}")


def _ids(network: Network, kind: Kind) -> Iterable[str]:
    match kind:
        case "group":
            return network.groups
        case "commodity":
            return network.commodities
        case "accelerator":
            return network.products
        case "organization":
            return network.organizations
        case "buyer":
            return network.buyers
        case "model":
            return network.models
        case "scenario":
            return network.scenarios
        case "country":
            return NAMES


def _names(network: Network, kind: Kind) -> Iterator[tuple[str, ...]]:
    """Of each thing of a kind its id, its name and its aliases."""
    match kind:
        case "group":
            yield from ((id_,) for id_ in network.groups)
        case "country":
            yield from ((code, *names) for code, names in NAMES.items())
        case "scenario":
            yield from ((s.id, s.name) for s in network.scenarios.values())
        case "commodity":
            yield from ((c.id, c.name, *c.aliases) for c in network.commodities.values())
        case "accelerator":
            yield from ((c.id, c.name, *c.aliases) for c in network.products.values())
        case "organization":
            yield from ((o.id, o.name, *o.aliases) for o in network.organizations.values())
        case "buyer":
            yield from ((b.id, b.name, *b.aliases) for b in network.buyers.values())
        case "model":
            yield from ((m.id, m.name, *m.aliases) for m in network.models.values())
