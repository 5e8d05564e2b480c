"""A study file tells every fault at once, and the nearest known key."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from clusterid.errors import StudyError
from clusterid.study._init import commented_study
from clusterid.study._schema import StudyFile, expanded, read_study_file

GOOD = '[employment]\npath = "a.csv"\n[regions]\npath = "r.geojson"\n'


def _write(folder: Path, text: str) -> Path:
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults_are_filled_in(tmp_path: Path) -> None:
    study = read_study_file(_write(tmp_path, GOOD))
    assert study.method.significance == 0.05
    assert study.employment is not None
    assert study.employment.files == ("a.csv",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD + "[metod]\n", ["metod", "'method'"]),
        (GOOD + "[method]\nresolutoin = 1\n", ["method.resolutoin", "'resolution'"]),
        (GOOD + "[[supply]]\npth = 'x'\n", ["supply.1.pth", "'path'"]),
        (GOOD + "[method]\nsignificance = 2\n", ["method.significance", "less than 1"]),
        (GOOD + "[study]\nlanguage = 'fr'\n", ["study.language", "'en', 'de'"]),
        (GOOD + "[output]\nmap = 'maybe'\n", ["output.map", "maybe"]),
        ("[regions]\npath = 'r'\n", ["exactly one of [employment] and [plants]"]),
        (GOOD + "[plants]\npath = 'p'\n", ["exactly one of"]),
        ("[employment\n", ["not valid TOML", "line 1"]),
        (GOOD + "[survey]\nplaces = '${NOT_SET_ANYWHERE}/p'\n", ["NOT_SET_ANYWHERE"]),
    ],
)
def test_fault_is_named(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(StudyError) as error:
        read_study_file(_write(tmp_path, text))
    for word in words:
        assert word in str(error.value)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = GOOD + "[method]\nsignificance = 3\nruns = 0\nlayer = 1\n"
    with pytest.raises(StudyError, match="3 faults"):
        read_study_file(_write(tmp_path, text))


def test_missing_file_says_how_to_begin(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="clusterid init"):
        read_study_file(tmp_path / "no.toml")


def test_wrong_encoding_is_told(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_bytes("[study]\ntitle = 'Köln'\n".encode("latin-1"))
    with pytest.raises(StudyError, match="UTF-8"):
        read_study_file(path)


def test_environment_variable_is_kept_and_expanded_where_a_file_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_FOLDER", "/somewhere")
    text = GOOD.replace("a.csv", "${SOME_FOLDER}/a.csv")
    study = read_study_file(_write(tmp_path, text))
    assert study.employment is not None
    assert study.employment.path == "${SOME_FOLDER}/a.csv"
    assert expanded(study.employment.path) == "/somewhere/a.csv"


def test_commented_study_is_valid_and_names_every_option(tmp_path: Path) -> None:
    text = commented_study()
    study = read_study_file(_write(tmp_path, text))
    assert study.method == StudyFile.model_fields["method"].get_default(
        call_default_factory=True
    )
    for section in StudyFile.model_fields.values():
        assert section is not None
    for option in type(study.method).model_fields:
        assert f"{option} = " in text


def test_commented_study_with_everything_switched_on_is_toml() -> None:
    lines = [
        line.removeprefix("#")
        for line in commented_study().splitlines()
        if not line.startswith("# ")
    ]
    content = tomllib.loads("\n".join(lines))
    assert set(content) == set(StudyFile.model_fields)


def test_where_nothing_is_missing_beyond_the_border_no_cluster_is_flagged() -> None:
    import geopandas as gpd
    from shapely import box

    from clusterid.study._pipeline import _without_edges

    table = gpd.GeoDataFrame(
        {"edge_region": [True, False], "flags": ["edge_region;largest_plant", ""]},
        geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)],
    )
    found = _without_edges(table)
    assert found["flags"].tolist() == ["largest_plant", ""]
    assert not found["edge_region"].any()
    assert table["edge_region"].tolist() == [True, False]


def test_a_title_may_stand_in_both_languages() -> None:
    from clusterid.study._schema import StudySection

    both = StudySection(title={"en": "A study", "de": "Eine Studie"})
    assert both.title_in("de") == "Eine Studie"
    assert StudySection(title={"en": "A study"}).title_in("de") == "A study"
    assert StudySection(title="Ulm").title_in("en") == "Ulm"
