"""Every colour of charts, graphs and pages, once; style sheets are filled from here.

A page names a colour by a CSS variable, ``var(--now)``. A style sheet has a comment where the
variables go, ``/* light */``, which :func:`filled` replaces. Pictures that may also stand alone
give each variable its light colour as default; see :func:`variable`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from supplychain.model import STAGES


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours by the name of their CSS variable, on a light page, a dark one and on paper."""

    light: Mapping[str, str]
    dark: Mapping[str, str]
    print: Mapping[str, str]


def _palette(both: Mapping[str, tuple[str, str]], **on_paper: str) -> Palette:
    """From light and dark colours; paper is light but for what is given."""
    light = {name: colour for name, (colour, _) in both.items()}
    dark = {name: colour for name, (_, colour) in both.items()}
    return Palette(*map(MappingProxyType, (light, dark, light | on_paper)))


_BOTH = {
    "paper": ("#fff", "#12171f"),
    "ink": ("#1b2431", "#e6ebf2"),
    "line": ("#d5dbe4", "#333d4b"),
    "band": ("#f2f4f8", "#1a212c"),  # behind headings and every second stage
    "outline": ("transparent", "#8d9db3"),  # of boxes that would sink into a dark page
    "up": ("#1766c2", "#62a8ff"),  # what a chosen node needs
    "down": ("#c25a00", "#ff9d45"),  # what needs it
}

PAGE = _palette(
    _BOTH
    | {
        "soft": ("#566273", "#a9b4c3"),  # less important words
        "panel": ("#f6f7fa", "#181f29"),
        "accent": ("#0b57ad", "#7db8ff"),
        "alarm": ("#b3261e", "#ff8a80"),
        "heat": ("#a31515", "#b3261e"),
        "hot": ("#fff", "#fff"),  # letters on heat
        "link": ("#8494a8", "#8d9db3"),
        "warn": ("#fff3d1", "#3a2f10"),
        "warn-ink": ("#5a4300", "#ffe4a3"),
        "grid": ("#dfe4ec", "#2b3442"),
        "base": ("#566274", "#a9b4c3"),  # the baseline
        "now": ("#b3261e", "#ff8a80"),  # the scenario
        "c1": ("#0b4f94", "#5aa2e8"),  # series without a meaning of their own
        "c2": ("#3d9bd7", "#2f75ad"),
        "c3": ("#b4d5ee", "#b4d5ee"),
        "c4": ("#0b7a75", "#33b5ad"),
        "c5": ("#8a3f6b", "#d98ab8"),
        "c6": ("#86652a", "#cfa85f"),
        "c7": ("#5a6b7d", "#93a4b8"),
    },
    soft="#4a5565",
    line="#c9d0da",
)
"""Of the report and its charts."""

GRAPH = _palette(
    _BOTH
    | {
        "soft": ("#566273", "#a3afbf"),
        "panel": ("#f7f8fb", "#181f29"),
        "link": ("#77879c", "#8d9db3"),
        "alarm": ("#e5281f", "#ff5a4f"),  # the border of a chokepoint
        "badge": ("#b3261e", "#b3261e"),
        "letters": ("#fff", "#fff"),  # on boxes and badges
        "lost-none": ("#5c6672", "#5c6672"),
        "lost-few": ("#9a5b00", "#9a5b00"),
        "lost-many": ("#bf2f1c", "#bf2f1c"),
        "lost-most": ("#7a0c2e", "#7a0c2e"),
        "unused": ("#00000080", "#00000080"),  # capacity, and what of it is used if all is
        "full": ("#ffd54a", "#ffd54a"),
    }
)
"""Of the page of the graph."""

_FILLS = (
    *("#86652a", "#6f4fa0", "#8a3f6b", "#8c4a2f", "#1f6fb2"),
    *("#33539e", "#0b7a75", "#2b7d3b", "#5a6b7d"),
)
STAGE_COLOURS: Mapping[str, str] = MappingProxyType(dict(zip(STAGES, _FILLS, strict=True)))
"""Fill of each stage's boxes; white letters on it have a contrast of 5:1 or more."""


def filled(style: str, palette: Palette) -> str:
    """A style sheet with the variables of a palette in the place of its comments.

    Example:
        >>> filled(":root { /* light */ }", Palette({"ink": "black"}, {}, {}))
        ':root { --ink: black; }'
    """
    for name in ("light", "dark", "print"):
        colours: Mapping[str, str] = getattr(palette, name)
        variables = " ".join(f"--{key}: {colour};" for key, colour in colours.items())
        style = style.replace(f"/* {name} */", variables)
    return style


def variable(name: str, palette: Palette = PAGE) -> str:
    """A colour of the page that a picture stands on, else the palette's light one.

    Example:
        >>> variable("ink")
        'var(--ink,#1b2431)'
    """
    return f"var(--{name},{palette.light[name]})"
