"""The report page, in a real browser without a network: the built-in data with HBM cut by 20%."""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from click.testing import CliRunner
from playwright.sync_api import Page
from pypdf import PdfReader

from supplychain.cli import _group
from tests import ROOT
from tests.conftest import Visit, Visitor

ASKED = ("--hbm-cut", "20%", "--sensitivity", "1")
EPOCH = "1764028800"
"""2025-11-25."""


def written(folder: Path, *args: str) -> str:
    """The page that the command writes."""
    out = folder / "hbm-cut-20.html"
    shown = CliRunner().invoke(
        _group, ["report", *args, "--out", str(out)], env={"SOURCE_DATE_EPOCH": EPOCH}
    )
    assert (shown.exit_code, shown.stdout) == (0, "")
    assert re.fullmatch(r"Wrote .*hbm-cut-20\.html \(\d+ kB, self-contained\)\n", shown.stderr)
    return out.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> str:
    return written(tmp_path_factory.mktemp("report"), *ASKED)


def clean(opened: Visit) -> Page:
    """The page, after checking that nothing went wrong and nothing was fetched."""
    assert opened.requests == [opened.page.url]
    assert (opened.console, opened.errors, opened.dialogs) == ([], [], [])
    return opened.page


def count(page: Page, selector: str) -> int:
    return page.locator(selector).count()


def test_it_is_whole_small_and_a_proper_page(html: str, visit: Visitor) -> None:
    page = clean(visit(html))

    assert len(html.encode()) < 1_000_000
    assert page.evaluate("document.compatMode") == "CSS1Compat"
    assert page.title() == "HBM output −20%: what it does to accelerator supply"
    assert page.get_attribute("html", "lang") == "en"
    assert count(page, "h1") == 1
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(e => +e.tagName[1])")
    assert all(b - a <= 1 for a, b in pairwise(levels))
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    links = page.evaluate("[...document.querySelectorAll('a[href^=\"#\"]')].map(e => e.hash)")
    assert len(links) > 20
    assert {link.removeprefix("#") for link in links} <= set(ids)
    assert count(page, "svg:not([aria-label])") == 0
    assert count(page, "th:not([scope])") == 0
    unlabelled = "[...document.querySelectorAll('input')].filter(e => !e.labels.length).length"
    assert page.evaluate(unlabelled) == 0
    assert all(page.locator("button").all_text_contents())


def test_the_sections_stand_in_the_order_of_a_reader(html: str, visit: Visitor) -> None:
    page = clean(visit(html))

    assert page.locator("h2").all_text_contents() == [
        "Findings",
        "Bottleneck timeline",
        "Scenario vs baseline",
        "Chokepoints",
        "Dependency graph",
        "Capacity and flow",
        "Allocation",
        "Sensitivity",
        "Country exposure",
        "Assumptions",
        "Contradictions",
        "Sources",
        "Reproduce",
    ]


def test_only_the_script_of_the_page_may_run(html: str) -> None:
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)

    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert not re.search(r"""\ssrc\s*=\s*["']""", html)
    assert not re.search(r"<link\b|@import|url\(", html)


def test_each_number_of_findings_and_cards_is_the_cell_it_cites(html: str, visit: Visitor) -> None:
    page = clean(visit(html))
    quoted = page.evaluate(
        """[...document.querySelectorAll('[data-ref]')].map(e => {
          const cell = document.getElementById(e.dataset.ref).cloneNode(true);
          cell.querySelectorAll('.mark, .unseen').forEach(m => m.remove());
          return [e.textContent, cell.textContent.trim()];
        })"""
    )
    assert len(quoted) > 20
    assert all(text == cell for text, cell in quoted)

    # No number stands in a finding or on a card but as a quoted cell.
    rest = page.evaluate(
        """[...document.querySelectorAll('.findings li > div, .cards li')].map(e => {
          const copy = e.cloneNode(true);
          copy.querySelectorAll('[data-ref], a, .label').forEach(m => m.remove());
          return copy.textContent;
        })"""
    )
    # The window, a unit and a definition are words.
    words = [re.sub(r"\b20\d\dQ\d\b|\bH100\b|within 1%", "", text) for text in rest]
    assert not [text for text in words if re.search(r"\d", text)]


@pytest.mark.parametrize("width", [1440, 390])
def test_it_does_not_scroll_sideways(html: str, visit: Visitor, width: int) -> None:
    page = clean(visit(html, width))

    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_letters_of_the_graph_can_be_read(html: str, visit: Visitor) -> None:
    page = clean(visit(html))
    height = """(() => {
      const chart = document.querySelector('svg.chain');
      const text = chart.querySelector('.node text');
      return parseFloat(getComputedStyle(text).fontSize)
        * chart.getBoundingClientRect().width / chart.viewBox.baseVal.width;
    })()"""
    assert page.evaluate(height) >= 10


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(html: str, visit: Visitor, scheme: str) -> None:
    page = clean(visit(html, color_scheme=scheme))

    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    # Two long tables are made as the others are; only colours depend on the scheme.
    context = {"exclude": [["#figures"], ["#flows"]]}
    options = {"runOnly": ["color-contrast"]} if scheme == "dark" else {}
    found = Axe().run(page, context, options).response["violations"]
    serious = [v for v in found if v["impact"] in ("serious", "critical")]
    assert [
        (v["id"], v["nodes"][0]["html"], v["nodes"][0]["failureSummary"]) for v in serious
    ] == []


def test_the_graph_is_searched_and_traced(html: str, visit: Visitor) -> None:
    page = clean(visit(html))

    page.fill("#find", "asml")
    assert re.fullmatch(r"\d+ found", page.inner_text("#found"))
    page.fill("#find", "euv scanner asml")
    traced = re.fullmatch(
        r"EUV lithography scanner: (\d+) upstream, (\d+) downstream", page.inner_text("#found")
    )
    assert traced is not None
    assert int(traced[1]) == count(page, ".chain .node.up")
    assert int(traced[2]) == count(page, ".chain .node.down") > 20
    page.keyboard.press("Escape")
    assert page.input_value("#find") == ""
    assert count(page, ".chain.traced") == 0


def test_the_keyboard_alone_traces(html: str, visit: Visitor) -> None:
    page = clean(visit(html))

    nodes = page.locator(".chain .node")
    nodes.first.focus()
    page.keyboard.press("Enter")
    assert count(page, ".chain .node.chosen") == 1
    first = page.evaluate("document.activeElement.dataset.id")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.id") not in (None, first)


def test_a_table_is_sorted_both_ways(html: str, visit: Visitor) -> None:
    page = clean(visit(html))
    heading = page.locator("#buyers thead th[data-key=orders]")

    def orders() -> list[float]:
        rows: list[float] = page.evaluate(
            "[...document.querySelectorAll('#buyers tbody tr')].map(r => +r.cells[2].dataset.v)"
        )
        return rows

    heading.locator("button").click()
    assert heading.get_attribute("aria-sort") == "ascending"
    assert orders() == sorted(orders())
    heading.locator("button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    assert orders() == sorted(orders(), reverse=True)


def test_a_table_is_saved_as_csv_with_raw_numbers(html: str, visit: Visitor) -> None:
    page = clean(visit(html))
    section = page.locator("#comparison .table").first

    with page.expect_download() as download:
        section.get_by_role("button", name="Download CSV").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert download.value.suggested_filename == "totals.csv"
    assert list(rows[0]) == ["measure", "baseline", "scenario", "change"]
    before, after = float(rows[0]["baseline"]), float(rows[0]["scenario"])
    assert before > 1e7
    assert float(rows[0]["change"]) == pytest.approx(after / before - 1, abs=1e-9)


def test_it_prints_on_at_most_eight_pages(html: str, visit: Visitor) -> None:
    page = clean(visit(html))
    pdf = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))

    sizes = [(round(p.mediabox.width), round(p.mediabox.height)) for p in pdf.pages]
    assert len(sizes) <= 8
    assert set(sizes) == {(595, 842), (842, 595)}  # A4
    [graph] = [p for p in pdf.pages if p.mediabox.width > p.mediabox.height]
    assert "EUV" in graph.extract_text()
    text = " ".join(p.extract_text() for p in pdf.pages)
    assert "supplychain report --hbm-cut 20%" in text
    assert "HBM output −20%" in text


def test_it_is_readable_without_scripts(html: str, visit: Visitor) -> None:
    page = clean(visit(html, java_script_enabled=False))

    assert page.locator(".findings li").first.is_visible()
    assert count(page, "figure svg") >= 6
    assert all(svg.is_visible() for svg in page.locator("figure svg").all())
    assert page.locator("#totals").is_visible()
    hidden = page.locator("details table").first
    assert not hidden.is_visible()
    page.locator("details summary").first.click()
    assert hidden.is_visible()
    # What needs the script is not offered.
    assert count(page, ".tools, thead button") == 0
    assert not page.locator("#find").is_visible()


def test_it_says_how_to_get_it_again(html: str, visit: Visitor) -> None:
    page = clean(visit(html))
    footer = page.inner_text("#reproduce")

    assert "supplychain report --hbm-cut 20% --sensitivity 1 --out hbm-cut-20.html" in footer
    assert re.search(r"supplychain\s+\d+\.\d+\.\d+ · program sha256 [0-9a-f]{64}", footer)
    assert re.search(r"Data\s+sha256 [0-9a-f]{64}", footer)
    assert "2025-11-25" in footer
    assert "no seed" in footer
    assert "/" not in page.inner_text("#reproduce pre")  # no path of the machine


def test_sources_are_links_to_the_web(html: str, visit: Visitor) -> None:
    page = clean(visit(html))
    links = page.evaluate(
        "[...document.querySelectorAll('a:not([href^=\"#\"])')].map(a => [a.href, a.rel])"
    )
    assert len(links) > 20
    assert all(href.startswith(("https://", "http://")) for href, _ in links)
    assert {rel for _, rel in links} == {"noopener"}


def test_dark_and_forced_colours_and_less_motion(html: str, visit: Visitor) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    line = "getComputedStyle(document.querySelector('#units-by-quarter text')).fill"
    light, dark = visit(html).page, visit(html, color_scheme="dark").page

    assert light.evaluate(background) == "rgb(255, 255, 255)"
    assert dark.evaluate(background) == "rgb(18, 23, 31)"
    assert light.evaluate(line) != dark.evaluate(line)
    still = visit(html, reduced_motion="reduce", forced_colors="active")
    assert clean(still).evaluate("getComputedStyle(document.documentElement).scrollBehavior") == (
        "auto"
    )
    assert len(still.page.screenshot()) > 20_000


def test_another_process_gives_the_same_bytes(html: str, tmp_path: Path) -> None:
    """Whatever its locale, the encoding of its terminal and the order of its sets."""
    out = tmp_path / "hbm-cut-20.html"
    subprocess.run(
        [sys.executable, "-m", "supplychain", "report", *ASKED, "--quiet", "--out", str(out)],
        check=True,
        cwd=ROOT,
        env={
            **os.environ,
            "SOURCE_DATE_EPOCH": EPOCH,
            "LC_ALL": "C",
            "PYTHONIOENCODING": "cp1252",
            "PYTHONHASHSEED": "20",
        },
    )
    assert out.read_bytes() == html.encode("utf-8")


def test_scores_are_those_kept_by_chokepoints_and_the_same_when_none_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = str(ROOT / "tests" / "data" / "small")
    out = tmp_path / "scores.html"
    ask = ["report", "--scores", "--sensitivity", "0", "--data", small, "--out", str(out)]

    def run(kept: str, *args: str) -> str:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / kept))
        shown = CliRunner().invoke(_group, args, env={"SOURCE_DATE_EPOCH": EPOCH})
        assert shown.exit_code == 0, shown.output
        return shown.stderr

    assert "Computing what each loss in" in run("warm", "chokepoints", "--data", small)
    assert "Computing" not in run("warm", *ask)
    page = out.read_bytes()
    assert b'data-key="score"' in page
    assert b"--sensitivity 0 --scores" in page
    assert "Computing what each loss in" in run("cold", *ask)
    assert out.read_bytes() == page


EXAMPLES = ("baseline", "hbm-cut-20", "samsung-hbm3e-early", "taiwan-two-quarters")


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_open(name: str, visit: Visitor) -> None:
    text = (ROOT / "reports" / f"{name}.html").read_text(encoding="utf-8")
    page = clean(visit(text))

    assert len(text.encode()) < 1_000_000
    command = "supplychain report " + (f"--scenario {name} " if name != "baseline" else "")
    assert page.inner_text("#reproduce pre").strip() == f"{command}--scores --out {name}.html"
    assert page.locator("#single th[data-key=score]").count() == 1
    pdf = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
    assert len(pdf.pages) <= 8
    differ = """[...document.querySelectorAll('[data-ref]')].filter(e => {
      const cell = document.getElementById(e.dataset.ref).cloneNode(true);
      cell.querySelectorAll('.mark, .unseen').forEach(m => m.remove());
      return cell.textContent.trim() !== e.textContent;
    }).length"""
    assert page.evaluate(differ) == 0
