"""Broken inputs of a whole study: words with rows and a mend, and nothing written."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from clusterid.errors import ClusteridError, StudyError
from clusterid.simulation import simulate_economy
from clusterid.study import read_study

Break = Callable[[Path], None]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    simulate_economy(n_regions=30, n_plants=20_000, n_projects=40, seed=1).save(folder)
    return folder


def _table(name: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Break:
    def apply(folder: Path) -> None:
        path = folder / name
        table = change(pd.read_csv(path, dtype=str, keep_default_na=False))
        table.to_csv(path, index=False)

    return apply


def _text(name: str, old: str, new: str) -> Break:
    def apply(folder: Path) -> None:
        path = folder / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    return apply


def _bytes(name: str, content: bytes) -> Break:
    return lambda folder: (folder / name).write_bytes(content) and None


def _set(column: str, row: int, value: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def change(table: pd.DataFrame) -> pd.DataFrame:
        table.loc[row, column] = value
        return table

    return change


def _features(change: Callable[[list[dict[str, object]]], None]) -> Break:
    def apply(folder: Path) -> None:
        path = folder / "regions.geojson"
        content = json.loads(path.read_text("utf-8"))
        change(content["features"])
        path.write_text(json.dumps(content), "utf-8")

    return apply


def _bow_tie(features: list[dict[str, object]]) -> None:
    ring = [[8, 50], [9, 51], [9, 50], [8, 51], [8, 50]]
    features[0]["geometry"] = {"type": "Polygon", "coordinates": [ring]}


BROKEN: dict[str, tuple[Break, list[str]]] = {
    "employment missing": (
        lambda folder: (folder / "employment.csv").unlink(),
        ["[employment]", "employment.csv: there is no such file"],
    ),
    "employment empty": (_bytes("employment.csv", b""), ["[employment]", "empty"]),
    "employment header only": (
        _table("employment.csv", lambda t: t.iloc[:0]),
        ["[employment]"],
    ),
    "employment column missing": (
        _table("employment.csv", lambda t: t.rename(columns={"region": "regoin"})),
        ["region", "regoin"],
    ),
    "employment twice": (
        _table("employment.csv", lambda t: pd.concat([t, t.iloc[[4]]])),
        ["row", "Mend"],
    ),
    "employment negative": (
        _table("employment.csv", _set("employment", 2, "-7")),
        ["negative", "row 3"],
    ),
    "employment text": (
        _table("employment.csv", _set("employment", 1, "viele")),
        ["viele", "row 2"],
    ),
    "employment decimal comma": (
        _table("employment.csv", _set("employment", 1, "12,5")),
        ["12,5", "decimal"],
    ),
    "employment region without a shape": (
        _table("employment.csv", lambda t: t.replace({"region": {"R007": "X999"}})),
        ["X999", "no shape"],
    ),
    "employment region null": (
        _table("employment.csv", _set("region", 0, "")),
        ["region", "row 1"],
    ),
    "year without counts": (
        _text("study.toml", "year = 2008", "year = 1999"),
        ["1999"],
    ),
    "unknown reader": (
        _text("study.toml", 'source = "table"\npath = "employment.csv"',
              'source = "genesys"\npath = "employment.csv"'),
        ["genesys", "genesis"],
    ),
    "unknown reader option": (
        _text("study.toml", 'path = "employment.csv"',
              'path = "employment.csv"\noptions = {decimals = ","}'),
        ["decimals"],
    ),
    "polygons without a region column": (
        _features(lambda f: [x["properties"].pop("region") for x in f] and None),
        ["[regions]", "region"],
    ),
    "polygon twice": (
        _features(lambda f: f.append(dict(f[0]))),
        ["[regions]", "more than once"],
    ),
    "polygon invalid": (_features(_bow_tie), ["[regions]", "valid"]),
    "polygons not JSON": (_bytes("regions.geojson", b"{"), ["[regions]"]),
    "wrong encoding": (
        lambda folder: (folder / "declared.csv").write_bytes(
            "record,place,label,fields\nD1,Köln,Chemie,chemicals\n".encode("cp1252")
        )
        and None,
        ["[survey]"],
    ),
    "survey place in no region": (
        _table("places.csv", _set("regions", 0, "")),
        ["[survey]", "row 1"],
    ),
    "survey place in an unknown region": (
        _table("places.csv", _set("regions", 3, "Q1:1")),
        ["Q1"],
    ),
    "answered but not asked": (
        _table("places.csv", lambda t: t.assign(asked="no", answered="yes")),
        ["[survey]", "asked"],
    ),
    "declared at an unknown place": (
        _table("declared.csv", _set("place", 0, "Atlantis")),
        ["Atlantis"],
    ),
    "field without codes": (
        _table("fields.csv", _set("code", 0, "")),
        ["[survey]", "code"],
    ),
    "weight of a field above one": (
        _table("fields.csv", _set("weight", 0, "7")),
        ["weight"],
    ),
    "negative flow": (
        _table("flows.csv", _set("value", 0, "-3")),
        ["[supply]", "row 1"],
    ),
    "flows of other industries": (
        _table("flows.csv", lambda t: t.assign(seller="z" + t["seller"])),
        ["[supply]", "correspondence"],
    ),
    "links without a target": (
        _table("links.csv", lambda t: t.drop(columns="target")),
        ["[skills]", "target"],
    ),
    "participation without a project": (
        _table("collaborations.csv", _set("project", 0, "")),
        ["[research]", "project"],
    ),
    "folder instead of a file": (
        _text("study.toml", '"employment.csv"', '"truth"'),
        ["[employment]"],
    ),
    "unknown layer": (
        _text("study.toml", "[method]", '[method]\nlayers = ["suply"]'),
        ["suply", "supply"],
    ),
    "unknown preset": (
        _text("study.toml", "[method]", '[method]\npreset = "defualt"'),
        ["defualt"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_broken_study_is_told_and_leaves_nothing(
    name: str, sound: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "study"
    shutil.copytree(sound, folder)
    change, words = BROKEN[name]
    change(folder)
    earlier = tmp_path / "out"
    earlier.mkdir()
    (earlier / "provenance.json").write_text("{}", encoding="utf-8")
    with pytest.raises(Exception) as error:
        study = read_study(folder)
        study.save(study.run(), earlier)
    assert isinstance(error.value, StudyError) or type(
        error.value
    ).__module__.startswith("clusterid"), repr(error.value)
    for word in words:
        assert word in str(error.value), str(error.value)
    assert [p.name for p in earlier.iterdir()] == ["provenance.json"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "study"]


def test_faults_of_several_files_are_told_together(sound: Path, tmp_path: Path) -> None:
    folder = tmp_path / "study"
    shutil.copytree(sound, folder)
    _table("employment.csv", _set("employment", 2, "-7"))(folder)
    _table("flows.csv", _set("value", 0, "-3"))(folder)
    _table("declared.csv", _set("place", 0, "Atlantis"))(folder)
    with pytest.raises(StudyError) as error:
        read_study(folder).check()
    for word in ("[employment]", "[supply]", "Atlantis", "3 faults"):
        assert word in str(error.value)


def test_amounts_that_nobody_knows_are_told(sound: Path, tmp_path: Path) -> None:
    folder = tmp_path / "study"
    shutil.copytree(sound, folder)
    _table("collaborations.csv", _set("weight", 1, ""))(folder)
    lines = [line for line, _ in read_study(folder).check()]
    told = [line for line in lines if "participations" in line]
    assert len(told) == 1
    assert "the weight of 1 of" in told[0]


def test_counts_without_a_year_take_that_of_the_study(
    sound: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "study"
    shutil.copytree(sound, folder)
    table = pd.read_csv(folder / "employment.csv", dtype=str).drop(columns="year")
    table.to_csv(folder / "employment.csv", index=False)
    year = read_study(folder).config.study.year
    inputs = read_study(folder).inputs()
    assert list(inputs.economies) == [inputs.year] == [year]
    assert inputs.economy.metadata.year == year


def test_plants_that_do_not_fit_their_jobs_are_noted(
    sound: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "study"
    shutil.copytree(sound, folder)
    table = pd.read_csv(folder / "employment.csv", dtype=str)
    filled = table.index[table["employment"].astype(float) > 5]
    table.loc[filled[0], "establishments"] = "3000"
    table.loc[filled[1], "establishments"] = "0"
    table.to_csv(folder / "employment.csv", index=False)
    notes = " ".join(read_study(folder).inputs().warnings)
    assert "1 cells have more plants than jobs" in notes
    assert "1 cells have jobs but no plant" in notes


def test_totals_of_what_is_not_counted_are_noted(sound: Path, tmp_path: Path) -> None:
    folder = tmp_path / "study"
    shutil.copytree(sound, folder)
    with (folder / "totals.csv").open("a", encoding="utf-8") as file:
        file.write("R999,TOTAL,100\nTOTAL,QQ,100\n")
    notes = " ".join(read_study(folder).inputs().warnings)
    assert "1 regions that are not counted (R999)" in notes
    assert "1 industries that are not counted (QQ)" in notes
    assert "not counted" not in " ".join(read_study(sound).inputs().warnings)


def test_industries_are_left_out_beside_totals_without_bounds(
    sound: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "study"
    shutil.copytree(sound, folder)
    text = (folder / "study.toml").read_text("utf-8")
    text = text.replace(
        'totals = "totals.csv"', 'totals = "totals.csv"\nexclude = ["01", "02"]'
    )
    (folder / "study.toml").write_text(text, "utf-8")
    whole, less = read_study(sound).economy, read_study(folder).economy
    assert set(whole.industries) - set(less.industries) == {"01", "02"}
    assert less.margins.region.equals(whole.margins.region)


@pytest.mark.parametrize("name", ["/", "..", "study.toml", "data", "study.toml/x"])
def test_check_refuses_a_folder_that_run_would_refuse(
    name: str, sound: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "study"
    shutil.copytree(sound, folder)
    (folder / "data").mkdir()
    (folder / "data" / "mine.txt").write_text("mine", "utf-8")
    text = (folder / "study.toml").read_text("utf-8")
    text = text.replace('folder = "out"', f'folder = "{name}"')
    (folder / "study.toml").write_text(text, "utf-8")
    with pytest.raises(StudyError, match=r"\[output\] folder") as told:
        read_study(folder).check()
    assert told.value.faults[0].where == "[output] folder"
    assert str(tmp_path) not in str(told.value) or name == ".."


def test_languages_and_engines_are_known_before_anything_is_computed(
    sound: Path,
) -> None:
    with pytest.raises(ClusteridError, match="language"):
        read_study(sound).run(language="fr")
    with pytest.raises(ClusteridError, match="engine"):
        read_study(sound).run(engine="bogus")


def test_a_layer_cannot_validate_and_detect(sound: Path, tmp_path: Path) -> None:
    folder = tmp_path / "study"
    shutil.copytree(sound, folder)
    text = (folder / "study.toml").read_text("utf-8")
    given = '[method]\nlayers = ["supply"]\nheld_out = "supply"'
    (folder / "study.toml").write_text(text.replace("[method]", given), "utf-8")
    with pytest.raises(StudyError, match="must not detect"):
        read_study(folder)
