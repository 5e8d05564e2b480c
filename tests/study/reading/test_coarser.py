"""A study that another one with larger regions lends its plants to."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from clusterid.errors import StudyError
from clusterid.study import read_study

LARGE = {"NA": box(8, 50, 10, 51), "NB": box(10, 50, 12, 51), "NC": box(30, 50, 31, 51)}
SMALL = {f"{k}": box(8 + k, 50, 9 + k, 51) for k in range(4)}

STUDY = """
[employment]
path = "small.csv"
classification = "kldb2010"
kind = "occupation"
[employment.columns]
[regions]
path = "small.geojson"
[survey]
places = "places.csv"
declared = "places.csv"
fields = "fields.csv"
[survey.columns.places]
place = "town"
[survey.columns.declared]
record = "town"
place = "town"
label = "says"
fields = "means"
[method]
permutations = 99
draws = 5
[coarser]
study = "large.toml"
"""
LENDER = """
[study]
year = 2014
[employment]
path = "large.csv"
classification = "nace2"
[regions]
path = "large.geojson"
"""


def _shapes(path: Path, shapes: dict[str, object]) -> None:
    table = {"region": list(shapes), "name": [f"Land {code}" for code in shapes]}
    gpd.GeoDataFrame(table, geometry=list(shapes.values()), crs=4326).to_file(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    _shapes(tmp_path / "small.geojson", SMALL)
    _shapes(tmp_path / "large.geojson", LARGE)
    occupations = {"251": 100, "252": 80, "431": 50, "713": 300}
    small = [
        (region, code, jobs * (4 if code == "252" and region == "0" else 1))
        for region in SMALL
        for code, jobs in occupations.items()
    ]
    names = ["region", "industry", "employment"]
    pd.DataFrame(small, columns=names).to_csv(tmp_path / "small.csv", index=False)
    large = [
        (region, code, 2014, plants * 20, plants)
        for region, cars in (("NA", 90), ("NB", 30), ("NC", 7))
        for code, plants in (("29", cars), ("47", 500))
    ]
    pd.DataFrame(large, columns=[*names[:2], "year", "employment", "establishments"]
                 ).to_csv(tmp_path / "large.csv", index=False)  # fmt: skip
    towns = {
        "town": ["Ulm"],
        "regions": ["0"],
        "says": ["cars"],
        "means": ["automotive"],
    }
    pd.DataFrame(towns).to_csv(tmp_path / "places.csv", index=False)
    fields = {"field": ["automotive"], "classification": ["kldb2010"], "code": ["252"]}
    pd.DataFrame(fields).to_csv(tmp_path / "fields.csv", index=False)
    (tmp_path / "study.toml").write_text(STUDY, "utf-8")
    (tmp_path / "large.toml").write_text(LENDER, "utf-8")
    return tmp_path


def test_the_plants_of_the_larger_region_stand_beside_the_verdict(folder: Path) -> None:
    result = read_study(folder).run()
    assert result.comparison is not None
    row = result.comparison.verdicts.iloc[0]
    assert row["coarser_region"] == "Land NA (NA)"
    assert (row["coarser_year"], row["coarser_plants"]) == (2014, 90)
    # of 1,120 plants 590 are in NA, of 120 cars 90; NC holds no region of the study
    assert row["coarser_lq_plants"] == pytest.approx(90 / (120 * 590 / 1120))
    assert row["grade"] in ("", "C")
    assert "Land NA (NA)" in row["evidence_en"]
    assert any("4 of 4 regions lie in 2 larger ones" in n for n in result.warnings)
    assert {"large.toml", "large.csv", "large.geojson"} <= set(result.provenance.inputs)


def test_without_the_section_nothing_of_it_is_there(folder: Path) -> None:
    text = STUDY[: STUDY.index("[coarser]")]
    (folder / "study.toml").write_text(text, "utf-8")
    verdicts = read_study(folder).run().comparison.verdicts
    assert not [name for name in verdicts.columns if name.startswith("coarser")]
    assert "large.csv" not in read_study(folder).inputs().digests


def test_faults_of_the_lender_are_told_with_its_name(folder: Path) -> None:
    (folder / "large.csv").unlink()
    with pytest.raises(StudyError, match=r"\[coarser\].*large.toml has 1 fault"):
        read_study(folder).inputs()
    (folder / "study.toml").write_text(STUDY.replace('study = "large', '#"'), "utf-8")
    with pytest.raises(StudyError, match=r"\[coarser\] names no study; set study"):
        read_study(folder).inputs()
    (folder / "study.toml").write_text(STUDY, "utf-8")
    (folder / "large.toml").unlink()
    with pytest.raises(StudyError, match=r"\[coarser\] large.toml: there is no such"):
        read_study(folder).inputs()


def test_plants_of_a_house_are_not_lent(folder: Path) -> None:
    text = LENDER.replace("[employment]", "[plants]").replace("large.csv", "small.csv")
    (folder / "large.toml").write_text(text, "utf-8")
    with pytest.raises(StudyError, match="made of plants, which are not lent"):
        read_study(folder).inputs()


def test_a_lender_somewhere_else_lends_nothing_and_says_so(folder: Path) -> None:
    far = {code: box(60 + k, 0, 61 + k, 1) for k, code in enumerate(LARGE)}
    _shapes(folder / "large.geojson", far)
    result = read_study(folder).run()
    assert any("none is lent" in note for note in result.warnings)
    assert result.comparison is not None
    assert not [c for c in result.comparison.verdicts if c.startswith("coarser")]


def test_a_lender_without_plants_lends_nothing_and_says_so(folder: Path) -> None:
    table = pd.read_csv(folder / "large.csv", dtype=str, keep_default_na=False)
    table.drop(columns="establishments").to_csv(folder / "large.csv", index=False)
    result = read_study(folder).run()
    assert any("no plants are counted" in note for note in result.warnings)
