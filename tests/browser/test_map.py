"""The map opens without a network, asks for nothing, and its controls work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

import clusterid as cid

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(fake: ModuleType, open_page: Callable[..., Any]) -> Any:
    return open_page(cid.cluster_map(fake.fake_result()).html)


def own(opened: Any) -> list[str]:
    return [url for url in opened.requests if not url.startswith(("file:", "data:"))]


def test_the_map_opens_with_the_network_off_and_asks_for_nothing(opened: Any) -> None:
    page = opened.page
    assert page.locator("path.leaflet-interactive").count() == 12
    assert page.locator("h1").inner_text() == "Toy study"
    assert own(opened) == []
    assert opened.troubles == []


def test_regions_show_name_value_and_flags_on_hover(opened: Any) -> None:
    page = opened.page
    page.select_option("#theme", "template-T02")
    page.evaluate("clusterid.map.setZoom(clusterid.map.getZoom(), {animate: false})")
    order = page.evaluate("clusterid.data.geo.codes.indexOf('R03')")
    page.locator("path.leaflet-interactive").nth(order).hover(position={"x": 9, "y": 9})
    tip = page.locator(".leaflet-tooltip").inner_text()
    assert "Region R03 (R03)" in tip
    assert "2.6" in tip
    assert "Share estimated\t30 %" in tip
    assert "Grade\tB: established concentration" in tip
    assert "Location quotient of plants, 90 % interval" in tip
    assert "Location quotient of jobs" in tip
    assert opened.troubles == []


def test_a_withheld_region_says_so_and_is_hatched(opened: Any) -> None:
    page = opened.page
    page.select_option("#theme", "template-T02")
    order = page.evaluate("clusterid.data.geo.codes.indexOf('R06')")
    region = page.locator("path.leaflet-interactive").nth(order)
    assert region.get_attribute("fill").startswith("url(#hatch-")
    region.hover(position={"x": 9, "y": 9})
    assert "withheld by the source" in page.locator(".leaflet-tooltip").inner_text()


def test_search_finds_regions_and_places_by_keyboard(opened: Any) -> None:
    page = opened.page
    page.focus("#search")
    page.keyboard.type("r07")
    assert page.locator("[role=option]").count() == 1
    page.keyboard.press("ArrowDown")
    assert page.get_attribute("#search", "aria-activedescendant") == "hit-0"
    page.keyboard.press("Enter")
    assert page.locator(".card h2").inner_text() == "Region R07 (R07)"
    page.keyboard.press("Escape")
    assert page.locator(".card").is_hidden()
    page.fill("#search", "place p1")
    page.keyboard.press("Enter")
    card = page.locator(".card").inner_text()
    assert "declared, no statistical footprint" in card
    assert "What would change it: Finer data." in card
    page.fill("#search", "nowhere")
    said = page.locator("[role=status]").inner_text()
    assert said == "No region or place of that name"


def test_the_language_switches_completely(opened: Any) -> None:
    page = opened.page
    page.click("[data-language=de]")
    assert page.evaluate("document.documentElement.lang") == "de"
    text = page.inner_text("body")
    for english in (
        "Legend\n",
        "Search",
        "Candidate",
        "Source",
        "Licence",
        "declared,",
    ):
        assert english not in text
    assert "erklärt, kein statistischer Niederschlag" in text
    assert "herausragendes Cluster (1)" in text
    assert page.locator(".mark").inner_text() == "SIMULIERT"
    page.fill("#search", "place p1")
    page.keyboard.press("Enter")
    assert "Feinere Daten." in page.locator(".card").inner_text()
    assert opened.troubles == []


def test_layers_switch_on_and_off(opened: Any) -> None:
    page = opened.page
    assert page.locator(".pins").count() == 4
    page.get_by_label("declared, no statistical footprint (1)").uncheck()
    pins = page.locator(".pins").first.locator("svg").count()
    assert pins == 1
    page.get_by_label("undeclared cluster (1)").uncheck()
    assert page.locator(".pins").count() == 3
    page.get_by_label("Research links").check()
    assert page.locator("path.arc").count() == 9
    page.get_by_label("Research links").uncheck()
    assert page.locator("path.arc").count() == 0
    outlines = page.locator(".leaflet-outlines-pane path")
    assert outlines.count() == 2
    page.get_by_label("stands here; one employer may carry it (1)").check()
    assert outlines.count() == 4
    page.get_by_label("Clusters", exact=True).uncheck()
    assert outlines.count() == 0
    assert opened.troubles == []


def test_every_region_has_its_ranked_list(opened: Any) -> None:
    page = opened.page
    page.fill("#search", "r12")
    page.keyboard.press("Enter")
    card = page.locator(".card")
    rows = card.locator("details.ranked")
    assert rows.count() == 2
    first, second = rows.nth(0), rows.nth(1)
    first.locator("summary").click()
    said = first.inner_text()
    for part in ("1. A Engines and parts", "1,500 jobs", "many plants", "90 %"):
        assert part in said, part
    second.locator("summary").click()
    # one plant: no number of it stands on the page
    assert "held back: too few plants" in second.inner_text()
    assert "987" not in page.content()
    first.locator("button").click()
    assert "C001 · Engines and parts" in card.locator("h2").inner_text()
    assert "Grade at a bar of 1.25 / 2" in card.inner_text()
    assert opened.troubles == []


def test_the_first_sixty_clusters_open_and_the_rest_on_demand(
    fake: ModuleType, open_page: Callable[..., Any]
) -> None:
    result = fake.fake_result()
    table = result.candidates.table
    many = pd.concat([table.iloc[[0]]] * 70 + [table.iloc[[1]]] * 30)
    many.index = pd.Index([f"C{i:03d}" for i in range(100)], name="cluster")
    candidates = replace(result.candidates, table=many)
    opened = open_page(cid.cluster_map(replace(result, candidates=candidates)).html)
    page = opened.page
    assert "List of clusters (60 of 100)" in page.inner_text(".panel")
    assert page.locator(".leaflet-outlines-pane path").count() == 120
    page.click("#all_clusters")
    assert "List of clusters (70 of 100)" in page.inner_text(".panel")
    page.check("#grade_C")
    assert "List of clusters (100 of 100)" in page.inner_text(".panel")
    page.click("#all_clusters")
    assert "List of clusters (60 of 100)" in page.inner_text(".panel")
    assert opened.troubles == []


def test_choosing_a_template_colours_regions_and_keeps_its_clusters(
    opened: Any,
) -> None:
    page = opened.page
    page.select_option("#theme", "template-T01")
    assert page.locator(".leaflet-outlines-pane path").count() == 2
    fills = {
        node.get_attribute("fill")
        for node in page.locator(".leaflet-regions-pane path").all()
    }
    assert len(fills) >= 4
    assert "1 = as in the whole area" in page.locator(".panel").inner_text()


def test_every_control_can_be_reached_and_named_by_keyboard(opened: Any) -> None:
    page = opened.page
    seen = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.add(
            page.evaluate(
                """() => { const e = document.activeElement;
                const label = e.labels && e.labels.length ? e.labels[0].innerText : '';
                return e.getAttribute('aria-label') || label || e.innerText || ''; }"""
            )
        )
    for name in ("Skip to the map", "Deutsch", "Print", "Find a region or place",
                 "Show", "confirmed (1)"):  # fmt: skip
        assert any(name in found for found in seen), name
    assert any(found.startswith("Place P1: 1 confirmed") for found in seen)


def test_enter_on_a_place_opens_its_verdicts(opened: Any) -> None:
    page = opened.page
    page.locator(".pin-box").first.focus()
    page.keyboard.press("Enter")
    assert page.locator(".card").is_visible()


def test_hostile_names_run_nothing(
    fake: ModuleType, open_page: Callable[..., Any]
) -> None:
    opened = open_page(cid.cluster_map(fake.fake_result(hostile=True)).html)
    page = opened.page
    for theme in ("template-T01", "template-T02", "overview"):
        page.select_option("#theme", theme)
    for name in ("köln", "ort", "script"):
        page.fill("#search", name)
        page.keyboard.press("Enter")
    for pin in page.locator(".pin-box").all():
        pin.dispatch_event("click")
    page.click("[data-language=de]")
    assert page.evaluate("window.hacked") is None
    assert page.locator("img").count() == 0
    assert opened.troubles == []


def test_the_print_view_hides_controls_and_keeps_the_legend(opened: Any) -> None:
    page = opened.page
    page.evaluate("window.print = () => {}; clusterid.map.setZoom(9)")
    page.get_by_role("button", name="Print", exact=True).click()
    page.emulate_media(media="print")
    assert page.locator("#search").is_hidden()
    assert page.locator(".panel").is_visible()
    assert page.get_by_text("Legend").is_visible()
    assert page.get_by_text("Source: Toy statistics office").is_visible()
    assert len(page.pdf(landscape=True, prefer_css_page_size=True)) > 10_000
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    assert page.locator("#search").is_visible()


def test_a_small_screen_shows_map_and_panel(
    fake: ModuleType, open_page: Callable[..., Any]
) -> None:
    opened = open_page(cid.cluster_map(fake.fake_result()).html, width=390, height=800)
    page = opened.page
    box = page.locator("#map_canvas").bounding_box()
    assert box["width"] > 370
    assert page.evaluate("document.body.scrollWidth") <= 392
    assert opened.troubles == []


def test_the_map_says_occupations_where_occupations_are_counted(
    fake: ModuleType, open_page: Callable[..., Any]
) -> None:
    result = fake.fake_result(kind="occupation", simulated=False)
    page = open_page(cid.cluster_map(result).html).page
    text = page.inner_text("body").lower()
    assert "counts are of occupations, not of industries" in text
    assert text.count("industr") == 1
    assert "simulated" not in text


def test_a_value_map_of_twenty_layers_switches_layers(
    fake: ModuleType, open_page: Callable[..., Any]
) -> None:
    regions = fake.fake_regions()
    rng = np.random.default_rng(0)
    values = pd.DataFrame(
        rng.lognormal(size=(12, 20)), regions.index, [f"L{i}" for i in range(20)]
    )
    opened = open_page(cid.value_map(values, regions, title="Twenty").html)
    page = opened.page
    page.select_option("#theme", "value-19")
    assert "L19" in page.locator(".panel").inner_text()
    assert opened.troubles == []
    assert own(opened) == []
