"""Pages of a hostile study open, show its texts as they are, and run nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import clusterid as cid
from clusterid.errors import FileWarning
from clusterid.study import read_result

pytestmark = pytest.mark.browser


def own(opened: Any) -> list[str]:
    return [url for url in opened.requests if not url.startswith(("file:", "data:"))]


def test_the_map_opens_and_shows_every_name(
    hostile: Any, open_page: Callable[..., Any]
) -> None:
    html = (hostile.out / "map.html").read_bytes().decode("utf-8")
    opened = open_page(html)
    page, names = opened.page, hostile.result.regions["name"].to_dict()
    assert page.locator("path.leaflet-interactive").count() == len(names)
    title = " | ".join(hostile.texts.TEXTS.values()).replace("${x}", "$(x)")
    assert page.evaluate("document.querySelector('h1').textContent") == title
    for code, name in names.items():
        page.fill("#search", code)
        page.keyboard.press("Enter")
        told = page.evaluate("document.querySelector('.card h2').textContent")
        assert told == f"{name} ({code})"
    themes = page.evaluate(
        "[...document.querySelectorAll('#theme option')].map(o => o.value)"
    )
    assert len(themes) > 20
    for theme in themes:
        page.select_option("#theme", theme)
    for pin in page.locator(".pin-box").all():
        pin.dispatch_event("click")
    places = page.evaluate("clusterid.data.places.map(p => p.name)")
    shown = page.evaluate("document.body.textContent")
    assert [name for name in places if name not in shown] == []
    page.click("[data-language=de]")
    for box in page.locator("input[type=checkbox]").all():
        box.dispatch_event("click")
    assert page.evaluate("window.hacked") is None
    assert page.locator("img").count() == 0
    assert own(opened) == []
    assert opened.troubles == []


def test_the_report_opens_and_runs_nothing(
    hostile: Any, open_page: Callable[..., Any]
) -> None:
    html = (hostile.out / "report.html").read_bytes().decode("utf-8")
    opened = open_page(html)
    page = opened.page
    assert min(page.evaluate("[...document.images].map(i => i.naturalWidth)")) > 100
    shown = page.evaluate("document.body.textContent")
    for text in ("{{ 7*7 }} North", "Kreis {% Nord %}", "East {# a #} end"):
        assert text in shown
    assert page.evaluate("window.hacked") is None
    assert own(opened) == []
    assert opened.troubles == []


def test_pages_of_a_stored_result_changed_by_hand_open(
    hostile: Any, open_page: Callable[..., Any], tmp_path: Path
) -> None:
    hostile.texts.tamper(hostile.out, tmp_path / "out")
    with pytest.warns(FileWarning, match="were changed"):
        result = read_result(tmp_path / "out")
    opened = open_page(cid.cluster_map(result).html)
    page = opened.page
    assert page.locator("path.leaflet-interactive").count() == 30
    for theme in ("template-T01", "overview"):
        page.select_option("#theme", theme)
    for pin in page.locator(".pin-box").all():
        pin.dispatch_event("click")
    for button in page.locator(".rows button").all():
        button.dispatch_event("click")
    other = open_page(cid.report(result).html)
    for one in (opened, other):
        assert one.page.evaluate("window.hacked") is None
        assert own(one) == []
        assert one.troubles == []


def test_a_map_of_values_shows_names_as_they_are(
    hostile: Any, fake: Any, open_page: Callable[..., Any]
) -> None:
    import pandas as pd

    texts = list(hostile.texts.TEXTS.values())
    regions = fake.fake_regions(tuple(texts))
    values = pd.DataFrame({t: range(12) for t in texts}, index=regions.index)
    opened = open_page(
        cid.value_map(values.astype(float), regions, title=texts[0]).html
    )
    page = opened.page
    labels = page.evaluate(
        "[...document.querySelectorAll('#theme option')].map(o => o.textContent)"
    )
    assert labels == texts
    for number in range(len(texts)):
        page.select_option("#theme", f"value-{number}")
    assert page.locator("path.leaflet-interactive").count() == 12
    assert opened.troubles == []
    assert own(opened) == []


def test_a_script_that_is_not_ours_is_not_run(
    fake: Any, open_page: Callable[..., Any]
) -> None:
    """Were a text ever to become markup, the page would still refuse to run it."""
    html = cid.cluster_map(fake.fake_result()).html
    smuggled = (
        "<script>window.hacked = 1</script>"
        "<img src='data:,x' onerror='window.hacked = 2'>"
        "<a href='javascript:window.hacked = 3' id='smuggled'>x</a></body>"
    )
    page = open_page(html.replace("</body>", smuggled)).page
    page.dispatch_event("#smuggled", "click")
    assert page.locator("path.leaflet-interactive").count() == 12
    assert page.evaluate("window.hacked") is None
