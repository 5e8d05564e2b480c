"""What a page holds: its tags and its data."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, Any]]] = []

    def handle_starttag(self, tag: str, attrs: list[Any]) -> None:
        self.tags.append((tag, dict(attrs)))


def tags(page: str) -> list[tuple[str, dict[str, Any]]]:
    parser = Tags()
    parser.feed(page)
    return parser.tags


def embedded(page: str) -> dict[str, Any]:
    match = re.search(r'id="clusterid-data">(.*?)</script>', page, re.DOTALL)
    assert match
    found: dict[str, Any] = json.loads(match.group(1))
    data = {name: _unpacked(value) for name, value in found.items()}
    for layer in data.get("layers") or []:
        for part in (layer, layer.get("beside") or {}):
            for name in ("notes", "reasons", "imputed"):
                if name in part:
                    part[name] = _by_position(_column(part[name]))
    return data


def _by_position(said: Any) -> Any:
    """Return what is said of some cells by position, as text like JSON has it."""
    if not isinstance(said, list):
        return said
    return {str(i): value for i, value in enumerate(said) if value is not None}


def _unpacked(value: Any) -> Any:
    """Return what the page's script makes of a table or a list of columns."""
    if not isinstance(value, dict):
        return value
    if set(value) == {"n", "columns"}:
        columns = {name: _column(c) for name, c in value["columns"].items()}
        return [
            {name: values[i] for name, values in columns.items()}
            for i in range(value["n"])
        ]
    return {name: _column(c) for name, c in value.items()}


def _column(value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"values", "at"}:
        return [value["values"][k] for k in value["at"]]
    return value
