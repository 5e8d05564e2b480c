"""The step of clusters: what lies beyond the border."""

from __future__ import annotations


def test_where_nothing_is_missing_beyond_the_border_no_cluster_is_flagged() -> None:
    import geopandas as gpd
    from shapely import box

    from clusterid.study.steps._clusters import _without_edges

    table = gpd.GeoDataFrame(
        {"edge_region": [True, False], "flags": ["edge_region;largest_plant", ""]},
        geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)],
    )
    found = _without_edges(table)
    assert found["flags"].tolist() == ["largest_plant", ""]
    assert not found["edge_region"].any()
    assert table["edge_region"].tolist() == [True, False]


def _case(classification: str, codes: list[str], lexicon: object = None) -> object:
    from dataclasses import replace
    from types import SimpleNamespace

    import pandas as pd

    from clusterid.tables import economy

    jobs = pd.DataFrame(10.0, ["a", "b"], codes)
    one = economy(jobs)
    one = replace(one, metadata=replace(one.metadata, classification=classification))
    return SimpleNamespace(
        counts=SimpleNamespace(economy=one),
        inputs=SimpleNamespace(lexicon=lexicon, roles=("core",)),
    )


def test_a_lexicon_that_does_not_meet_the_codes_becomes_a_note() -> None:
    import pandas as pd
    import pytest

    from clusterid.errors import DataWarning
    from clusterid.study.steps._clusters import _fields

    embedded = r"the embedded lexicon \(nace2\) does not meet .*\(naics2017\)"
    with pytest.warns(DataWarning, match=embedded):
        assert _fields(_case("naics2017", ["336111", "311811"])) is None
    with pytest.warns(DataWarning, match="codes of no named classification"):
        assert _fields(_case("unknown", ["k1", "k2"])) is None
    own = pd.DataFrame({
        "field": ["soil"], "classification": ["own"], "code": ["z9"],
        "role": ["core"], "weight": [1.0], "label_de": ["x"], "label_en": ["x"],
    })  # fmt: skip
    with pytest.warns(DataWarning, match=r"^the lexicon does not meet"):
        assert _fields(_case("own", ["k1", "k2"], own)) is None
    # a lexicon that meets them says nothing
    assert _fields(_case("nace2", ["C29", "C30"])) is not None
