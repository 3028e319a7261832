"""The interactive graph, in a real browser without a network."""

from __future__ import annotations

import dataclasses
import re
from types import MappingProxyType

import pytest

from supplychain.loader import load
from supplychain.model import Commodity, Figure, Network, Source, assemble
from supplychain.model.quarters import Quarter
from supplychain.report.colours import GRAPH, STAGE_COLOURS
from supplychain.report.graph.page import graph_page
from supplychain.report.graph.panel import figure_text
from supplychain.report.graph.states import States, marks, span
from supplychain.report.graph.view import By, view_of
from supplychain.simulation import Simulation, simulate
from tests.conftest import Visit, Visitor, serious
from tests.networks import (
    FIRST,
    LAST,
    capacity,
    commodity,
    figure,
    need,
    network,
    organization,
    product,
    supply,
)

AT = Quarter(2024, 4)
EVIL = "evil</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'"


def chain(
    name: str = "EUV scanner", url: str = "https://example.org/a", title: str = "T"
) -> Network:
    """Optics to scanner to wafer to accelerator; a gas that feeds none of them."""
    share = Figure(0.75, 0.7, 0.8, "", "derived", ("report-2024",))
    parts = network(
        commodity("optics", stage="equipment"),
        dataclasses.replace(
            commodity("euv", need("optics", role="tool"), stage="equipment"), name=name
        ),
        commodity("wafer", need("euv", role="tool"), stage="fabrication"),
        commodity("neon", stage="materials"),
        product("h100", "nvidia", need("wafer", per_unit=0.02)),
        organization("asml", supply("asml", "euv", "NL", share=MappingProxyType({2024: share}))),
        organization("nikon", supply("nikon", "euv", "JP", end=Quarter(2022, 4))),
        organization("nvidia"),
    )
    source = Source("report-2024", title, "Publisher", url, "2024-05", "2026-11-22")
    return assemble(
        parts.commodities.values(), parts.organizations.values(), (), [source], "0123456789abcdef"
    )


def marked(reason: str = "one maker", at: Quarter = AT) -> States:
    """The scanner is a chokepoint in every quarter."""
    return States(span(at), at, {quarter: {"euv": reason} for quarter in span(at)})


def clean(opened: Visit) -> Visit:
    """The visit, after checking that nothing went wrong and nothing was fetched."""
    opened.page.wait_for_selector("html[data-ready]", state="attached")
    assert opened.requests == [opened.page.url]
    assert opened.console == []
    assert opened.errors == []
    assert opened.dialogs == []
    return opened


def selected(opened: Visit) -> object:
    return opened.page.evaluate("document.getElementById('canvas').dataset.selected")


def find(opened: Visit, text: str) -> str:
    opened.page.fill("#find", text)
    return opened.page.inner_text("#found")


def test_the_file_is_whole_small_and_a_proper_page(visit: Visitor) -> None:
    html = graph_page(chain(), None, marked())
    page = clean(visit(html)).page

    assert len(html.encode()) < 700_000
    assert page.evaluate("document.compatMode") == "CSS1Compat"
    assert page.title() == "AI accelerator supply chain"
    assert page.get_attribute("html", "lang") == "en"
    assert page.locator("h1").count() == 1
    assert page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)") == page.evaluate(
        "[...new Set([...document.querySelectorAll('[id]')].map(e => e.id))]"
    )
    assert (
        page.evaluate(
            "[...document.querySelectorAll('input, select')]"
            ".filter(e => !e.labels.length && !e.ariaLabel).length"
        )
        == 0
    )
    assert (
        page.evaluate(
            "[...document.querySelectorAll('button')].filter(e => !e.innerText.trim()).length"
        )
        == 0
    )


def test_the_policy_lets_only_the_scripts_of_the_page_run() -> None:
    html = graph_page(chain())
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)

    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert len(re.findall(r"'sha256-[\w+/]{43}='", policy)) == 3
    assert not re.search(r"""(?:src|href)\s*=\s*["']https?:""", html)


def test_the_same_network_gives_the_same_bytes() -> None:
    assert graph_page(chain(), None, marked()) == graph_page(chain(), None, marked())


def test_an_unknown_chokepoint_is_an_error() -> None:
    with pytest.raises(KeyError, match="duv"):
        graph_page(chain(), None, States((AT,), AT, {AT: {"duv": "no such commodity"}}))


def test_a_maker_finds_what_it_makes_and_it_is_traced(visit: Visitor) -> None:
    opened = clean(visit(graph_page(chain(), None, marked())))

    assert find(opened, "asml") == "1 found"
    assert selected(opened) == "EUV scanner"
    panel = opened.page.inner_text("#panel")
    assert "◆ Chokepoint: one maker" in panel
    assert "ASML (NL)\t75% (70% to 80%, derived) in 2024 [1]" in panel
    assert "Not in 2024Q4: NIKON (JP) until before 2023Q1" in panel
    assert [b.inner_text() for b in opened.page.locator("#panel li button").all()] == [
        "OPTICS",
        "WAFER",
    ]

    opened.page.keyboard.press("Escape")
    assert selected(opened) is None
    assert opened.page.input_value("#find") == ""
    assert not opened.page.locator("#panel").is_visible()


def test_several_hits_are_listed_as_buttons(visit: Visitor) -> None:
    opened = clean(visit(graph_page(chain())))

    assert find(opened, "n") == "3 found"
    assert find(opened, "no such thing") == "0 found"
    assert opened.page.inner_text("#panel h2") == "0 found"
    find(opened, "n")
    opened.page.get_by_role("button", name="NEON").click()
    assert selected(opened) == "NEON"


def test_the_keyboard_alone_walks_the_chain(visit: Visitor) -> None:
    opened = clean(visit(graph_page(chain())))
    keyboard = opened.page.keyboard

    keyboard.press("/")
    keyboard.type("h100")
    assert selected(opened) == "H100"
    opened.page.focus("#panel li button")
    keyboard.press("Enter")
    assert selected(opened) == "WAFER"


def test_the_legend_counts_and_hides_stages(visit: Visitor) -> None:
    opened = clean(visit(graph_page(chain())))
    button = opened.page.get_by_role("button", name="Equipment 2")

    button.click()
    assert button.get_attribute("aria-pressed") == "false"
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    opened.page.get_by_label("tools").uncheck()
    clean(opened)


@pytest.mark.parametrize("width", [1440, 390])
def test_the_page_does_not_scroll_sideways(visit: Visitor, width: int) -> None:
    opened = clean(visit(graph_page(chain(name="A" * 80)), width))

    for text in ("", "a", "asml"):
        find(opened, text)
        assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_text_from_the_data_stays_text(visit: Visitor) -> None:
    html = graph_page(chain(EVIL, title=EVIL), None, marked(EVIL), title=EVIL, remarks=[EVIL])
    opened = clean(visit(html))
    find(opened, "asml")
    clean(opened)

    assert opened.page.inner_text("h1") == EVIL
    assert opened.page.title() == EVIL
    assert opened.page.inner_text(".remark") == EVIL
    assert opened.page.inner_text("#panel h2") == EVIL
    assert opened.page.inner_text("#panel ol a") == EVIL
    assert opened.page.get_attribute("#names option >> nth=0", "value") == EVIL
    assert opened.page.locator("img[src=x]").count() == 0


@pytest.mark.parametrize(
    ("url", "href"),
    [("https://example.org/a", "https://example.org/a"), ("javascript:alert(3)", None)],
)
def test_only_web_addresses_become_links(visit: Visitor, url: str, href: str | None) -> None:
    opened = clean(visit(graph_page(chain(url=url))))
    find(opened, "asml")
    link = opened.page.locator("#panel ol a")

    assert link.get_attribute("href") == href
    assert link.get_attribute("rel") == (None if href is None else "noopener")


def test_three_hundred_commodities_open(visit: Visitor) -> None:
    stages = ("materials", "equipment", "fabrication", "packaging", "systems")
    many: list[Commodity] = []
    for n in range(300):
        needs = [need(f"c{i:03}", per_unit=1) for i in (n - 60, n - 61) if i >= 0]
        many.append(commodity(f"c{n:03}", *needs, stage=stages[n // 60]))
    opened = clean(visit(graph_page(network(*many, organization("o")))))

    assert find(opened, "c000") == "1 found"
    assert opened.page.inner_text("header p >> nth=0") == ("300 commodities, 479 links")


def test_an_empty_network_says_so(visit: Visitor) -> None:
    opened = clean(visit(graph_page(network())))

    assert opened.page.inner_text("header p >> nth=0") == ("0 commodities, 0 links")


def test_it_prints_on_one_landscape_page(visit: Visitor) -> None:
    remarks = ["Within 2 steps of something", "Scenario: something " * 8]
    opened = clean(visit(graph_page(chain(), None, marked(), remarks=remarks)))
    pdf = opened.page.pdf(prefer_css_page_size=True)

    # A4 is 595 by 842 points.
    assert re.findall(rb"/MediaBox \[0 0 (\d+)[.\d]* (\d+)", pdf) == [(b"841", b"594")]
    size = "(e => Math.max(e.naturalWidth, e.naturalHeight))(document.getElementById('sheet'))"
    assert opened.page.evaluate(size) == 2400


def test_the_table_prints_on_few_pages(visit: Visitor) -> None:
    opened = visit(graph_page(chain()), java_script_enabled=False)
    pdf = opened.page.pdf(prefer_css_page_size=True)

    assert len(re.findall(rb"/MediaBox", pdf)) == 1


def test_other_scripts_and_dark_mode_render(visit: Visitor) -> None:
    html = graph_page(chain(name="極端紫外線 ليثوغرافيا"))
    opened = clean(visit(html, color_scheme="dark", reduced_motion="reduce"))

    assert find(opened, "極端") == "1 found"
    background = "getComputedStyle(document.body).backgroundColor"
    assert opened.page.evaluate(background) == "rgb(18, 23, 31)"


def test_figures_say_on_what_they_stand() -> None:
    assert figure_text(figure(36_000), unit="wafers") == "36,000 wafers (estimate)"
    assert figure_text(Figure(0.5, 0.25, 0.75), share=True) == "50% (25% to 75%)"
    assert figure_text(Figure(1 / 28.5, 1 / 28.5, 1 / 28.5)) == "0.03509"


@pytest.fixture(scope="module")
def built_in() -> Simulation:
    return simulate(load())


def page_of(result: Simulation, by: By) -> str:
    quarters = (AT, AT + 1)
    states = States(quarters, AT, marks(result.network, by, quarters), result)
    return graph_page(result.network, view_of(result.network, by), states)


@pytest.mark.parametrize("by", ["organization", "country"])
def test_the_built_in_data_fits_when_drawn_together(built_in: Simulation, by: By) -> None:
    assert len(page_of(built_in, by).encode()) < 700_000


def test_the_built_in_data_fits_and_opens(visit: Visitor, built_in: Simulation) -> None:
    html = page_of(built_in, "commodity")
    opened = clean(visit(html))

    assert len(html.encode()) < 700_000
    # At 1440 pixels the whole of it is shown in letters of about ten.
    assert float(opened.page.get_attribute("#canvas", "data-letters") or 0) > 9
    find(opened, "euv-scanner")
    assert "ASML (NL)" in opened.page.inner_text("#panel")
    assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def move(opened: Visit, quarter: str) -> None:
    """Drag the slider to a quarter."""
    opened.page.evaluate(
        "quarter => { const slider = document.getElementById('quarter');"
        " const first = document.getElementById('shown').textContent;"
        " const number = q => 4 * q.slice(0, 4) + Number(q[5]);"
        " slider.value = Number(slider.value) + number(quarter) - number(first);"
        " slider.dispatchEvent(new Event('input')); }",
        quarter,
    )
    assert opened.page.inner_text("#shown") == quarter


def test_the_quarter_changes_makers_shares_and_chokepoints(visit: Visitor) -> None:
    q1, q2 = Quarter(2024, 1), Quarter(2024, 2)
    share = {2023: figure(0.5), 2024: figure(0.8)}
    parts = network(
        commodity("hbm", stage="memory"),
        product("h100", "nvidia", need("hbm", makers={"hynix": Quarter(2023, 1), "samsung": q2})),
        organization("hynix", supply("hynix", "hbm", "KR", share=share)),
        organization("samsung", supply("samsung", "hbm", "KR", start=q2)),
        organization("nvidia"),
    )
    states = States(span(q1), q1, marks(parts, "commodity", span(q1)))
    opened = clean(visit(graph_page(parts, None, states)))
    find(opened, "hbm")
    panel = opened.page.locator("#panel")

    assert "◆ Chokepoint: h100 needs hbm" in panel.inner_text()
    assert "MADE BY (1)" in panel.inner_text()
    assert "HYNIX (KR)\t80% (estimate) in 2024" in panel.inner_text()
    assert "Not in 2024Q1: SAMSUNG (KR) from 2024Q2" in panel.inner_text()
    assert "only from HYNIX, SAMSUNG from 2024Q2" in panel.inner_text()
    assert opened.page.inner_text("#chokes b") == "1"

    move(opened, "2024Q2")
    assert "Chokepoint" not in panel.inner_text()
    assert "MADE BY (2)" in panel.inner_text()
    assert "only from HYNIX, SAMSUNG" in panel.inner_text()
    assert opened.page.inner_text("#chokes b") == "0"

    move(opened, "2023Q1")
    assert "50% (estimate) in 2023" in panel.inner_text()


def metered(*cuts: str) -> Simulation:
    """Wafers on a line of 100 a quarter, enough for 50 accelerators; a gas that half needs."""
    line = capacity("tsmc", "n4", {FIRST: 100, LAST: 100}, bookings={"nvidia": 1.0})
    parts = network(
        commodity("gas", stage="materials"),
        commodity("wafer", need("gas", role="material"), stage="fabrication", unit="wafers"),
        product("h100", "nvidia", need("wafer", per_unit=2)),
        organization("air", supply("air", "gas", "US")),
        organization("tsmc", supply("tsmc", "wafer", "TW", draws="n4"), capacities=[line]),
        organization("nvidia"),
    )
    return simulate(parts, cuts)


def test_the_quarter_changes_the_use_of_lines(visit: Visitor) -> None:
    result = metered("org:tsmc=60%@2024Q1:2024Q2")
    at = Quarter(2024, 1)
    opened = clean(visit(graph_page(result.network, None, States(span(at), at, {}, result))))
    find(opened, "wafer")
    panel = opened.page.locator("#panel")

    assert "Fullest line 40% used" in panel.inner_text()
    assert "line n4: 100 (estimate) units/quarter, 2022Q1, 40% used (baseline 100%)" in (
        panel.inner_text()
    )
    move(opened, "2023Q4")
    assert "Fullest line 100% used" in panel.inner_text()
    assert "baseline" not in panel.inner_text()


def test_a_scenario_colours_what_is_lost(visit: Visitor) -> None:
    result = metered("org:tsmc=60%@2024Q1:2024Q2")
    at = Quarter(2024, 1)
    html = graph_page(result.network, None, States(span(at), at, {}, result))
    opened = clean(visit(html))

    for name in ("wafer", "h100"):
        find(opened, name)
        assert "Output −60% against the baseline" in opened.page.inner_text("#panel")
    find(opened, "gas")
    assert "against the baseline" not in opened.page.inner_text("#panel")
    by_loss = opened.page.locator("#canvas").screenshot()
    opened.page.select_option("#paint", "stage")
    assert opened.page.locator("#canvas").screenshot() != by_loss
    move(opened, "2024Q4")
    find(opened, "wafer")
    assert "against the baseline" not in opened.page.inner_text("#panel")


def test_without_a_scenario_there_is_no_colour_to_choose(visit: Visitor) -> None:
    result = metered()
    opened = clean(visit(graph_page(result.network, None, States(span(AT), AT, {}, result))))

    assert opened.page.locator("#paint").count() == 0
    assert "use of the fullest line" in opened.page.inner_text(".marks")


def test_the_legend_shows_the_chokepoints_alone(visit: Visitor) -> None:
    opened = clean(visit(graph_page(chain(), None, marked())))
    button = opened.page.locator("#chokes")
    before = opened.page.locator("#canvas").screenshot()

    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    assert opened.page.locator("#canvas").screenshot() != before
    opened.page.keyboard.press("Escape")
    assert button.get_attribute("aria-pressed") == "false"


def test_a_trace_can_run_one_way(visit: Visitor) -> None:
    opened = clean(visit(graph_page(chain())))
    find(opened, "EUV scanner")
    pictures = set()
    for way in ("both", "up", "down"):
        opened.page.select_option("#direction", way)
        pictures.add(opened.page.locator("#canvas").screenshot())

    assert len(pictures) == 3


def test_without_javascript_every_box_stands_in_a_table(visit: Visitor) -> None:
    html = graph_page(chain(EVIL), None, marked(EVIL))
    opened = visit(html, java_script_enabled=False)
    rows = [
        [cell.inner_text() for cell in row.locator("th, td").all()]
        for row in opened.page.locator("#table tbody tr").all()
    ]

    assert rows == [
        ["NEON", "–", "–"],
        [f"◆ {EVIL}\n{EVIL}", "ASML (NL)", "OPTICS"],
        ["OPTICS", "–", "–"],
        ["WAFER", "–", EVIL],
        ["H100", "NVIDIA (US)", "WAFER"],
    ]
    assert [c.inner_text() for c in opened.page.locator("caption").all()] == [
        "Materials (1)",
        "Equipment (2)",
        "Fabrication (1)",
        "Accelerators (1)",
    ]
    assert opened.page.locator("#find, #canvas, .stage >> visible=true").count() == 0
    assert opened.page.locator("#table th:not([scope])").count() == 0
    assert (opened.requests, opened.errors, opened.dialogs) == ([opened.page.url], [], [])


def test_the_table_is_there_with_javascript_too(visit: Visitor) -> None:
    opened = clean(visit(graph_page(chain())))
    table, button = opened.page.locator("#table"), opened.page.locator("#list")

    assert not table.is_visible()
    button.click()
    assert table.is_visible()
    assert not opened.page.locator("#canvas").is_visible()
    button.click()
    assert opened.page.locator("#canvas").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_violation_of_accessibility(visit: Visitor, axe: str, scheme: str) -> None:
    result = metered("org:tsmc=60%@2024Q1:2024Q2")
    states = States(span(AT), AT, marks(result.network, "commodity", [AT]), result)
    html = graph_page(result.network, None, states, remarks=["Within 2 steps of x"])
    opened = clean(visit(html, color_scheme=scheme))

    assert serious(opened, axe) == []
    find(opened, "wafer")
    opened.page.click("#chokes")
    assert serious(opened, axe) == []
    opened.page.click("#list")
    assert serious(opened, axe) == []


def test_a_violation_of_accessibility_would_be_found(visit: Visitor, axe: str) -> None:
    html = graph_page(chain()).replace(
        '<img id="sheet" alt="AI accelerator supply chain" hidden>', '<img id="sheet" src="data:,">'
    )

    assert [v.split(":")[0] for v in serious(clean(visit(html)), axe)] == ["image-alt"]


def test_forced_colours_keep_the_legend_apart(visit: Visitor) -> None:
    opened = clean(visit(graph_page(chain()), forced_colors="active"))
    fills = opened.page.evaluate(
        "[...document.querySelectorAll('.stage i')].map(e => getComputedStyle(e).backgroundColor)"
    )

    assert len(set(fills)) == len(fills) == 4
    assert len(opened.page.locator("#canvas").screenshot()) > 5_000


def test_nothing_moves_where_motion_is_not_wanted(visit: Visitor) -> None:
    opened = clean(visit(graph_page(chain()), reduced_motion="reduce"))
    before = opened.page.locator("#canvas").screenshot()
    opened.page.get_by_role("button", name="Equipment 2").click()
    opened.page.get_by_role("button", name="Equipment 2").click()

    assert opened.page.locator("#canvas").screenshot() == before


def test_white_letters_stand_out_on_every_box() -> None:
    losses = [colour for name, colour in GRAPH.light.items() if name.startswith("lost-")]

    assert len(losses) == 4
    for colour in (*STAGE_COLOURS.values(), *losses):
        assert contrast_with_white(colour) >= 4.5, colour


def contrast_with_white(colour: str) -> float:
    """WCAG 2.2: (1 + 0.05) / (luminance + 0.05)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05)


def test_a_single_quarter_is_enough(visit: Visitor) -> None:
    opened = clean(visit(graph_page(chain(), None, States((AT,), AT, {AT: {"euv": "one maker"}}))))

    assert opened.page.inner_text("#shown") == "2024Q4"
    assert find(opened, "EUV scanner") == "1 found"
    assert "Chokepoint: one maker" in opened.page.inner_text("#panel")


def test_an_unknown_quarter_is_an_error() -> None:
    with pytest.raises(ValueError, match="2030Q1 is not among the quarters shown"):
        States((AT,), Quarter(2030, 1))
