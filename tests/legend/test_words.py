"""The catalogue is complete in both languages, and fair."""

from __future__ import annotations

import re
import string

import pytest

from clusterid.clusters._grades import FORMS, GRADES, REASONS
from clusterid.clusters.kinds._kinds import LEVELS
from clusterid.errors import OptionError
from clusterid.legend import LANGUAGES, VERDICTS, words


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("kind", ["industry", "occupation"])
def test_both_languages_have_the_same_keys_and_placeholders(kind: str) -> None:
    english, german = (words(code, kind=kind).texts for code in LANGUAGES)
    assert set(english) == set(german)
    for key, text in english.items():
        assert placeholders(text) == placeholders(german[key]), key
        assert text.strip(), key
        assert german[key].strip(), key


def test_no_text_speaks_of_wishful_thinking() -> None:
    for code in LANGUAGES:
        said = " ".join(words(code).texts.values()).lower()
        assert "wishful" not in said
        assert "wunschdenken" not in said


def test_every_verdict_has_a_name_an_explanation_and_a_sign_in_both_languages() -> None:
    for code in LANGUAGES:
        said = words(code)
        for verdict in VERDICTS:
            assert said(f"verdict.{verdict}")
            assert said(f"verdict_says.{verdict}")


def test_occupations_are_named_as_occupations() -> None:
    assert "occupations" in words("en", kind="occupation")("map.templates")
    assert "Berufsgruppen" in words("de", kind="occupation")("map.templates")
    industry = re.compile(r"\bindustr|\bBranche", re.IGNORECASE)
    allowed = {
        "map.occupations_note",
        "report.occupations_note",
        "report.kind_industry",
        "report.cannot_occupations",
    }
    for code in LANGUAGES:
        for key, text in words(code, kind="occupation").texts.items():
            if key.split(".")[0] in {"industry"} or key in allowed:
                continue
            assert not industry.search(text), (key, text)


def test_an_unknown_language_is_named() -> None:
    with pytest.raises(OptionError, match="'fr' is not offered"):
        words("fr")


@pytest.mark.parametrize("kind", ["industry", "occupation"])
@pytest.mark.parametrize("code", LANGUAGES)
def test_what_is_said_of_a_cell_or_a_cluster_has_words(code: str, kind: str) -> None:
    said = words(code, kind=kind)
    for reason in (
        "one_industry", "withheld_part", "withheld", "region_empty", "group_absent",
        "below_critical_mass", "too_few_members", "no_more_jobs_than_expected",
        "employment_only", "plants_not_counted", "held_back", "first_year",
        "not_in_table", "nothing_there",
        "plants_unknown", "single_plant", "nothing_expected",
    ):  # fmt: skip
        assert said(f"reason.{reason}")
    for flag in ("edge_region", "largest_plant", "much_imputed", "employment_only",
                 "scale_dependent", "single_industry"):  # fmt: skip
        assert said(f"flag.{flag}")
    for grade in (*GRADES, "none"):
        assert said(f"grade.{grade}")
    for grade in GRADES:
        assert said(f"grade_says.{grade}")
    for why in REASONS:
        assert said(f"why.{why}")
    for form in FORMS:
        assert said(f"form.{form}")
    for level in LEVELS:
        assert said(f"level.{level}")
