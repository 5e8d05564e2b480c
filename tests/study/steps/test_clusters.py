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
