"""Outlines get small without gaps between neighbours."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import Polygon, box

from clusterid.errors import GeometryError
from clusterid.maps._geometry import decoded, outlines


def wavy(points: int = 400) -> gpd.GeoDataFrame:
    """Two regions with a wavy common border, one with a hole, one island."""
    y = np.linspace(0, 1, points)
    border = np.column_stack([9 + 0.02 * np.sin(40 * y), 50 + y])
    west = Polygon(
        [(8, 50), *border, (8, 51)], [[(8.2, 50.2), (8.4, 50.2), (8.4, 50.4)]]
    )
    east = Polygon([*border, (10, 51), (10, 50)])
    island = box(11, 50, 11.3, 50.3)
    return gpd.GeoDataFrame(
        {"name": ["West", "East"]},
        geometry=[west, shapely.MultiPolygon([east, island])],
        index=["W", "E"],
        crs=4326,
    )


def test_neighbours_keep_one_common_border() -> None:
    shapes = outlines(wavy(), max_points=120).shapes
    east, west = shapes
    assert shapely.get_num_coordinates(shapes).sum() <= 120
    assert shapely.area(shapely.intersection(east, west)) < 1e-9
    gap = shapely.area(box(8, 50, 10, 51)) - shapely.area(
        shapely.intersection(shapely.union(east, west), box(8, 50, 10, 51))
    )
    assert gap == pytest.approx(0.02, abs=2e-3)  # the hole, nothing else


def test_what_is_written_comes_back_on_the_grid() -> None:
    found = outlines(wavy())
    meta = {"origin": found.origin, "step": found.step}
    for shape in found.shapes:
        rings = decoded(found.encoded(shape), meta)
        again = shapely.MultiPolygon([Polygon(outer, inner) for outer, *inner in rings])
        assert shapely.area(again) == pytest.approx(shapely.area(shape), rel=1e-3)
        assert shapely.hausdorff_distance(again, shape) < 3 * found.step


def test_small_regions_survive_strong_simplification() -> None:
    frame = wavy()
    tiny = gpd.GeoDataFrame(
        {"name": ["Tiny"]}, geometry=[box(9.5, 50.5, 9.50001, 50.50001)],
        index=["T"], crs=4326,
    )  # fmt: skip
    frame = gpd.GeoDataFrame(
        gpd.pd.concat([frame, tiny]), geometry="geometry", crs=4326
    )
    found = outlines(frame, max_points=60)
    assert not shapely.is_empty(found.shapes).any()


def test_a_region_without_outline_has_no_point() -> None:
    frame = wavy()
    frame.loc["E", "geometry"] = None
    found = outlines(frame)
    assert np.isnan(found.points[0]).all()
    assert found.encoded(found.shapes[0]) == []
    frame.loc["W", "geometry"] = None
    with pytest.raises(GeometryError, match="No region has an outline"):
        outlines(frame)


def test_dissolved_regions_have_no_inner_border() -> None:
    found = outlines(wavy(), max_points=200)
    union = found.union(["W", "E"])
    assert len(shapely.get_parts(union)) == 2  # mainland and island


def test_islands_beyond_the_date_line_do_not_stretch_the_map() -> None:
    regions = gpd.GeoDataFrame(
        {"name": ["Mainland", "Islands", "Atoll"]},
        index=["A", "B", "C"],
        geometry=[
            box(-120, 30, -80, 48),
            box(-170, 52, -160, 56).union(box(172, 51, 178, 53)),
            box(-176, 0, -175, 1),
        ],
        crs=4326,
    )
    found = outlines(regions)
    west, _, east, _ = shapely.total_bounds(found.shapes)
    assert east - west < 120
    assert west == pytest.approx(-188, abs=0.01)
    assert (found.points[:, 1] < -79).all()
    # what lies on one side is left where it is
    around = regions.assign(
        geometry=[box(-120, 30, -80, 48), box(0, 0, 9, 9), box(20, 0, 30, 9)]
    )
    assert shapely.total_bounds(outlines(around).shapes)[2] == pytest.approx(
        30, abs=0.01
    )
