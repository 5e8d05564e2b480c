"""The schema of a study file: titles."""

from __future__ import annotations


def test_a_title_may_stand_in_both_languages() -> None:
    from clusterid.study.reading._schema import StudySection

    both = StudySection(title={"en": "A study", "de": "Eine Studie"})
    assert both.title_in("de") == "Eine Studie"
    assert StudySection(title={"en": "A study"}).title_in("de") == "A study"
    assert StudySection(title="Ulm").title_in("en") == "Ulm"
