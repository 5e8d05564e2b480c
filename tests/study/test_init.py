"""The commented study names every option, and no other."""

from __future__ import annotations

import tomllib
from pathlib import Path

from tests.study.reading.written import _write

from clusterid.study._init import commented_study
from clusterid.study.reading._schema import OPTIONS, StudyFile, section_model
from clusterid.study.reading._study_file import read_study_file


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


def test_every_line_on_an_option_is_about_one_that_exists() -> None:
    words = tomllib.loads(OPTIONS.read_text("utf-8"))
    assert set(words) - {"files"} == set(StudyFile.model_fields)
    for name, info in StudyFile.model_fields.items():
        model = section_model(info.annotation)
        assert model is not None
        assert set(words[name]) - {"section"} <= set(model.model_fields), name
