"""A study file tells every fault at once, and the nearest known key."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.study.reading.written import _write

from clusterid.errors import StudyError
from clusterid.study.reading._study_file import read_study_file
from clusterid.study.reading._variables import expanded

GOOD = '[employment]\npath = "a.csv"\n[regions]\npath = "r.geojson"\n'


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


STUDY = """
[employment]
path = "e.csv"
[regions]
path = "r.geojson"
"""


@pytest.mark.parametrize(
    ("sections", "told"),
    [
        ('[[supply]]\npath = "s.csv"\nname = "../../x"', "becomes a file"),
        ('[[skills]]\npath = "s.csv"\nname = "a/b"', "becomes a file"),
        ('[[research]]\npath = "s.csv"\nname = ".hidden"', "becomes a file"),
        ('[[skills]]\npath = "s.csv"\nname = "colocation"', "co-location layer"),
        ('[[skills]]\npath = "s.csv"\nname = "Stack"', "the layers together"),
        (
            '[[supply]]\npath = "s.csv"\nname = "x"\n'
            '[[skills]]\npath = "s.csv"\nname = "x"',
            "the name of",
        ),
        (
            '[[supply]]\npath = "s.csv"\n[[skills]]\npath = "s.csv"\nname = "supply"',
            "without a name",
        ),
        ("[method]\ntolerance = 3", "tolerance"),
    ],
)
def test_names_of_networks_stay_inside_and_apart(
    sections: str, told: str, tmp_path: Path
) -> None:
    path = tmp_path / "study.toml"
    path.write_text(STUDY + sections, "utf-8")
    with pytest.raises(StudyError, match=told):
        read_study_file(path)


def test_names_may_have_umlauts(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(
        STUDY + '[[supply]]\npath = "s.csv"\nname = "Zulieferer Süd"', "utf-8"
    )
    assert read_study_file(path).supply[0].name == "Zulieferer Süd"
