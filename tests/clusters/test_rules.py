"""Rules of the questions and of clusters: refused in words, kept as results do."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from clusterid.clusters._rules import ClusterRules, GradeRules
from clusterid.errors import OptionError


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({"alpha": 1.0}, "alpha=1.0: use a number between 0 and 1"),
        ({"bar": 0.5}, "bar=0.5: use a quotient from 1 to 1,000"),
        ({"bar": float("nan")}, "bar=nan: use a quotient"),
        ({"bar": 3.0}, r"sensitivity=\(1.25, 2.0\): use two bars"),
        ({"sensitivity": (1.0,)}, "use two bars"),
        ({"standing_quotient": 0.0}, "standing_quotient=0.0: use a quotient"),
        ({"minimum_jobs": -1}, "minimum_jobs=-1: use a number from 0 on"),
        ({"standing_jobs": float("inf")}, "standing_jobs=inf: use a number from 0"),
    ],
)
def test_what_the_rules_of_grades_refuse(option, words):
    with pytest.raises(OptionError, match=words):
        GradeRules(**option)


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({"preset": "lq_9"}, "preset='lq_9' is not offered"),
        ({"preset": "litzenberger_sternberg_2006"}, "is an index without a confirmed"),
        ({"levels": "some"}, "levels='some' is not offered"),
        ({"gap": -1}, "gap=-1: use 0 or more regions"),
    ],
)
def test_what_the_rules_of_clusters_refuse(option, words):
    with pytest.raises(OptionError, match=words):
        ClusterRules(grades=GradeRules(), **option)


def test_rules_are_taken_from_keywords_and_do_not_change():
    rules = ClusterRules.of({"alpha": 0.1, "gap": 2, "economy": None, "levels": "all"})
    assert (rules.grades.alpha, rules.gap, rules.looks_below) == (0.1, 2, True)
    assert not ClusterRules(grades=GradeRules(), preset="lq_2").looks_below
    params = rules.params()
    assert params["alpha"] == 0.1
    assert "imputed" not in params
    assert rules.grades.bars == (1.5, 1.25, 2.0)
    with pytest.raises(FrozenInstanceError):
        rules.gap = 3
