"""The small result that pictures and pages are tested on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


def _chromium() -> str:
    named = os.environ.get("CLUSTERID_CHROMIUM")
    for name in (named, "chromium", "chromium-browser", "google-chrome", "chrome"):
        path = shutil.which(name) if name else None
        if path:
            return path
    pytest.skip("no Chromium found (CLUSTERID_CHROMIUM or chromium on the PATH)")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Headless Chromium of the system."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is missing")
    path = _chromium()
    with api.sync_playwright() as driver:
        running = driver.chromium.launch(
            executable_path=path,
            args=["--headless", "--no-sandbox", "--disable-gpu"],
        )
        yield running
        running.close()


@dataclass(frozen=True)
class Opened:
    """A page, and what went wrong on it."""

    page: Any
    requests: list[str]
    troubles: list[str]


@pytest.fixture
def open_page(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Open HTML with the network off, recording requests and errors."""
    contexts: list[Any] = []

    def opened(html: str, *, width: int = 1280, height: int = 800) -> Opened:
        file = tmp_path / f"page{len(contexts)}.html"
        file.write_text(html, encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": height}, offline=True
        )
        contexts.append(context)
        page = context.new_page()
        requests: list[str] = []
        troubles: list[str] = []
        page.on("request", lambda r: requests.append(r.url))
        page.on("requestfailed", lambda r: troubles.append(f"failed {r.url}"))
        page.on("pageerror", lambda e: troubles.append(f"error {e}"))
        page.on("console", lambda m: troubles.append(f"{m.type} {m.text}"))
        page.on("dialog", lambda d: troubles.append(f"dialog {d.message}"))
        page.goto(file.as_uri())
        return Opened(page, requests, troubles)

    yield opened
    for context in contexts:
        context.close()
