"""The interactive graph, in a real browser without a network."""

from __future__ import annotations

import dataclasses
import re
from types import MappingProxyType

import pytest

from supplychain.loader import load
from supplychain.model import Commodity, Figure, Network, Source, assemble
from supplychain.quarters import Quarter
from supplychain.report.graph import graph_page
from supplychain.report.panel import figure_text
from tests.conftest import Visit, Visitor
from tests.networks import commodity, figure, need, network, organization, product, supply

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
    html = graph_page(chain(), {"euv": "one maker"})
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
            "[...document.querySelectorAll('input, select')].filter(e => !e.labels.length).length"
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
    assert len(re.findall(r"'sha256-[\w+/]{43}='", policy)) == 2
    assert not re.search(r"""(?:src|href)\s*=\s*["']https?:""", html)


def test_the_same_network_gives_the_same_bytes() -> None:
    assert graph_page(chain(), {"euv": "x"}) == graph_page(chain(), {"euv": "x"})


def test_an_unknown_chokepoint_is_an_error() -> None:
    with pytest.raises(KeyError, match="duv"):
        graph_page(chain(), {"duv": "no such commodity"})


def test_a_maker_finds_what_it_makes_and_it_is_traced(visit: Visitor) -> None:
    opened = clean(visit(graph_page(chain(), {"euv": "one maker"}, Quarter(2024, 4))))

    assert find(opened, "asml") == "1 found"
    assert selected(opened) == "EUV scanner"
    panel = opened.page.inner_text("#panel")
    assert "◆ Chokepoint: one maker" in panel
    assert "ASML (NL)\t75% (70% to 80%, derived) in 2024 [1]" in panel
    assert "NIKON" not in panel  # it had stopped by then
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
    html = graph_page(chain(EVIL, title=EVIL), {"euv": EVIL}, title=EVIL)
    opened = clean(visit(html))
    find(opened, "asml")
    clean(opened)

    assert opened.page.inner_text("h1") == EVIL
    assert opened.page.title() == EVIL
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
    assert opened.page.inner_text("header p >> nth=0") == (
        "300 commodities, 479 links, makers of all years"
    )


def test_an_empty_network_says_so(visit: Visitor) -> None:
    opened = clean(visit(graph_page(network())))

    assert opened.page.inner_text("header p >> nth=0") == (
        "0 commodities, 0 links, makers of all years"
    )


def test_it_prints_on_one_landscape_page(visit: Visitor) -> None:
    opened = clean(visit(graph_page(chain())))
    pdf = opened.page.pdf(prefer_css_page_size=True)

    # A4 is 595 by 842 points.
    assert re.findall(rb"/MediaBox \[0 0 (\d+)[.\d]* (\d+)", pdf) == [(b"841", b"594")]
    size = "(e => Math.max(e.naturalWidth, e.naturalHeight))(document.getElementById('sheet'))"
    assert opened.page.evaluate(size) == 2400


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


def test_the_built_in_data_fits_and_opens(visit: Visitor) -> None:
    html = graph_page(load(), at=Quarter(2024, 4))
    opened = clean(visit(html))

    assert len(html.encode()) < 700_000
    assert int(find(opened, "asml").removesuffix(" found")) >= 2
    find(opened, "euv-scanner")
    assert "ASML (NL)" in opened.page.inner_text("#panel")
    assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
