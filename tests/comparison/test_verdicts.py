"""Each rule of the verdicts by hand, on one declared field."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from clusterid.comparison import ComparisonRules, Rules, decide
from clusterid.errors import OptionError

NOTHING = {
    "p_value": 0.8, "lq": 0.7, "lq_shrunk": 0.9, "lq_limit": 1.4, "linkage": 0.1,
    "posterior_readings": 0.05, "posterior_upper": 0.3,
}  # fmt: skip


def hand(**changes):
    row = {
        "unit": 1, "field": "f", "place_share": 1.0, "mappability": 1.0,
        "cell_reason": "", "p_value": 1e-6, "lq_shrunk": 2.0, "linkage": 0.8,
        "research": np.nan, "density_rank": 0.5, "trend": np.nan,
        "share_concentrated": 1.0, "posterior_readings": 0.9, "posterior_upper": 0.9,
        "lq": 2.1, "lq_limit": 3.0, "near_p_0": 1.0, "near_p_1": 1.0, "near_p_2": 1.0,
        "match_score_0": 0.0, "match_score_1": 0.0, "match_score_2": 0.0,
    }  # fmt: skip
    table = pd.DataFrame([{**row, **changes}])
    table["field"] = table["field"].astype(object)
    table.attrs["most"] = 2
    return table


@pytest.mark.parametrize(
    ("changes", "verdict", "reason"),
    [
        ({}, "confirmed", "concentrated_and_linked"),
        ({"linkage": np.nan}, "confirmed", "concentrated_links_unknown"),
        ({"linkage": 0.1}, "thin", "concentrated_few_links"),
        ({"linkage": 0.1, "research": 3.0}, "confirmed", "concentrated_and_linked"),
        ({"share_concentrated": 0.3}, "unknown", "depends_on_lexicon"),
        ({"lq_shrunk": 0.9}, "unknown", "no_excess_jobs"),
        ({"lq": 1.02, "lq_shrunk": 1.001}, "unknown", "no_excess_jobs"),
        ({"field": None}, "unverifiable", "label_without_field"),
        ({"mappability": 0.2}, "unverifiable", "field_not_separable"),
        ({"mappability": np.nan}, "unverifiable", "field_not_separable"),
        ({"unit": -1}, "unverifiable", "place_without_region"),
        ({"place_share": 0.3}, "unverifiable", "place_smaller_than_region"),
        ({"p_value": np.nan}, "unverifiable", "withheld"),
        (
            {"p_value": np.nan, "cell_reason": "region_empty"},
            "unverifiable",
            "region_empty",
        ),
        ({"p_value": 0.2, "match_score_1": 0.5}, "confirmed", "cluster_nearby"),
        ({"p_value": 0.2, "trend": 0.3}, "emerging", "weak_rising_linked"),
        ({"p_value": 0.2}, "unknown", "inconclusive"),
        (NOTHING, "no_footprint", "no_sign"),
        # each condition of the last resort, taken away one by one
        (NOTHING | {"lq_limit": 2.2}, "unknown", "low_power"),
        (NOTHING | {"lq": 1.46}, "unknown", "inconclusive"),
        (NOTHING | {"lq": 1.02}, "unknown", "inconclusive"),
        (NOTHING | {"lq_shrunk": 1.05}, "unknown", "inconclusive"),
        (NOTHING | {"posterior_readings": 0.3}, "unknown", "inconclusive"),
        (NOTHING | {"posterior_upper": 0.57}, "unknown", "inconclusive"),
        (NOTHING | {"match_score_2": 0.6}, "unknown", "inconclusive"),
        (NOTHING | {"near_p_1": 1e-9}, "unknown", "concentrated_nearby"),
        (NOTHING | {"p_value": 0.4, "trend": 0.4}, "unknown", "inconclusive"),
        (NOTHING | {"p_value": 0.2, "linkage": 0.9}, "unknown", "inconclusive"),
    ],
)
def test_rules_one_by_one(changes, verdict, reason):
    found = decide(hand(**changes), ComparisonRules())
    assert found.iloc[0].to_dict() == {"verdict": verdict, "reason": reason}


def test_rules_are_frozen_refuse_what_cannot_be_and_keep_their_old_name():
    assert Rules is ComparisonRules
    with pytest.raises(OptionError, match="steps of contiguity from 0 to 2"):
        ComparisonRules(tolerance=3)
    with pytest.raises(dataclasses.FrozenInstanceError):
        ComparisonRules().match = 0.1
