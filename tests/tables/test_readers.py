"""What good tables become: real files, marks, bands, attributes, neighbours."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from shapely.geometry import Polygon, box

from clusterid.errors import DataWarning
from clusterid.tables import (
    check_answers,
    check_declared,
    check_places,
    contiguity,
    economy,
    read_collaborations,
    read_employment,
    read_flows,
    read_links,
    read_plants,
    read_regions,
    read_table,
)


def test_codes_stay_text_in_every_form(tmp_path):
    frame = pd.DataFrame({"region": ["01"], "industry": ["01.1"], "employment": [3]})
    frame.to_csv(tmp_path / "t.csv", index=False)
    frame.to_parquet(tmp_path / "t.parquet")
    frame.to_excel(tmp_path / "t.xlsx", index=False)
    arrow = pa.Table.from_pandas(frame)
    sources = [frame, arrow, *(tmp_path / f"t.{e}" for e in ("csv", "parquet", "xlsx"))]
    for source in [*sources, str(tmp_path / "t.csv"), frame.astype("category")]:
        table = read_employment(source)
        assert table["region"].tolist() == ["01"]
        assert table["industry"].tolist() == ["01.1"]
        assert table["employment"].tolist() == [3.0]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(tmp_path, separator):
    lines = [["region", "industry", "employment"], ["01", '"a, b; c"', "3"]]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(separator.join(x) for x in lines), encoding="utf-8-sig")
    assert read_table(path)["industry"].tolist() == ["a, b; c"]
    assert read_table(path).columns[0] == "region"


def test_an_official_file_in_latin_with_lines_above_the_header(tmp_path):
    text = "Tabelle 1\nStand 30.06.\nregion;industry;employment\n01001;Bäcker;1.234,5\n"
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode("latin-1"))
    table = read_employment(
        path, encoding="latin-1", skip_rows=2, decimal=",", thousands="."
    )
    assert table["industry"].tolist() == ["Bäcker"]
    assert table["employment"].tolist() == [1234.5]


def test_fractions_with_three_digits_are_told_apart_from_thousands():
    table = pd.DataFrame({
        "region": ["a", "b"],
        "industry": "x",
        "employment": ["1.234", "2.500"],
    })
    assert read_employment(table, thousands="")["employment"].sum() == 3.734
    dotted = read_employment(table, thousands=".", decimal=",")
    assert dotted["employment"].sum() == 3734


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u202f"])
def test_any_space_may_separate_thousands(space):
    table = pd.DataFrame({
        "region": ["a"],
        "industry": "x",
        "employment": [f"-1{space}234{space}567,5"],
    })
    flows = table.set_axis(["seller", "buyer", "value"], axis=1)
    read = read_flows(flows, decimal=",", thousands=" ", negative="keep")
    assert read["value"].tolist() == [-1_234_567.5]


def test_marks_flags_and_bands():
    table = pd.DataFrame({
        "region": list("abcde"),
        "industry": "x",
        "employment": ["5", ".", "-", "0", "7"],
        "flag": [None, None, None, "A", "B"],
    })
    result = read_employment(
        table, withheld=["."], nil=["-"], bands={"A": (0, 19), "B": (20, None)}
    )
    np.testing.assert_array_equal(result["employment"], [5, np.nan, 0, np.nan, np.nan])
    np.testing.assert_array_equal(result["lower"], [5, 0, 0, 0, 20])
    np.testing.assert_array_equal(result["upper"], [5, np.nan, 0, 19, np.nan])
    ours = economy(result)
    assert ours.upper.loc["d", "x"] == 19
    assert np.isnan(ours.employment.loc["b", "x"])


def test_flags_that_do_not_mean_withheld():
    table = pd.DataFrame({
        "region": ["a"],
        "industry": ["x"],
        "employment": [0],
        "flag": ["r"],
    })
    assert read_employment(table, withheld_flags=[])["employment"].tolist() == [0.0]


def test_a_wide_table_and_a_year_for_it():
    wide = pd.DataFrame({"region": ["01", "02"], "A": [1, 2], "B": [3, None]})
    table = read_employment(wide, layout="wide", year=2020)
    assert table["year"].unique().tolist() == [2020]
    assert economy(table).employment.loc["01"].tolist() == [1.0, 3.0]
    assert np.isnan(economy(table).employment.loc["02", "B"])


def test_an_economy_takes_one_year_with_its_totals_and_concept():
    long = pd.DataFrame({
        "region": ["r", "r", "s", "s"],
        "industry": "A",
        "year": [2019, 2020, 2019, 2020],
        "employment": [1, 2, 3, None],
        "concept": "workplace",
        "classification": "nace2",
    })
    totals = pd.DataFrame({
        "region": "TOTAL",
        "industry": "A",
        "year": [2019, 2020],
        "value": [4, 9],
    })
    result = economy(long, year=2020, totals=totals)
    assert result.margins.industry["A"] == 9
    assert result.metadata.classification == "nace2"
    assert np.isnan(result.margins.region["s"])
    assert result.totals["value"].tolist() == [9.0]


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


def test_plants_flows_links_and_collaborations():
    plants = read_plants(
        pd.DataFrame({
            "plant": [2, 1],
            "industry": "26",
            "employment": ["4", ""],
            "region": "a",
        })
    )
    assert plants["plant"].tolist() == ["1", "2"]
    assert np.isnan(plants["employment"].iloc[0])
    table = pd.DataFrame({"s": ["A", "B"], "A": [1, 2], "B": [-3, 4]})
    flows = read_flows(table, layout="matrix", negative="keep")
    assert flows["value"].tolist() == [1, -3, 2, 4]
    assert flows.columns.tolist() == ["seller", "buyer", "value"]
    links = read_links(
        pd.DataFrame({
            "source": ["B", "A"],
            "target": ["A", "B"],
            "value": [-0.5, -0.5],
        })
    )
    assert links["source"].tolist() == ["A", "B"]
    joint = read_collaborations(pd.DataFrame({"project": ["p"], "organisation": ["o"]}))
    assert joint.columns.tolist() == [
        "project",
        "organisation",
        "organisation_kind",
        "region",
        "year",
        "weight",
        "field",
    ]
    assert joint["weight"].tolist() == [1.0]


def test_survey_tables():
    places = check_places(
        pd.DataFrame({
            "place": ["Y", "Z"],
            "name": ["Ypsilon", None],
            "regions": [[("r1", 0.4)], "r2; r1:0.6"],
            "asked": ["ja", "nein"],
            "answered": [True, False],
            "exhaustive": ["yes", None],
        }),
        regions=["r1", "r2"],
    )
    assert places["regions"].tolist() == [[("r1", 0.4)], [("r1", 0.6), ("r2", 1.0)]]
    assert places["asked"].tolist() == [True, False]
    assert places["exhaustive"].tolist() == [True, False]
    assert places["name"].tolist() == ["Ypsilon", "Z"]
    answers = check_answers(
        pd.DataFrame({
            "place": ["Y", "Y", "Y"],
            "question": "goals",
            "option": ["a", "b", "c"],
            "value": ["1", "0", "k.A."],
            "rank": [1, None, None],
        }),
        places=places,
    )
    assert answers["value"].tolist()[:2] == ["yes", "no"]
    assert answers["value"].isna().tolist() == [False, False, True]
    declared = check_declared(
        pd.DataFrame({
            "record": ["D1", "D2"],
            "place": "Y",
            "label": "x",
            "fields": ["a;b", None],
            "year_founded": ["1999", ""],
        }),
        places=places,
        fields=["a", "b"],
    )
    assert declared["fields"].tolist() == [["a", "b"], []]
    assert declared["year_founded"].iloc[0] == 1999
    assert declared["funded_by"].tolist() == [[], []]


# -- real files ----------------------------------------------------------------------


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


def test_german_industries_as_published(data_dir):
    table = read_employment(
        data_dir / "de_svb_wz08_kreise" / "svb_wz08_2015_2020.parquet",
        columns={"region": "ags", "industry": "wz", "employment": "emp"},
        filter={"is_kreis": True, "leaf": 1},
        nil_flags=["-"],
    )
    assert len(table) == 24_080
    assert table["employment"].isna().sum() == 296
    ours = economy(table, year=2020)
    assert ours.employment.shape == (401, 10)
    assert ours.employment.loc["09662", "A"] == 0  # published as nil


def test_states_with_size_bands_as_published(data_dir):
    path = data_dir / "us_cbp_states" / "cbp_state_naics_2000_2011.parquet"
    frame = pd.read_parquet(path, filters=[("year", "==", 2011), ("digits", "==", 3)])
    bands = {"A": (0, 19), "B": (20, 99), "C": (100, 249), "E": (250, 499),
             "F": (500, 999), "G": (1000, 2499), "H": (2500, 4999), "I": (5000, 9999),
             "J": (10_000, 24_999), "K": (25_000, 49_999), "L": (50_000, 99_999),
             "M": (100_000, None)}  # fmt: skip
    table = read_employment(
        frame,
        columns={
            "region": "state_fips",
            "industry": "naics",
            "employment": "emp",
            "flag": "empflag",
        },
        bands=bands,
    )
    withheld = table["employment"].isna()
    assert withheld.sum() == frame["empflag"].notna().sum() > 0
    assert (table["upper"] >= table["lower"])[withheld].all()
    assert table["region"].nunique() == 51


TRUE_CODES = {
    "NUTS of the Saarland": ["DEC01", "DEC02", "DEC0", "DE111"],
    "NACE with and without zeros": ["01.1", "01.11", "10", "10.1", "A", "C10-C12"],
    "CPA by activity": ["01.11.12", "01.13.41", "10.20.11"],
    "NAICS leaves": ["11331", "113110", "92", "921110", "813910", "31-33"],
    "levels of a tree": ["2361", "23611", "23622", "3111", "31111"],
    "AGS of Länder and Kreise": ["02", "11", "01001", "16077"],
    "occupations": ["011", "012", "111", "945"],
    "countries": ["NA", "DE", "NO", "FR"],
}


@pytest.mark.parametrize("kind", TRUE_CODES)
def test_true_codes_are_not_taken_for_damaged_ones(kind):
    codes = TRUE_CODES[kind]
    table = pd.DataFrame({"region": "r", "industry": codes, "employment": 1})
    assert sorted(read_employment(table)["industry"]) == sorted(codes)


def test_codes_of_real_files_are_not_taken_for_damaged_ones(data_dir):
    leaves = pd.read_parquet(
        data_dir / "us_cbp_states" / "cbp_state_naics_2000_2011.parquet",
        columns=["year", "naics", "state_fips"],
    )
    of_year = leaves[leaves["year"].eq(2011)].assign(employment=1)
    table = of_year.rename(columns={"state_fips": "region", "naics": "industry"})
    assert read_employment(table)["industry"].nunique() > 1000
    nuts = read_regions(
        data_dir / "geo_nuts" / "NUTS_RG_60M_2024_4326_LEVL_3.geojson",
        columns={"region": "NUTS_ID", "name": "NAME_LATN"},
        repair=True,
    )
    assert {"DEC01", "DEC02"} <= set(nuts.index)


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


def test_separators_of_unicode_end_no_line(tmp_path: Path) -> None:
    names = ["a\u2028b\u2029c", "d\x0be\x0cf", "g\x1ch\x1di\x1ej", "k\x85l", "m\nn"]
    rows = [f'R{i},A,5,"{name}"' for i, name in enumerate(names)]
    for end in ("\n", "\r\n", "\r"):
        path = tmp_path / "t.csv"
        text = end.join(["region,industry,employment,name", *rows]) + end
        path.write_bytes(text.encode())
        assert read_table(path)["name"].tolist() == names


def test_flags_that_nothing_explains_are_noted() -> None:
    table = pd.DataFrame({
        "region": ["R1", "R2", "R3"],
        "industry": "A",
        "employment": [5, 6, 7],
        "flag": ["p", "odd", None],
    })
    with pytest.warns(DataWarning, match="'odd' beside 1 numbers"):
        read_employment(table)
    assert read_employment(table, withheld_flags=["odd"])["employment"].isna()[1]
    assert len(read_employment(table.assign(flag=["p", "e", "b"]))) == 3
