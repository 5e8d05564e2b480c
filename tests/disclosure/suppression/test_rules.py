"""A bad rule is refused in one sentence that names it."""

from __future__ import annotations

import pytest
from tests.disclosure.suppression.attacks import simulated

from clusterid.disclosure import SuppressionRules, guard
from clusterid.errors import ClusteridError, OptionError, TableError

BAD = [
    {"minimum_plants": 0}, {"minimum_plants": -3}, {"dominance": 0},
    {"dominance": 1.5}, {"dominance": (3, 0.85)}, {"dominance": (0, 0.85)},
    {"dominance": (1, 2.0)}, {"dominance": float("nan")}, {"p_percent": 100},
    {"p_percent": -1}, {"p_percent": float("nan")}, {"p_percent": float("inf")},
]  # fmt: skip


@pytest.mark.parametrize("rule", BAD, ids=str)
def test_a_bad_rule_is_one_fault_with_its_mend(rule):
    with pytest.raises(TableError) as caught:
        guard(simulated(0), **rule)
    assert len(caught.value.faults) == 1
    fault = caught.value.faults[0]
    assert fault.rule.startswith(f"{next(iter(rule))}=")
    assert fault.mend.startswith("use ")


def test_all_bad_rules_are_named_at_once():
    with pytest.raises(TableError) as caught:
        SuppressionRules(0, 2.0, 100)
    assert len(caught.value.faults) == 3


@pytest.mark.parametrize(
    "rule",
    [{"minimum_plants": "3"}, {"minimum_plants": 2.5}, {"dominance": "most"},
     {"p_percent": "ten"}, {"secondary": 1}, {"method": "lp"}, {"method": 3}],
    ids=str,
)  # fmt: skip
def test_a_rule_of_another_kind_is_refused(rule):
    with pytest.raises(OptionError, match=next(iter(rule))):
        guard(simulated(0), **rule)


def test_an_unknown_rule_is_named_with_the_nearest():
    with pytest.raises(ClusteridError, match="p_percent"):
        guard(simulated(0), percent=5)


def test_a_pair_of_wrong_length_is_refused():
    with pytest.raises(ClusteridError, match="dominance"):
        SuppressionRules(dominance=(1, 2, 3))


def test_rules_that_are_off():
    rules = SuppressionRules(dominance=None, p_percent=None)
    assert rules.largest_share is None
    assert rules.p_share == 0
    assert rules.open_share == pytest.approx(0.001)
    assert SuppressionRules(p_percent=0).open_share == rules.open_share
    assert SuppressionRules(dominance=0.7).largest_share == (1, 0.7)
