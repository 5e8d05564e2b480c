"""Maps of values: regions, layers, saving."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import geopandas as gpd
import pandas as pd
import pytest

import clusterid as cid
from clusterid.errors import (
    GeometryError,
    SourceError,
    TableError,
)


@pytest.fixture
def regions(fake: ModuleType) -> gpd.GeoDataFrame:
    found: gpd.GeoDataFrame = fake.fake_regions()
    return found


def test_value_map_names_unknown_regions(regions: gpd.GeoDataFrame) -> None:
    values = pd.Series([1.0, 2.0, 3.0], index=["R01", "R01", "XX"])
    with pytest.raises(TableError) as caught:
        cid.value_map(values, regions)
    assert len(caught.value.faults) == 2


def test_regions_without_a_crs_are_an_error(regions: gpd.GeoDataFrame) -> None:
    bare = gpd.GeoDataFrame(regions.drop(columns="geometry"),
                            geometry=list(regions.geometry))  # fmt: skip
    with pytest.raises(GeometryError, match="no CRS"):
        cid.value_map(pd.Series({"R01": 1.0}), bare)


def test_saving_writes_whole_files(regions: gpd.GeoDataFrame, tmp_path: Path) -> None:
    page = cid.value_map(pd.Series({"R01": 1.0, "R02": 2.0}), regions, title="A map")
    assert page.save(tmp_path / "m.html").read_text("utf-8") == page.html
    assert [p.name for p in tmp_path.iterdir()] == ["m.html"]
    with pytest.raises(SourceError, match="not a folder"):
        page.save(tmp_path / "missing" / "m.html")
    assert "srcdoc=" in page._repr_html_()
    assert "no network" in repr(page)


def test_layers_of_one_page_share_one_geometry(regions: gpd.GeoDataFrame) -> None:
    one = pd.DataFrame({"a": 1.0}, index=regions.index)
    many = pd.DataFrame({f"l{i}": 1.0 for i in range(20)}, index=regions.index)
    small, large = cid.value_map(one, regions), cid.value_map(many, regions)
    assert large.data["geo"] == small.data["geo"]
    assert len(large.html) - len(small.html) < 20 * 600
