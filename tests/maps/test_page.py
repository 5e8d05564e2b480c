"""Any text comes back from a page, and none runs."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.maps.pages import embedded, tags

from clusterid.errors import (
    SourceError,
)
from clusterid.maps._page import map_page, script_safe, self_contained


def test_an_unknown_script_of_folium_is_an_error() -> None:
    page = '<html><head></head><script src="https://x.org/new.js"></script></html>'
    with pytest.raises(SourceError, match=r"x\.org/new\.js"):
        self_contained(page, title="t", language="en")


@given(st.text(st.characters(exclude_categories=()), max_size=60))
@example("{{ 7*7 }}{% x %}{# y #}")
@example("<!--place:app--></script>\u2028\x0b\x85")
def test_any_text_comes_back_from_a_page(text: str) -> None:
    plain = map_page({"name": "a"}, title="a", language="en").html
    page = map_page({"name": text, text: 1}, title=text, language="en").html
    page.encode("utf-8")
    assert embedded(page)["name"] == text
    assert [t for t, _ in tags(page)] == [t for t, _ in tags(plain)]


def test_script_safe_text_cannot_end_the_script_and_comes_back() -> None:
    value = {"a": "</script><!-- \u2028 & \\ \" ' \ud800"}
    text = script_safe(value)
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == value
