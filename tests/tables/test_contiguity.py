"""Neighbours by rule, whatever the order; islands are told or linked."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box
from tests.tables.small_tables import regions

from clusterid import tables
from clusterid.errors import (
    DataWarning,
    GeometryError,
    OptionError,
)
from clusterid.tables import (
    contiguity,
)


def test_neighbours_need_polygons():
    with pytest.raises(GeometryError, match="need polygons"):
        tables.contiguity(pd.DataFrame({"region": ["a"]}))
    shapes = regions().set_index("region")
    with pytest.raises(GeometryError, match="no polygon"):
        tables.contiguity(shapes.assign(geometry=[box(0, 0, 1, 1), None]))
    with pytest.raises(GeometryError, match="coordinate system"):
        tables.contiguity(shapes.set_crs(None, allow_override=True))
    with pytest.raises(GeometryError, match="more than once"):
        tables.contiguity(shapes.set_axis(["a", "a"]))
    with pytest.raises(OptionError, match="Did you mean 'queen'"):
        tables.contiguity(shapes, rule="quen")


@pytest.fixture
def checkerboard():
    """Nine squares, row by row, and an island far away."""
    cells = [box(i, j, i + 1, j + 1) for j in range(3) for i in range(3)]
    return gpd.GeoDataFrame(
        geometry=[*cells, box(50, 0, 51, 1)],
        index=pd.Index([*"abcdefghi", "z"], name="region"),
        crs="EPSG:3035",
    )


def test_neighbours_by_rule(checkerboard):
    queen = contiguity(checkerboard, islands="keep")
    rook = contiguity(checkerboard, rule="rook", islands="keep")
    assert sorted(queen["e"].index) == list("abcdfghi")
    assert sorted(rook["e"].index) == list("bdfh")
    assert list(queen.isolates) == ["z"]
    assert queen.unique_ids.tolist() == [*"abcdefghi", "z"]
    knn = contiguity(checkerboard, rule="knn", k=2)
    assert len(knn["z"]) == 2
    far = contiguity(checkerboard, rule="distance", distance_km=0.0011, islands="keep")
    assert sorted(far["e"].index) == list("bdfh")


def test_islands_are_told_or_linked(checkerboard):
    with pytest.warns(DataWarning, match=r"1 of 10 regions have no neighbour \(z\)"):
        contiguity(checkerboard)
    linked = contiguity(checkerboard, islands="nearest")
    assert len(linked["z"]) == 1
    assert not len(linked.isolates)


def test_neighbours_do_not_depend_on_the_order_of_rows(checkerboard):
    first = contiguity(checkerboard, islands="keep").adjacency
    shuffled = checkerboard.sample(frac=1, random_state=4)
    pd.testing.assert_series_equal(
        first, contiguity(shuffled, islands="keep").adjacency
    )


def test_generalised_outlines_that_overlap_are_neighbours():
    shapes = gpd.GeoDataFrame(
        geometry=[box(0, 0, 1.01, 1), box(1, 0, 2, 1)],
        index=["a", "b"],
        crs="EPSG:3035",
    )
    for rule in ("queen", "rook"):
        assert contiguity(shapes, rule=rule)["a"].index.tolist() == ["b"]
