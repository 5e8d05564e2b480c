"""The report opens without a network, asks for nothing and runs nothing."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

import clusterid as cid

pytestmark = pytest.mark.browser


def test_the_report_opens_and_shows_its_figures(
    fake: ModuleType, open_page: Callable[..., Any]
) -> None:
    opened = open_page(cid.report(fake.fake_result(hostile=True), language="de").html)
    page = opened.page
    widths = page.evaluate("[...document.images].map((i) => i.naturalWidth)")
    assert len(widths) == 5
    assert min(widths) > 100
    assert page.evaluate("window.hacked") is None
    assert [u for u in opened.requests if not u.startswith(("file:", "data:"))] == []
    assert opened.troubles == []
    anchors = page.evaluate(
        "[...document.querySelectorAll('nav a')].every("
        "(a) => document.querySelector(a.getAttribute('href')))"
    )
    assert anchors


def test_the_report_fits_a_small_screen(
    fake: ModuleType, open_page: Callable[..., Any]
) -> None:
    page = open_page(cid.report(fake.fake_result()).html, width=390).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 392
