"""Results come back from disk as they were, and the same result is the same bytes."""

from __future__ import annotations

import json
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from clusterid.errors import StudyError
from clusterid.study.saving._store import store, unstore
from clusterid.tables import Metadata, economy


def _content() -> dict[str, object]:
    table = pd.DataFrame(
        {"A": [1.0, np.nan], "B": [2.0, 1 / 3]},
        index=pd.Index(["r", "s"], name="region"),
    )
    table.columns.name = "industry"
    graph = nx.Graph(layer="supply", observed=["A", "B"], absent="zero")
    graph.add_edge("A", "B", weight=0.5)
    places = pd.DataFrame({"place": ["p"], "regions": [[("r", 1.0)]]})
    return {
        "economy": economy(table, metadata=Metadata(year=2020, labels={"A": "Ä"})),
        "graph": graph,
        "places": places,
        "series": pd.Series({"A": "T01", "B": None}, name="template"),
        "plain": ("x", 1, None, float("inf"), [True]),
    }


def test_everything_comes_back(tmp_path: Path) -> None:
    before = _content()
    store(before, tmp_path)
    after = unstore(tmp_path)
    pd.testing.assert_frame_equal(
        after["economy"].employment, before["economy"].employment
    )
    assert after["economy"].metadata == before["economy"].metadata
    assert after["graph"].graph == before["graph"].graph
    assert after["graph"].edges["A", "B"] == {"weight": 0.5}
    assert after["places"]["regions"][0] == [["r", 1.0]]
    assert after["series"]["A"] == "T01"
    assert pd.isna(after["series"]["B"])
    assert after["plain"] == before["plain"]


def test_same_result_same_bytes(tmp_path: Path) -> None:
    store(_content(), tmp_path / "a")
    store(_content(), tmp_path / "b")
    for path in sorted((tmp_path / "a").iterdir()):
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


@pytest.mark.parametrize("text", ["", "{}", '{"format": 99, "content": null}'])
def test_damaged_index_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "index.json").write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match="run the study again"):
        unstore(tmp_path)


def test_no_result_is_told(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="no saved result"):
        unstore(tmp_path)


def test_foreign_classes_are_refused(tmp_path: Path) -> None:
    text = '{"format": 3, "content": {"class": "os:system", "fields": {}}}'
    (tmp_path / "index.json").write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match="not of clusterid"):
        unstore(tmp_path)


def test_keys_that_look_alike_are_stored_apart(tmp_path: Path) -> None:
    one, two = nx.Graph(), nx.Graph()
    one.add_edge("a", "b", weight=1.0)
    two.add_edge("c", "d", weight=2.0)
    store({"x y": one, "x_y": two, "../x": one}, tmp_path / "state")
    back = unstore(tmp_path / "state")
    assert set(back["x y"]) == set(back["../x"]) == {"a", "b"}
    assert set(back["x_y"]) == {"c", "d"}
    assert {p.parent for p in tmp_path.rglob("*.parquet")} == {tmp_path / "state"}


def test_a_stored_result_cannot_choose_what_is_called(tmp_path: Path) -> None:
    stolen = tmp_path / "stolen.html"
    content = {
        "class": "clusterid.maps._page:write_page",
        "fields": {"html": "x", "path": str(stolen)},
    }
    folder = tmp_path / "state"
    folder.mkdir()
    text = json.dumps({"format": 3, "content": content})
    (folder / "index.json").write_text(text, "utf-8")
    with pytest.raises(StudyError, match="no part of a result"):
        unstore(folder)
    assert not stolen.exists()
