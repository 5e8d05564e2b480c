"""A report, read as a reader sees it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import clusterid as cid


class Reader(HTMLParser):
    """Visible text and tags of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, Any]]] = []
        self.words: list[str] = []
        self._hidden = 0
        self.feed(page)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[Any]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._hidden += tag in {"style", "script"}

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"style", "script"}

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)


def read(result: Any, language: str = "en") -> Reader:
    return Reader(cid.report(result, language=language).html)
