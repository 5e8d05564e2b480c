"""Shapes at their edges: the date line, points, collections, an index of numbers."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import GeometryCollection, LineString, Point, Polygon, box

import clusterid as cid
from clusterid.errors import DataWarning, GeometryError, TableError
from clusterid.figures import choropleth
from clusterid.maps._geometry import outlines
from clusterid.tables import cut_at_date_line


def regions(*shapes: object, crs: int = 4326) -> gpd.GeoDataFrame:
    codes = [f"R{i}" for i in range(len(shapes))]
    return gpd.GeoDataFrame(
        {"name": [f"Name {c}" for c in codes]},
        geometry=list(shapes),
        index=codes,
        crs=crs,
    )


ACROSS = Polygon([(179, 51), (-179, 51), (-179, 52), (179, 52)])
HOLED = Polygon(
    [(170, 40), (-170, 40), (-170, 50), (170, 50)],
    [[(172, 44), (174, 44), (174, 46)], [(-176, 44), (-174, 44), (-174, 46)]],
)


@pytest.mark.parametrize("shape", [ACROSS, HOLED, shapely.reverse(HOLED)])
@pytest.mark.parametrize("crs", [4326, 3571])
def test_a_ring_across_the_date_line_is_narrow(shape: Polygon, crs: int) -> None:
    whole = shapely.transform(
        shape, lambda xy: np.where(xy[:, :1] < 0, np.add(xy, [360, 0]), xy)
    )
    frame = regions(shape, box(165, 51, 166, 52)).to_crs(crs)
    found = outlines(frame, max_points=10_000)
    west, _, east, _ = shapely.total_bounds(found.shapes)
    assert east - west < 30
    assert shapely.area(found.shapes[0]) == pytest.approx(
        shapely.area(whole), rel=0.2 if crs == 3571 else 1e-6
    )
    assert west <= found.points[0, 1] <= east


def test_a_cap_round_the_pole_and_the_rest_stay() -> None:
    cap = Polygon([(-180, -60), (-90, -60), (0, -60), (90, -60), (180, -60),
                   (180, -85), (-180, -85)])  # fmt: skip
    near = box(8, 50, 9, 51)
    kept = cut_at_date_line(np.array([cap, near, None], dtype=object))
    assert kept[0] is cap or shapely.equals(kept[0], cap)
    assert kept[1] is near
    assert kept[2] is None


@pytest.mark.parametrize("shape", [Point(8, 50), LineString([(0, 0), (1, 1)])])
def test_points_are_no_regions(shape: object) -> None:
    frame = regions(shape, shapely.affinity.translate(shape, 1, 0))
    values = pd.Series({"R0": 1.0, "R1": 2.0})
    with pytest.raises(GeometryError, match="points or lines"):
        cid.value_map(values, frame)
    with pytest.raises(GeometryError, match="polygon"):
        choropleth(values, frame)
    with pytest.raises(GeometryError, match="points or lines"):
        cid.contiguity(frame.to_crs(3035))


def test_one_point_among_polygons_is_told() -> None:
    frame = regions(box(8, 50, 9, 51), Point(8, 50))
    with pytest.warns(DataWarning, match="1 of 2 regions have points"):
        found = outlines(frame)
    assert found.encoded(found.shapes[0])
    assert not found.encoded(found.shapes[1])


def test_collections_of_make_valid_keep_their_polygons() -> None:
    mixed = GeometryCollection([box(9, 50, 10, 51), LineString([(9, 50), (12, 50)])])
    frame = regions(box(8, 50, 9, 51), mixed).reset_index(names="region")
    with pytest.raises(TableError, match="repair=True keeps the polygons"):
        cid.read_regions(frame)
    read = cid.read_regions(frame, repair=True)
    assert read.geometry.geom_type.tolist() == ["Polygon", "Polygon"]
    assert read.attrs["repaired"] == ["R1"]
    frame.loc[1, "geometry"] = GeometryCollection([LineString([(0, 0), (1, 1)])])
    with pytest.raises(TableError, match="not a polygon"):
        cid.read_regions(frame, repair=True)


def test_a_polygon_without_area_is_no_region() -> None:
    flat = Polygon([(8, 50), (9, 51), (8, 50)])
    frame = regions(box(8, 50, 9, 51), flat).reset_index(names="region")
    with pytest.raises(TableError, match="no area"):
        cid.read_regions(frame, repair=True)


@pytest.mark.parametrize("column", ["region", "ags"])
@pytest.mark.parametrize("codes", [["R0", "R1"], [5111, 5112]])
def test_an_index_of_row_numbers_names_the_column(
    column: str, codes: list[object]
) -> None:
    frame = regions(box(8, 50, 9, 51), box(9, 50, 10, 51))
    frame = frame.reset_index(drop=True).assign(**{column: codes})
    values = pd.Series([1.0, 2.0], index=codes)
    for draw in (cid.value_map, choropleth):
        with pytest.raises(TableError, match=f"index of the regions.*'{column}'"):
            draw(values, frame)
        draw(values, frame.set_index(column))


def test_a_map_of_another_status_names_the_reform() -> None:
    frame = regions(box(8, 50, 9, 51)).set_axis(["FR21"])
    with pytest.raises(TableError, match="NUTS 2016"):
        choropleth(pd.Series({"FRF2": 1.0}), frame)


def test_a_region_without_a_value_is_not_drawn_as_withheld() -> None:
    frame = regions(box(8, 50, 9, 51), box(9, 50, 10, 51), box(10, 50, 11, 51))
    said = {
        text.get_text()
        for text in choropleth(pd.Series({"R0": 1.0, "R1": 2.0}), frame)
        .get_legend()
        .get_texts()
    }
    assert "no value given" in said
    assert "withheld or not computable" not in said
    hidden = choropleth(pd.Series({"R0": 1.0, "R1": np.nan, "R2": 1.0}), frame)
    said = {text.get_text() for text in hidden.get_legend().get_texts()}
    assert "withheld or not computable" in said
    assert "no value given" not in said


def test_alaska_does_not_move_the_country_to_africa() -> None:
    frame = regions(
        box(-120, 30, -80, 48),
        box(-170, 52, -160, 56).union(box(172, 51, 178, 53)),
    )
    ax = choropleth(pd.Series({"R0": 1.0, "R1": 2.0}), frame)
    west, east = ax.get_xlim()
    assert east - west < 1.2e7
