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

_LIGHT = {
    "paper": "#fff",
    "ink": "#1b2431",
    "soft": "#566273",  # less important words
    "line": "#d5dbe4",
    "band": "#f2f4f8",  # behind headings and every second stage
    "panel": "#f6f7fa",
    "outline": "transparent",  # of boxes that would sink into a dark page
    "up": "#1766c2",  # what a chosen node needs
    "down": "#c25a00",  # what needs it
}
_DARK = {
    "paper": "#12171f",
    "ink": "#e6ebf2",
    "soft": "#a9b4c3",
    "line": "#333d4b",
    "band": "#1a212c",
    "panel": "#181f29",
    "link": "#8d9db3",
    "outline": "#8d9db3",
    "up": "#62a8ff",
    "down": "#ff9d45",
}


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours by the name of their CSS variable; dark and print: where they differ from light."""

    light: Mapping[str, str]
    dark: Mapping[str, str]
    print: Mapping[str, str]


_PAGE_LIGHT = _LIGHT | {
    "accent": "#0b57ad",
    "alarm": "#b3261e",
    "heat": "#a31515",
    "hot": "#fff",  # letters on heat
    "link": "#8494a8",
    "warn": "#fff3d1",
    "warn-ink": "#5a4300",
    "grid": "#dfe4ec",
    "base": "#566274",  # the baseline
    "now": "#b3261e",  # the scenario
    "c1": "#0b4f94",  # series without a meaning of their own
    "c2": "#3d9bd7",
    "c3": "#b4d5ee",
    "c4": "#0b7a75",
    "c5": "#8a3f6b",
    "c6": "#86652a",
    "c7": "#5a6b7d",
}
PAGE = Palette(
    MappingProxyType(_PAGE_LIGHT),
    MappingProxyType(
        _DARK
        | {
            "accent": "#7db8ff",
            "alarm": "#ff8a80",
            "heat": "#b3261e",
            "warn": "#3a2f10",
            "warn-ink": "#ffe4a3",
            "grid": "#2b3442",
            "base": "#a9b4c3",
            "now": "#ff8a80",
            "c1": "#5aa2e8",
            "c2": "#2f75ad",
            "c4": "#33b5ad",
            "c5": "#d98ab8",
            "c6": "#cfa85f",
            "c7": "#93a4b8",
        }
    ),
    MappingProxyType(_PAGE_LIGHT | {"soft": "#4a5565", "line": "#c9d0da"}),
)
"""Of the report and its charts."""

_GRAPH_LIGHT = _LIGHT | {
    "panel": "#f7f8fb",
    "link": "#77879c",
    "alarm": "#e5281f",  # the border of a chokepoint
    "badge": "#b3261e",
    "letters": "#fff",  # on boxes and badges
    "lost-none": "#5c6672",
    "lost-few": "#9a5b00",
    "lost-many": "#bf2f1c",
    "lost-most": "#7a0c2e",
    "unused": "#00000080",  # capacity of a line, and what of it is used, if all is
    "full": "#ffd54a",
}
GRAPH = Palette(
    MappingProxyType(_GRAPH_LIGHT),
    MappingProxyType(_DARK | {"soft": "#a3afbf", "alarm": "#ff5a4f"}),
    MappingProxyType(_GRAPH_LIGHT),
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
