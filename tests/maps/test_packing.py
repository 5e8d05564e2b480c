"""Tables of a page's file: columns come back as the rows they were."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.maps.pages import embedded

from clusterid.maps._packing import packed
from clusterid.maps._page import script_safe

_VALUES = st.one_of(
    st.none(), st.integers(-9, 9), st.text(max_size=5), st.lists(st.integers(0, 3))
)


def _read_back(data: dict[str, Any]) -> dict[str, Any]:
    page = f'<script id="clusterid-data">{script_safe(packed(data))}</script>'
    return embedded(page)


@given(st.lists(st.fixed_dictionaries({"id": _VALUES, "form": _VALUES}), max_size=30))
def test_rows_come_back_as_they_were(rows: list[dict[str, Any]]) -> None:
    ranked = {name: [row[name] for row in rows] for name in ("id", "form")}
    data = {"clusters": rows, "concentrations": ranked, "meta": {"title": "x"}}
    assert _read_back(data) == data


def test_rows_of_unlike_names_stay_rows() -> None:
    data = {"layers": [{"id": "a"}, {"id": "b", "beside": 1}]}
    assert packed(data) == data


@pytest.mark.parametrize("value", [True, 1, "1", 1.5, None])
def test_a_number_and_its_text_stay_apart(value: object) -> None:
    rows = [{"v": value}, {"v": str(value)}, {"v": value}] * 20
    assert json.dumps(_read_back({"kinds": rows})["kinds"]) == json.dumps(rows)
