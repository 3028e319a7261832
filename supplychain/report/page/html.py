"""A report as one HTML page that needs nothing but itself. Rendering never computes."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Hashable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from supplychain.escapes import is_web
from supplychain.model import Source
from supplychain.report.colours import PAGE, filled
from supplychain.report.page.parts import (
    RING,
    Grid,
    Part,
    Picture,
    Quote,
    Report,
    Section,
    Words,
)
from supplychain.report.tables import Cell, Column, Columns, show, table

_HTML = Path(__file__).parents[1] / "html"


def report_page(report: Report) -> str:
    """The page's text; the same report gives the same text.

    Raises:
        KeyError: A finding points to a table or picture, or a table to a source, that is not there.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_HTML, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    script = (_HTML / "report.js").read_text(encoding="utf-8")
    sections = (*report.sections, _sources_section(report))
    numbers = _numbers(sections)
    cited = _cited(report.sections)
    quoted = {quote.id for quote in _quotes(report)}
    return environment.get_template("report.html").render(
        report=report,
        sections=[
            {
                "section": section,
                "parts": _paired([_part(part, numbers, cited, quoted) for part in section.parts]),
            }
            for section in sections
        ],
        numbers=numbers,
        findings=[(_words(f.lead), _words(f.rest), f.see, numbers[f.see]) for f in report.findings],
        cards=[(c.label, _words((c.value,)), _words(c.note), _tone(c.value)) for c in report.cards],
        style=filled((_HTML / "report.css").read_text(encoding="utf-8"), PAGE),
        script=script,
        script_hash="sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        search=dict(report.search),
    )


def _numbers(sections: Sequence[Section]) -> dict[str, str]:
    """Table and picture to ``Table 1``, ``Figure 1``, in reading order."""
    counts = {"Table": 0, "Figure": 0}
    numbers: dict[str, str] = {}
    for part in (part for section in sections for part in section.parts):
        if isinstance(part, str):
            continue
        kind = "Table" if isinstance(part, Grid) else "Figure"
        counts[kind] += 1
        numbers[part.name] = f"{kind} {counts[kind]}"
    return numbers


def _cited(sections: Sequence[Section]) -> dict[str, int]:
    """Source to its number, in order of first mention."""
    grids = (p for s in sections for p in s.parts if isinstance(p, Grid))
    ids = (id_ for g in grids for row in g.table.ids for id_ in g.sources.get(row, ()))
    return {id_: number for number, id_ in enumerate(dict.fromkeys(ids), 1)}


def _sources_section(report: Report) -> Section:
    """The sources that the page cites, with how often."""
    cited = _cited(report.sections)
    counts = dict.fromkeys(cited, 0)
    for section in report.sections:
        for part in section.parts:
            for ids in part.sources.values() if isinstance(part, Grid) else ():
                for id_ in ids:
                    counts[id_] += 1
    columns: Columns[Source] = (
        Column("source", "Source", of=lambda s: s.title),
        Column("number", "No.", "number", of=lambda s: cited[s.id]),
        Column("publisher", "Publisher"),
        Column("published", "Published", of=lambda s: s.published or None),
        Column("accessed", "Read", of=lambda s: s.accessed or None),
        Column("rows", "Cited by", "number", of=lambda s: counts[s.id]),
    )
    found = [report.sources[id_] for id_ in cited]
    none = "Nothing on this page cites a source."
    shown = table("sources-table", columns, found, empty=none, by=lambda s: s.id)
    links = {s.id: s.url for s in found if is_web(s.url)}
    caption = "Sources cited on this page, in order of first mention; rows that cite each."
    return Section("sources", "Sources", (Grid(shown, caption, links=links),))


def _quotes(report: Report) -> Iterator[Quote]:
    for finding in report.findings:
        yield from (p for p in (*finding.lead, *finding.rest) if isinstance(p, Quote))
    for card in report.cards:
        yield card.value
        yield from (p for p in card.note if isinstance(p, Quote))


def _words(words: Words) -> list[tuple[str, str]]:
    """Pieces as (text, id of the quoted cell or empty)."""
    return [(p, "") if isinstance(p, str) else (p.text, p.id) for p in words]


def _tone(quote: Quote) -> str:
    """``bad`` for a loss."""
    value = quote.value
    return "bad" if isinstance(value, float) and value <= -0.0005 else ""


def _part(
    part: Part, numbers: Mapping[str, str], cited: Mapping[str, int], quoted: set[str]
) -> dict[str, Any]:
    if isinstance(part, str):
        return {"kind": "text", "text": part}
    label = {"number": numbers[part.name], "part": part}
    if isinstance(part, Picture):
        return {"kind": "picture", **label}
    sources = {
        row: [(cited[id_]) for id_ in dict.fromkeys(ids)] for row, ids in part.sources.items()
    }
    rows = [
        (
            [_cell(part, id_, column, value, quoted) for column, value in zip(
                part.table.columns, row, strict=True
            )],
            sources.get(id_, []),
        )
        for id_, row in zip(part.table.ids, part.table.rows, strict=True)
    ]  # fmt: skip
    return {"kind": "table", "rows": rows, "cites": bool(sources), **label}


def _paired(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Half pictures that follow one another, put together."""
    paired: list[dict[str, Any]] = []
    for part in parts:
        half = part["kind"] == "picture" and part["part"].half
        if half and paired and paired[-1]["kind"] == "pair":
            paired[-1]["pictures"].append(part)
        else:
            paired.append({"kind": "pair", "pictures": [part]} if half else part)
    return paired


def _cell(
    grid: Grid, row: Hashable, column: Column[Any], value: Cell, quoted: set[str]
) -> dict[str, Any]:
    id_ = Quote(grid.table, row, column.key).id
    mark = grid.marks.get((row, column.key), "")
    number = isinstance(value, float | int) and not isinstance(value, bool)
    heat = ""
    if column.key in grid.heat and number:
        heat = f"{_shade(float(value or 0)):.0f}"
    classes = {
        "n": column.kind != "text",
        "bad": column.key == "change" and isinstance(value, float) and value <= -0.0005,
        "ring": mark == RING,
        "hot": bool(heat) and int(heat) > 60,
        "zero": bool(heat) and int(heat) == 0,
    }
    return {
        "text": show(value, column.kind),
        "id": id_ if id_ in quoted else "",
        "raw": f"{value:.10g}" if number else "",
        "number": column.kind != "text",
        "heat": heat,
        "mark": mark,
        "mark_words": grid.mark_words.get(mark, ""),
        "classes": " ".join(name for name, holds in classes.items() if holds),
        "link": grid.links.get(row, "") if column is grid.table.columns[0] else "",
        "ref": column.key == "number" and grid.name == "sources-table",
    }


def _shade(share: float) -> float:
    """Percent of full colour: pale up to a share of 80%, dark above, for legible letters."""
    share = min(max(share, 0.0), 1.0)
    return 48 * share if share < 0.795 else 75 + 25 * (share - 0.795) / 0.205
