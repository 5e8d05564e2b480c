"""Areas of regions: given ones first, else of the outline on the globe."""

from __future__ import annotations

import geopandas as gpd
import pytest
from pyproj import Geod
from shapely.geometry import box

from clusterid.tables import areas_km2


def regions(**columns: list[float]) -> gpd.GeoDataFrame:
    shapes = [box(0, 50, 1, 51), box(1, 50, 2, 51)]
    return gpd.GeoDataFrame(columns, index=["a", "b"], geometry=shapes, crs=4326)


def test_an_outline_has_the_area_of_the_globe() -> None:
    geod = Geod(ellps="WGS84")
    shape = regions().geometry.iloc[0].segmentize(0.01)
    expected = abs(geod.geometry_area_perimeter(shape)[0]) / 1e6
    assert areas_km2(regions()).to_numpy() == pytest.approx(expected, rel=1e-5)
    projected = regions().to_crs(3035)
    assert areas_km2(projected).to_numpy() == pytest.approx(expected, rel=1e-3)


def test_a_given_area_wins_where_it_can_be_one() -> None:
    found = areas_km2(regions(area_km2=[10.0, float("nan")]))
    assert found["a"] == 10
    assert found["b"] > 1000


def test_shapes_that_stand_nowhere_have_no_area() -> None:
    nowhere = regions().set_crs(None, allow_override=True)
    assert areas_km2(nowhere).isna().all()
