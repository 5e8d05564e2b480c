"""Regions: attributes, published outlines, and bad shapes told or mended."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import GeometryCollection, LineString, Point, Polygon, box
from tests.tables.one_error import Case, _file, run

import clusterid as cid
from clusterid import tables
from clusterid.errors import (
    DataWarning,
)
from clusterid.tables import (
    contiguity,
    read_regions,
)


def _geojson(geometry: Any, **more: Any) -> Callable[[Path], Any]:
    feature = {"type": "Feature", "properties": {"region": "R1"}, "geometry": geometry}
    content = {"type": "FeatureCollection", "features": [feature], **more}
    return _file(".geojson", json.dumps(content), cid.read_regions)


def _ring(*points: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(p) for p in points]]}


def _shape(geometry: Any, has: Any = "EPSG:4326", **options: Any) -> Any:
    def make(folder: Path) -> Any:
        with np.errstate(all="ignore"):
            one = geometry() if callable(geometry) else geometry
        table = gpd.GeoDataFrame({"region": ["R1"]}, geometry=[one], crs=has)
        return cid.read_regions(table, **options)

    return make


def _square(x: float, y: float) -> dict[str, Any]:
    return _ring((8, 50), (x, 50), (x, y), (8, y), (8, 50))


NAN, INF = float("nan"), float("inf")
SHAPES: dict[str, Case] = {
    "NaN in a file": (_geojson(_square(NAN, 51)), "R1"),
    "infinity in a file": (_geojson(_square(INF, 51)), "in.geojson"),
    "1e308 in a file": (_geojson(_square(9, 1e308)), "R1"),
    "latitude 91": (_geojson(_square(9, 91)), "are not degrees|R1"),
    "latitude -91": (
        _geojson(_ring((8, -91), (9, -91), (9, -80), (8, -91))), "degrees",
    ),
    "longitude 181": (_geojson(_square(181, 51)), "are not degrees|R1"),
    "no geometry": (_geojson(None), "missing|R1"),
    "an empty polygon": (_geojson({"type": "Polygon", "coordinates": []}), "R1"),
    "a point": (_geojson({"type": "Point", "coordinates": [8, 50]}), "not a polygon"),
    "a line": (
        _geojson({"type": "LineString", "coordinates": [[8, 50], [9, 51]]}),
        "not a polygon",
    ),
    "a collection": (
        _geojson({"type": "GeometryCollection", "geometries": [_square(9, 51)]}),
        "not a polygon",
    ),
    "a bow tie": (
        _geojson(_ring((8, 50), (9, 51), (9, 50), (8, 51), (8, 50))),
        "invalid|repair",
    ),
    "two corners": (_geojson(_ring((8, 50), (9, 51), (8, 50))), "in.geojson"),
    "an open ring": (_geojson(_ring((8, 50), (9, 50), (9, 51))), "in.geojson"),
    "a text as a corner": (
        _geojson({"type": "Polygon", "coordinates": [[["a", "b"]]]}),
        "in.geojson",
    ),
    "a geometry of no kind": (_geojson({"type": "Polyhedron"}), "in.geojson"),
    "features that are none": (
        _file(
            ".geojson", '{"type": "FeatureCollection", "features": 5}', cid.read_regions
        ),
        "in.geojson",
    ),
    "JSON of another kind": (_file(".geojson", '{"a": 1}', cid.read_regions), "cannot"),
    "JSON cut": (_file(".geojson", '{"type": "Feat', cid.read_regions), "cannot"),
    "JSON that is a list": (_file(".json", "[1, 2, 3]", cid.read_regions), "cannot"),
    "JSON of deep lists": (
        _file(".geojson", "[" * 100_000, cid.read_regions),
        "cannot be read",
    ),
    "an unknown system in the file": (
        _geojson(
            _square(9, 51), crs={"type": "name", "properties": {"name": "EPSG:999999"}}
        ),
        "in.geojson",
    ),
    "no system": (_shape(box(8, 50, 9, 51), None), "no coordinate system"),
    "a system nobody knows": (_shape(box(0, 0, 1, 1), None, crs="EPSG:99"), "crs="),
    "a system that is a list": (_shape(box(0, 0, 1, 1), None, crs=[1]), "crs="),
    "a system that is an object": (_shape(box(0, 0, 1, 1), None, crs=object()), "crs="),
    "a system that is too large": (_shape(box(0, 0, 1, 1), None, crs=10**30), "crs="),
    "another system": (_shape(box(8, 50, 9, 51), crs="EPSG:25832"), "say"),
    "metres called degrees": (_shape(box(4e5, 5e6, 5e5, 6e6)), "degrees"),
    "NaN in memory": (
        _shape(lambda: Polygon([(0, 0), (1, 0), (NAN, 1)]), "EPSG:3035"), "finite",
    ),
    "infinity in memory": (
        _shape(lambda: Polygon([(0, 0), (1, 0), (INF, 1)]), "EPSG:3035"),
        "finite",
    ),
    "1e308 in memory": (
        _shape(lambda: Polygon([(0, 0), (1e308, 0), (1, 1e308)]), "EPSG:3035"),
        "beyond",
    ),
    "a point in memory": (_shape(Point(8, 50)), "not a polygon"),
    "lines in memory": (_shape(LineString([(8, 50), (9, 51)])), "not a polygon"),
    "a collection in memory": (_shape(GeometryCollection([Point(8, 50)])), "polygon"),
    "an empty collection": (_shape(GeometryCollection()), "empty"),
    "no polygons at all": (
        lambda folder: cid.read_regions(pd.DataFrame({"region": ["R1"]})),
        "no polygons",
    ),
    "an area of nothing": (
        lambda folder: cid.read_regions(
            pd.DataFrame({"region": ["R1"], "area_km2": [0]}), geometry=False
        ),
        "area_km2",
    ),
    "an area without end": (
        lambda folder: cid.read_regions(
            pd.DataFrame({"region": ["R1"], "area_km2": [INF]}), geometry=False
        ),
        "infinite",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_bad_shapes_are_one_clear_error(name: str, tmp_path: Path) -> None:
    run(name, SHAPES, tmp_path)


def test_a_mended_shape_has_polygons_only() -> None:
    from shapely.geometry import Polygon

    spike = Polygon([(0, 0), (2, 0), (2, 2), (2, 3), (2, 2), (0, 2)])
    bow = Polygon([(5, 0), (6, 1), (6, 0), (5, 1)])
    shapes = gpd.GeoDataFrame(
        {"region": ["a", "b"]}, geometry=[spike, bow], crs="EPSG:25832"
    )
    mended = tables.read_regions(shapes, repair=True)
    assert set(mended.geom_type) <= {"Polygon", "MultiPolygon"}
    assert mended.is_valid.all()
    assert mended.area.round(9).tolist() == [4.0, 0.5]


def test_regions_take_area_and_population_from_statistics(tmp_path):
    shapes = gpd.GeoDataFrame(
        {"ags": ["02", "01"], "area_km2": [1.0, 1.0], "name": ["Zwei", "Eins"]},
        geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)],
        crs="EPSG:25832",
    )
    shapes.to_file(tmp_path / "r.gpkg", layer="kreise", engine="pyogrio")
    (tmp_path / "a.csv").write_text("ags;km2;pop\n01;7,5;100\n02;8,5;200\n")
    result = read_regions(
        tmp_path / "r.gpkg",
        columns={"region": "ags"},
        attributes=tmp_path / "a.csv",
        attribute_columns={"region": "ags", "area_km2": "km2", "population": "pop"},
        decimal=",",
        layer="kreise",
    )
    assert result.index.tolist() == ["01", "02"]
    assert result["area_km2"].tolist() == [7.5, 8.5]
    assert result["population"].tolist() == [100, 200]
    assert result["name"].tolist() == ["Eins", "Zwei"]
    assert result["parent"].isna().all()
    assert result.crs.to_epsg() == 25832
    assert result.loc["01"].geometry.bounds == (1, 0, 2, 1)


def test_regions_without_attributes_are_told():
    shapes = gpd.GeoDataFrame(
        {"region": ["01", "02"]},
        geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)],
        crs="EPSG:25832",
    )
    attributes = pd.DataFrame({"region": ["01"], "population": [5]})
    with pytest.warns(DataWarning, match=r"1 of 2 regions have no attributes \(02\)"):
        result = read_regions(shapes, attributes=attributes)
    assert np.isnan(result.loc["02", "population"])
    assert np.isnan(result.loc["01", "area_km2"])


def test_invalid_polygons_are_repaired_only_on_demand():
    bow = Polygon([(0, 0), (2, 2), (2, 0), (0, 2), (0, 0)])
    shapes = gpd.GeoDataFrame({"region": ["01"]}, geometry=[bow], crs="EPSG:25832")
    result = read_regions(shapes, repair=True)
    assert result.geometry.is_valid.all()
    assert result.attrs["repaired"] == ["01"]
    plain = read_regions(
        pd.DataFrame({"region": ["01"], "name": ["x"]}), geometry=False
    )
    assert plain.geometry.isna().all()


def test_german_kreise_as_published(data_dir):
    regions = read_regions(
        data_dir / "geo_de_kreise_vg250" / "kreise_vg250_401.geojson",
        columns={"region": "ags"},
        attributes=data_dir / "de_kreise_attributes" / "districts_2018.csv",
        attribute_columns={"region": "AGS"},
    )
    assert len(regions) == 401
    assert regions.loc["01001", "area_km2"] == 56.73
    graph = contiguity(regions)
    assert graph.n == 401
    assert graph.n_edges / graph.n == pytest.approx(5.217, abs=1e-3)
    assert not len(graph.isolates)


def test_shapes_survive_their_files(tmp_path):
    shapes = gpd.GeoDataFrame(
        {"region": ["01", "02"], "population": [5.0, np.nan]},
        geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)],
        crs="EPSG:4326",
    )
    regions = read_regions(shapes)
    for name in ("r.gpkg", "r.geojson", "r.parquet"):
        path = tmp_path / name
        if name.endswith("parquet"):
            regions.to_parquet(path)
        else:
            regions.reset_index().to_file(path, engine="pyogrio")
        again = read_regions(path)
        assert again.index.equals(regions.index)
        assert again.geometry.geom_equals(regions.geometry).all()
        assert again["population"].equals(regions["population"])
