"""Rules of clusters and their test: refused in words, kept in the order of results."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from clusterid.clusters._rules import CellRules, ClusterRules
from clusterid.errors import OptionError


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({"concept": "persons"}, "concept='persons' is not offered"),
        ({"roughness": 5}, "roughness=5: use a number from 0 to 5"),
        ({"roughness": "rough"}, "roughness='rough' is not offered"),
        ({"density": "area"}, "density='area' is not offered"),
        ({"gate": "holm"}, "gate='holm' is not offered"),
        ({"alpha": 1.0}, "alpha=1.0: use a number between 0 and 1"),
    ],
)
def test_what_the_test_of_cells_refuses(option, words):
    with pytest.raises(OptionError, match=words):
        CellRules(**option)


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({"preset": "lq_9"}, "preset='lq_9' is not offered"),
        ({"preset": "litzenberger_sternberg_2006"}, "is an index without a confirmed"),
        ({"rule": "vote"}, "rule='vote' is not offered"),
        ({"levels": "some"}, "levels='some' is not offered"),
        ({"gap": -1}, "gap=-1: use 0 or more regions"),
    ],
)
def test_what_the_rules_of_clusters_refuse(option, words):
    with pytest.raises(OptionError, match=words):
        ClusterRules(cells=CellRules(), **option)


def test_rules_are_taken_from_keywords_and_do_not_change():
    rules = ClusterRules.of({"alpha": 0.1, "gap": 2, "economy": None, "levels": "all"})
    assert (rules.cells.alpha, rules.gap, rules.looks_below) == (0.1, 2, True)
    assert not ClusterRules(cells=CellRules(), preset="lq_2").looks_below
    params = rules.params()
    assert list(params)[:4] == ["preset", "rule", "concept", "roughness"]
    assert params["alpha"] == 0.1
    with pytest.raises(FrozenInstanceError):
        rules.gap = 3
