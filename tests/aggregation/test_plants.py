"""Plants become an economy: places found, what is not known, faults told."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from clusterid.aggregation import (
    economies_from_plants,
    economy_from_plants,
)
from clusterid.errors import (
    DataWarning,
    GeometryError,
    OptionError,
    TableError,
)
from clusterid.tables import read_regions


@pytest.fixture(params=["pandas", "duckdb"])
def local_engine(request):
    """Engines without a cluster, for what costs a cluster many small jobs."""
    return request.param


def test_plant_herfindahl_by_hand(engine):
    plants = pd.DataFrame({
        "region": ["r", "r", "s", "s"],
        "industry": ["A", "A", "A", "B"],
        "employment": [1, 2, 1, 7],
    })
    economy = economy_from_plants(plants, engine=engine)
    assert economy.plant_herfindahl.to_dict() == {"A": 6 / 16, "B": 1.0}
    assert economy.employment.loc["r"].to_dict() == {"A": 3.0, "B": 0.0}
    assert economy.establishments.loc["r"].to_dict() == {"A": 2.0, "B": 0.0}
    assert economy.largest_plant.loc["r", "A"] == 2
    assert economy.largest_plant_share.loc["r", "A"] == pytest.approx(2 / 3)
    assert np.isnan(economy.largest_plant_share.loc["r", "B"])


@pytest.mark.parametrize("unknown", [None, np.nan])
def test_a_plant_of_unknown_size_makes_its_cell_unknown(engine, unknown):
    plants = pd.DataFrame({
        "region": ["r", "r", "s"],
        "industry": ["A", "A", "A"],
        "employment": [5.0, unknown, 2.0],
    })
    economy = economy_from_plants(plants, engine=engine)
    assert np.isnan(economy.employment.loc["r", "A"])
    assert economy.lower.loc["r", "A"] == 5
    assert np.isnan(economy.upper.loc["r", "A"])
    assert np.isnan(economy.largest_plant.loc["r", "A"])
    assert economy.employment.loc["s", "A"] == 2
    assert economy.establishments.loc["r", "A"] == 2
    assert np.isnan(economy.plant_herfindahl["A"])


def test_regions_without_a_plant_are_zero(engine):
    plants = pd.DataFrame({"region": ["r"], "industry": ["A"], "employment": [3]})
    economy = economy_from_plants(plants, regions=["q", "r"], engine=engine)
    assert economy.employment["A"].to_dict() == {"q": 0.0, "r": 3.0}
    assert economy.establishments["A"].to_dict() == {"q": 0.0, "r": 1.0}


def test_years_share_regions_and_industries(plants, engine):
    economies = economies_from_plants(plants, engine=engine)
    assert list(economies) == [2019, 2020]
    assert economies[2019].employment.shape == economies[2020].employment.shape
    total = sum(e.employment.to_numpy().sum() for e in economies.values())
    assert total == pytest.approx(plants["employment"].sum(), rel=1e-9)
    assert economies[2020].metadata.year == 2020


def test_points_find_their_regions(engine):
    regions = gpd.GeoDataFrame(
        geometry=[box(10, 0, 20, 10), box(0, 0, 10, 10)],
        index=pd.Index(["b", "a"], name="region"),
        crs="EPSG:4326",
    )
    plants = pd.DataFrame({
        "plant": ["1", "2", "3", "4"],
        "industry": ["A"] * 4,
        "employment": [1, 2, 4, 8],
        "x": [1.0, 12.0, 12.0, 10.0],  # the last lies on the border: a
        "y": [1.0, 5.0, 5.0, 5.0],
    })
    economy = economy_from_plants(
        plants, regions=regions, engine=engine, crs="EPSG:4326"
    )
    assert economy.employment["A"].to_dict() == {"a": 9.0, "b": 6.0}
    with pytest.raises(GeometryError, match="no coordinate system"):
        economy_from_plants(plants, regions=regions, engine=engine)
    with pytest.raises(GeometryError, match="polygons"):
        economy_from_plants(plants, engine=engine, crs="EPSG:4326")


def test_points_are_moved_into_the_system_of_the_regions(engine):
    square = gpd.GeoSeries([box(10.0, 50.0, 10.1, 50.1)], crs="EPSG:4326")
    regions = gpd.GeoDataFrame(
        geometry=square.to_crs("EPSG:25832").to_numpy(),
        index=pd.Index(["a"], name="region"),
        crs="EPSG:25832",
    )
    plants = pd.DataFrame({
        "industry": ["A"],
        "employment": [3],
        "x": [10.05],
        "y": [50.05],
    })
    economy = economy_from_plants(
        plants, regions=regions, engine=engine, crs="EPSG:4326"
    )
    assert economy.employment.loc["a", "A"] == 3


def test_plants_outside_all_regions_are_told(engine):
    regions = gpd.GeoDataFrame(
        geometry=[box(0, 0, 1, 1)],
        index=pd.Index(["a"], name="region"),
        crs="EPSG:4326",
    )
    plants = pd.DataFrame({
        "plant": ["in", "out", "nowhere"],
        "industry": ["A"] * 3,
        "employment": [1, 2, 3],
        "x": [0.5, 7.0, np.nan],
        "y": [0.5, 7.0, 0.5],
    })
    with pytest.raises(TableError, match="lies in no region") as caught:
        economy_from_plants(plants, regions=regions, engine=engine, crs="EPSG:4326")
    assert caught.value.faults[0].count == 2
    assert [row for row, _ in caught.value.faults[0].rows] == ["nowhere", "out"]
    with pytest.warns(DataWarning, match="2 plants with 5 of 6 jobs"):
        economy = economy_from_plants(
            plants, regions=regions, engine=engine, crs="EPSG:4326", outside="drop"
        )
    assert economy.employment.loc["a", "A"] == 1


BROKEN = {
    "null region": ({"region": [None, "r"]}, "region is missing"),
    "empty region": ({"region": [" ", "r"]}, "region is missing"),
    "null industry": ({"industry": ["A", None]}, "industry is missing"),
    "negative size": ({"employment": [-1.0, 2.0]}, "employment is negative"),
    "infinite size": ({"employment": [np.inf, 2.0]}, "employment is infinite"),
    "text size": ({"employment": ["12", "1,5"]}, "employment is not a number"),
    "plant twice": ({"plant": ["p", "p"]}, "a plant stands more than once"),
    "unknown region": ({"region": ["r", "zz"]}, "not one of the 2 known regions"),
    "date": ({"industry": ["01.1", "Okt 12"]}, "looks like a date"),
    "lost zeros": ({"industry": ["011", "11"]}, "has lost leading zeros"),
    "whole numbers": ({"industry": [1, 11]}, "has lost leading zeros"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_plants_are_one_clear_error(case, local_engine):
    change, message = BROKEN[case]
    plants = pd.DataFrame({
        "plant": ["p", "q"],
        "region": ["r", "r"],
        "industry": ["A", "A"],
        "employment": [1.0, 2.0],
    }).assign(**change)
    regions = ["r", "s"] if case == "unknown region" else None
    with pytest.raises(TableError, match=message) as caught:
        economy_from_plants(plants, regions=regions, engine=local_engine)
    assert caught.value.faults[0].mend
    assert len(caught.value.rows)


def test_several_faults_are_told_together(engine):
    plants = pd.DataFrame({
        "plant": ["p", "p", "q"],
        "region": ["r", None, "r"],
        "industry": ["A", "A", "A"],
        "employment": [1.0, 2.0, -3.0],
    })
    with pytest.raises(TableError) as caught:
        economy_from_plants(plants, engine=engine)
    rules = " ".join(f.rule for f in caught.value.faults)
    assert "region is missing" in rules
    assert "negative" in rules
    assert "more than once" in rules


def test_columns_are_mapped_and_inputs_left_alone(engine):
    plants = pd.DataFrame({"ags": ["01"], "wz": ["26"], "svb": [4], "region": ["zz"]})
    before = plants.copy()
    economy = economy_from_plants(
        plants,
        engine=engine,
        columns={"region": "ags", "industry": "wz", "employment": "svb"},
    )
    assert economy.employment.loc["01", "26"] == 4
    pd.testing.assert_frame_equal(plants, before)


def test_a_year_must_be_chosen(plants, engine):
    with pytest.raises(TableError, match="2 years"):
        economy_from_plants(plants, engine=engine)
    with pytest.raises(TableError, match="no plants of year 2001"):
        economy_from_plants(plants, engine=engine, year=2001)


def test_wrong_words_and_files_are_told(tmp_path, plants):
    with pytest.raises(OptionError, match="Did you mean 'duckdb'"):
        economy_from_plants(plants, engine="duck")
    with pytest.raises(TableError, match="there is no file"):
        economy_from_plants(tmp_path / "none.parquet")
    (tmp_path / "bad.parquet").write_bytes(b"not parquet")
    with pytest.raises(TableError, match="cannot be read"):
        economy_from_plants(tmp_path / "bad.parquet")
    with pytest.raises(TableError, match=r"missing[\s\S]*Did you mean 'employmnt'"):
        economy_from_plants(plants.rename(columns={"employment": "employmnt"}))
    with pytest.raises(TypeError, match="give a path"):
        economy_from_plants(42)


def test_points_inside_real_kreise_find_them(data_dir):
    path = data_dir / "geo_de_kreise_vg250" / "kreise_vg250_401.geojson"
    regions = read_regions(path, columns={"region": "ags"})
    inside = gpd.read_file(path)
    plants = pd.DataFrame({
        "industry": "A",
        "employment": 1,
        "x": inside["lon"],
        "y": inside["lat"],
    })
    economy = economy_from_plants(plants, regions=regions, crs="EPSG:4326")
    assert (economy.employment["A"] == 1).all()
    assert len(economy.regions) == 401


def test_real_sites_find_their_kreise_and_lost_ones_are_told(data_dir):
    sites = pd.read_csv(
        data_dir / "points_hotmaps_industry" / "industrial_sites_points.csv"
    )
    regions = read_regions(
        data_dir / "geo_de_kreise_vg250" / "kreise_vg250_401.geojson",
        columns={"region": "ags"},
    )
    german = sites[sites["Country"].eq("Germany")].assign(employment=1)
    columns = {"plant": "SiteID", "industry": "Subsector", "x": "lon", "y": "lat"}
    with pytest.warns(DataWarning, match="plants with .* jobs lie in no region"):
        economy = economy_from_plants(
            german, regions=regions, columns=columns, crs="EPSG:4326", outside="drop"
        )
    found = economy.establishments.to_numpy().sum()
    assert len(german) == 760
    assert 700 < found < 760
