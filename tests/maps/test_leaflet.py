"""The vendored Leaflet is the published one."""

from __future__ import annotations

from pathlib import Path

import pytest

from clusterid.errors import (
    SourceError,
)
from clusterid.maps._leaflet import leaflet_css, leaflet_js, vendored


def test_vendored_leaflet_is_the_published_one() -> None:
    assert "Leaflet 1.9.4" in leaflet_js()[:200]
    assert "sourceMappingURL" not in leaflet_js()
    assert "url(images" not in leaflet_css()
    assert b"BSD 2-Clause" in vendored("LICENSE")


def test_a_changed_vendored_file_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "read_bytes", lambda _: b"changed")
    vendored.cache_clear()
    with pytest.raises(SourceError, match="was changed"):
        vendored("leaflet.js")
    vendored.cache_clear()
