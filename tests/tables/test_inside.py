"""Which regions lie inside which larger ones."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely.geometry import box

from clusterid import TableError
from clusterid.tables import regions_inside


def shapes(crs: int | None = 4326, **boxes: tuple[float, ...]) -> gpd.GeoDataFrame:
    outlines = [box(*corners) for corners in boxes.values()]
    return gpd.GeoDataFrame(index=list(boxes), geometry=outlines, crs=crs)


LARGE = shapes(X=(0, 50, 2, 51), Y=(2, 50, 4, 51))


def test_a_region_is_inside_though_outlines_differ_a_little() -> None:
    small = shapes(a=(0.1, 50, 1, 51.02), b=(1.05, 50, 2.05, 51), c=(2.1, 50.1, 3, 51))
    assert regions_inside(small, LARGE).to_dict() == {"a": "X", "b": "X", "c": "Y"}


def test_what_straddles_or_lies_outside_is_in_none() -> None:
    small = shapes(half=(1.5, 50, 2.5, 51), far=(9, 50, 10, 51), sea=(-3, 50, 0.5, 51))
    assert regions_inside(small, LARGE).isna().all()


def test_neither_order_nor_the_reference_system_says_anything() -> None:
    small = shapes(a=(0.1, 50, 1, 51), c=(2.1, 50, 3, 51))
    found = regions_inside(small.iloc[::-1].to_crs(3035), LARGE.iloc[::-1])
    assert found.to_dict() == {"a": "X", "c": "Y"}


def test_shapes_without_a_reference_system_are_named() -> None:
    with pytest.raises(TableError, match="the larger regions have no CRS"):
        regions_inside(shapes(a=(0, 50, 1, 51)), shapes(None, X=(0, 50, 2, 51)))
