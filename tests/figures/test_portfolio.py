"""The portfolio of candidates."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace

import pandas as pd
from tests.figures.drawn import texts

from clusterid import figures


def test_no_candidates_are_said_in_words() -> None:
    table = pd.DataFrame(columns=["grade", "employment", "lq_jobs", "flags"])
    ax = figures.portfolio(SimpleNamespace(table=table))
    assert "No cluster found." in texts(ax)


def test_grades_are_named_and_published_rules_have_none(fake: ModuleType) -> None:
    result = fake.fake_result()
    said = texts(figures.portfolio(result.candidates))
    assert "A: exceptional cluster" in said
    assert "no grade" not in said
    table = result.candidates.table.assign(grade="")
    said = texts(figures.portfolio(SimpleNamespace(table=table), language="de"))
    assert "ohne Stufe" in said


def test_the_heat_map_has_letters_and_not_too_many_rows(fake: ModuleType) -> None:
    found = fake.fake_result().candidates
    said = texts(figures.template_heatmap(found))
    assert " A | " in said
    assert "1 of 2 templates" in texts(
        figures.template_heatmap(found, most_templates=1)
    )
