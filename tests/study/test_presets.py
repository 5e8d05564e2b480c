"""A published rule instead of grades: chosen by file or command, told everywhere."""

from __future__ import annotations

import inspect
from pathlib import Path

import pandas as pd
import pytest
from tests.clusters.presets_page import PAGE, page
from tests.study.reading.test_largest_plants import undeclared
from tests.study.test_bad_inputs import STUDY, write_study

from clusterid.clusters import presets
from clusterid.clusters import test_groups as groups_tested
from clusterid.clusters._rules import ClusterRules, GradeRules
from clusterid.errors import OptionError, StudyError
from clusterid.study import read_study
from clusterid.study.reading._schema import MethodSection
from clusterid.study.saving._store import store, unstore

#: Options of [method] and the arguments of `identify_clusters` they become.
SAME = {
    "preset": "preset",
    "significance": "alpha",
    "bar": "bar",
    "minimum_jobs": "minimum_jobs",
    "minimum_plants": "minimum_plants",
    "minimum_members": "minimum_members",
    "standing_quotient": "standing_quotient",
    "standing_jobs": "standing_jobs",
}
#: Arguments that a study file does not offer: always as the function has them, or made
#: of the study.
NOT_OFFERED = {"grades", "levels", "gap", "imputed"}


def defaults(function: object) -> dict[str, object]:
    """Return the defaults of a signature by argument."""
    signature = inspect.signature(function)  # type: ignore[arg-type]
    return {k: p.default for k, p in signature.parameters.items()}


def test_command_and_function_have_the_same_options_and_defaults() -> None:
    rules = defaults(GradeRules) | defaults(ClusterRules)
    method = MethodSection()
    assert set(rules) == set(SAME.values()) | NOT_OFFERED | {"sensitivity"}
    for option, argument in SAME.items():
        assert getattr(method, option) == rules[argument], option
    assert (method.lower_bar, method.higher_bar) == rules["sensitivity"]


def test_the_step_hands_on_every_option_of_grades(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lines = (
        "bar = 1.6\nlower_bar = 1.3\nhigher_bar = 2.5\nminimum_plants = 11\n"
        "minimum_members = 3\nstanding_quotient = 2.25\nstanding_jobs = 450\n"
        "significance = 0.04\n"
    )
    text = undeclared(STUDY).replace("[method]\n", f"[method]\n{lines}")
    params = read_study(write_study(tmp_path, text)).run().candidates.params
    assert params["sensitivity"] == (1.3, 2.5)
    for option, value in (
        ("bar", 1.6), ("alpha", 0.04), ("minimum_jobs", 100), ("minimum_plants", 11),
        ("minimum_members", 3), ("standing_quotient", 2.25), ("standing_jobs", 450),
    ):  # fmt: skip
        assert params[option] == value


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("bar = 0.9", "bar"),
        ("bar = 1.2", "from lower_bar = 1.25"),
        ("bar = 2.1", "to higher_bar = 2"),
        ("lower_bar = 1.6", "lower_bar = 1.6"),
        ("higher_bar = 1.4", "higher_bar = 1.4"),
        ("lower_bar = 0.5", "lower_bar"),
        ("higher_bar = 1000", "higher_bar"),
        ("bar = inf", "finite"),
        ('bar = "high"', "bar"),
        ("minimum_jobs = -1", "minimum_jobs"),
        ("minimum_plants = -1", "minimum_plants"),
        ("minimum_plants = 2.5", "minimum_plants"),
        ("minimum_members = 0", "minimum_members"),
        ("standing_quotient = 0.5", "standing_quotient"),
        ("standing_jobs = -1", "standing_jobs"),
        ("certainty = 0.5", "unknown key"),
    ],
)
def test_options_of_grades_are_refused_in_words(
    line: str, word: str, tmp_path: Path
) -> None:
    path = tmp_path / "study.toml"
    path.write_text(
        f'[employment]\npath = "e.csv"\n[regions]\npath = "r.json"\n[method]\n{line}',
        encoding="utf-8",
    )
    with pytest.raises(StudyError) as told:
        read_study(path)
    assert word in str(told.value)


def test_another_rule_is_a_study_of_its_own(tmp_path: Path) -> None:
    study = read_study(write_study(tmp_path))
    other = study.with_preset("eco_2008")
    assert other.config.method.preset == "eco_2008"
    assert study.config.method.preset == "default"
    assert other.with_preset("default").config == study.config


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("", "use one of default, lq_1"),
        ("eco_2009", "Did you mean 'eco_2008'?"),
        (5, "use one of default, lq_1"),
        ("litzenberger_sternberg_2006", "without a confirmed cut"),
    ],
)
def test_a_rule_that_is_not_offered_is_one_sentence(
    name: object, word: str, tmp_path: Path
) -> None:
    study = read_study(write_study(tmp_path))
    with pytest.raises(StudyError) as told:
        study.with_preset(name)  # type: ignore[arg-type]
    assert word in str(told.value)
    assert "\n" not in str(told.value)


def offered() -> list[str]:
    """Return the rules that can tell clusters."""
    table = presets()
    return [str(name) for name in table.index[~table["is_index"]]]


@pytest.mark.parametrize("name", offered())
def test_a_result_by_a_published_rule_is_kept_and_says_so(
    name: str, tmp_path: Path
) -> None:
    study = read_study(write_study(tmp_path, undeclared(STUDY))).with_preset(name)
    result = study.run()
    candidates = result.candidates
    assert candidates.params["preset"] == name
    assert candidates.params["warning"] == presets().loc[name, "warning"]
    assert result.provenance.study["method"]["preset"] == name
    assert candidates.table["grade"].isin(["", "A", "B", "C", "D"]).all()
    assert candidates.table["level"].eq("template").all()
    store(result.published(), tmp_path / "state")
    back = unstore(tmp_path / "state").candidates
    for part in ("concentrations", "cells", "members", "gaps"):
        pd.testing.assert_frame_equal(getattr(back, part), getattr(candidates, part))
    assert back.table["grades"].tolist() == candidates.table["grades"].tolist()
    assert back.params["warning"] == candidates.params["warning"]


def test_the_page_of_rules_is_as_the_rules_are() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text, "python -m tests.clusters.presets_page"


def test_questions_take_no_preset(tmp_path: Path) -> None:
    economy = read_study(write_study(tmp_path, undeclared(STUDY))).economy
    groups = pd.DataFrame({"a": 1.0}, index=economy.industries)
    with pytest.raises(OptionError, match="preset"):
        groups_tested(economy, groups, preset="eco_2008")  # type: ignore[call-arg]
