"""Charts of tables: Altair draws, vl-convert writes SVG, colours become the page's own.

Every function takes a :class:`Table` and gives an ``<svg>`` element whose text is text. Each
colour becomes a CSS variable with the light colour as its default, so that a page may set others
for dark mode and print.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from types import MappingProxyType
from typing import Any

from supplychain.report.colours import variable
from supplychain.report.tables import Cell, Table

_SERIES = ("c1", "c2", "c3", "c4", "c5", "c6", "c7")
_DRAWN: Mapping[str, str] = MappingProxyType(
    {
        name: f"#{number:06x}"
        for number, name in enumerate(("ink", "soft", "grid", "base", "now", *_SERIES), 1)
    }
)
"""What stands in for each colour until it is a variable: colours of a page may be the same."""

_CONFIG: Mapping[str, Any] = MappingProxyType(
    {
        "aria": False,  # the element has one label; the numbers stand in the table beside it
        "background": "transparent",
        "padding": {"left": 14, "right": 10, "top": 2, "bottom": 2},
        "font": "sans-serif",
        "view": {"stroke": None},
        "axis": {
            "labelColor": _DRAWN["soft"],
            "titleColor": _DRAWN["soft"],
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "gridColor": _DRAWN["grid"],
            "domainColor": _DRAWN["grid"],
            "tickColor": _DRAWN["grid"],
        },
        "legend": {
            "labelColor": _DRAWN["ink"],
            "labelFontSize": 12,
            "orient": "top",
            "title": None,
            "symbolStrokeWidth": 2,
            "columnPadding": 30,  # the reader's font may be wider than the one measured here
        },
        "text": {"color": _DRAWN["ink"], "fontSize": 12},
    }
)


def lines_chart(table: Table, label: str) -> str:
    """Baseline (grey) and scenario (red, dashed) by quarter.

    Args:
        table: Columns ``quarter`` and ``baseline``, and ``scenario`` if there is one.
        label: What a screen reader says for the figure.
    """
    import altair as alt

    names = {"baseline": "baseline", "scenario": "scenario"}
    rows = [
        {"quarter": row["quarter"], "series": name, "units": row[key]}
        for row in table.records()
        for key, name in names.items()
        if row.get(key) is not None
    ]
    shown = list(dict.fromkeys(str(row["series"]) for row in rows))
    chart = (
        _chart(rows)
        .mark_line(strokeWidth=2.5, point={"size": 26})
        .encode(
            x=alt.X("quarter:O", title=None, axis=alt.Axis(labelAngle=0)),
            y=alt.Y("units:Q", title="accelerators a quarter", axis=_compact_axis()),
            color=_scale("series", shown, ("base", "now"), len(shown) > 1),
            strokeDash=alt.StrokeDash(
                "series:N",
                scale=alt.Scale(domain=shown, range=[[1, 0], [6, 3]][: len(shown)]),
                legend=None,
            ),
        )
        .properties(width=1080, height=230)
    )
    return _svg(chart, label)


def stacked_chart(made: Table, limit: Table, label: str, unit: str) -> str:
    """What each maker puts out, stacked by quarter, under a dashed line of what all could.

    Args:
        made: Columns ``quarter``, ``maker`` and ``made``.
        limit: Columns ``quarter`` and ``capacity``.
        label: What a screen reader says for the figure.
        unit: Title of the axis.
    """
    import altair as alt

    rows = made.records()
    makers = list(dict.fromkeys(str(row["maker"]) for row in rows))
    rows = [{**row, "order": makers.index(str(row["maker"]))} for row in rows]
    x = alt.X("quarter:O", title=None, axis=alt.Axis(labelAngle=-45))
    y_axis = _compact_axis()
    bars = (
        _chart(rows)
        .mark_bar()
        .encode(
            x=x,
            y=alt.Y("made:Q", title=unit, axis=y_axis),
            color=_scale("maker", makers, _SERIES, legend=True),
            order="order:Q",
        )
    )
    line = (
        _chart(limit.records())
        .mark_line(strokeDash=[5, 3], strokeWidth=2, color=_DRAWN["now"])
        .encode(x=x, y=alt.Y("capacity:Q", title=unit, axis=y_axis))
    )
    return _svg((bars + line).properties(width=480, height=240), label)


def lorenz_chart(table: Table, label: str, x: str, y: str) -> str:
    """Lorenz curves with the line of equality.

    Args:
        table: Columns ``series``, ``below`` (cumulative share of those who get) and ``share``
            (of what they get), both 0 to 1.
        label: What a screen reader says for the figure.
        x: Title of the axis of those who get.
        y: Title of the axis of what they get.
    """
    import altair as alt

    shown = list(dict.fromkeys(str(row["series"]) for row in table.records()))
    dashes = [[1, 0], [6, 3]][: len(shown)]
    percent = alt.Axis(format="%", tickCount=5)
    curves = (
        _chart(table.records())
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X("below:Q", title=x, axis=percent, scale=alt.Scale(domain=[0, 1])),
            y=alt.Y("share:Q", title=y, axis=percent, scale=alt.Scale(domain=[0, 1])),
            color=_scale("series", shown, ("base", "now"), len(shown) > 1),
            strokeDash=alt.StrokeDash(
                "series:N", scale=alt.Scale(domain=shown, range=dashes), legend=None
            ),
        )
    )
    equal = (
        _chart([{"below": 0, "share": 0}, {"below": 1, "share": 1}])
        .mark_line(strokeDash=[2, 3], strokeWidth=1, color=_DRAWN["soft"])
        .encode(x="below:Q", y="share:Q")
    )
    return _svg((equal + curves).properties(width=420, height=300), label)


def tornado_chart(table: Table, base: float, label: str) -> str:
    """A bar from the result at the lower end of each input's range to that at the upper end.

    Args:
        table: Columns ``input``, ``at_low`` and ``at_high``, as shares; widest first.
        base: The result itself, where the bars would meet if nothing mattered.
        label: What a screen reader says for the figure.
    """
    import altair as alt

    rows = [
        {"input": row["input"], "end": end, "base": base, "value": row[key]}
        for row in table.records()
        for key, end in (("at_low", "low end of the range"), ("at_high", "high end"))
    ]
    order = [str(row["input"]) for row in table.records()]
    y = alt.Y(
        "input:N", title=None, sort=order, axis=alt.Axis(labelLimit=330, labelColor=_DRAWN["ink"])
    )
    axis = alt.Axis(format="+.0%", tickCount=8)
    x = alt.X("value:Q", title="change of accelerators", axis=axis, scale=alt.Scale(zero=False))
    bars = (
        _chart(rows)
        .mark_bar(height=17)
        .encode(
            y=y,
            x=x,
            x2="base:Q",
            color=_scale("end", ["low end of the range", "high end"], ("now", "c1"), legend=True),
        )
    )
    rule = (
        _chart([{"base": base}]).mark_rule(color=_DRAWN["ink"], strokeWidth=1.5).encode(x="base:Q")
    )
    return _svg((bars + rule).properties(width=700, height=30 * len(order)), label)


def _scale(name: str, domain: list[str], colours: tuple[str, ...], legend: bool) -> Any:
    import altair as alt

    chosen = [_DRAWN[colours[i % len(colours)]] for i in range(len(domain))]
    return alt.Color(
        f"{name}:N",
        scale=alt.Scale(domain=domain, range=chosen),
        legend=alt.Legend() if legend else None,
    )


def _chart(rows: list[dict[str, Cell]]) -> Any:
    import altair as alt

    return alt.Chart(alt.InlineData(values=rows))


def _compact_axis() -> Any:
    """200k, 4M, 1bn."""
    import altair as alt

    return alt.Axis(format="~s", labelExpr="replace(datum.label, 'G', 'bn')", tickCount=6)


def _svg(chart: Any, label: str) -> str:
    """The chart as an element with a label, its colours as CSS variables."""
    import vl_convert

    spec = chart.to_dict(validate=False)
    spec["config"] = dict(_CONFIG)
    text = vl_convert.vegalite_to_svg(spec)
    for name, drawn in _DRAWN.items():
        text = text.replace(f'"{drawn}"', f'"{variable(name)}"')
    text = re.sub(
        r' (?:xmlns:xlink|version|font-family|role|aria-hidden|aria-roledescription)="[^"]*"',
        "",
        text,
    )
    return text.replace("<svg ", f'<svg role="img" aria-label="{escape(label)}" ', 1)
