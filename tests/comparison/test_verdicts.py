"""Each rule of the verdicts by hand, on one declared field."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from tests.comparison.hand import hand

from clusterid.comparison import ComparisonRules, Rules, decide
from clusterid.errors import OptionError

NOTHING = {"grade": "", "lq_plants": 0.8, "lq_plants_upper": 1.2, "lq_jobs": 0.7,
           "lq_jobs_upper": 0.7}  # fmt: skip
OPEN = NOTHING | {"lq_plants": 1.3, "lq_plants_upper": 1.9}
JOBS = {"grade": "", "lq_plants": np.nan, "lq_plants_upper": np.nan, "lq_jobs": 1.2,
        "lq_jobs_upper": 1.2, "cell_reason": "plants_not_counted"}  # fmt: skip
GUESSED = JOBS | {"lq_jobs": 3.3, "lq_jobs_lower": 0.0, "lq_jobs_upper": 59.0,
                  "share_imputed": 1.0}  # fmt: skip
WIDE = NOTHING | {"lq_plants": 1.3, "lq_plants_upper": 1.4}
COVERS = {f"match_score_{k}": 0.5 for k in range(3)}
COVERS |= {f"match_grade_{k}": "B" for k in range(3)}
NEAR = COVERS | {"match_score_0": 0.0, "match_grade_0": ""}


@pytest.mark.parametrize(
    ("changes", "verdict", "reason"),
    [
        ({}, "confirmed", "concentrated_and_linked"),
        ({"grade": "A"}, "confirmed", "concentrated_and_linked"),
        ({"grade": "C"}, "confirmed_jobs_only", "stands_here"),
        ({"grade": "C", "linkage": 0.1}, "confirmed_jobs_only", "stands_here"),
        ({"grade": "D"}, "niche", "niche_here"),
        ({"linkage": np.nan}, "confirmed", "concentrated_links_unknown"),
        ({"linkage": 0.1}, "thin", "concentrated_few_links"),
        ({"linkage": 0.1, "research": 3.0}, "confirmed", "concentrated_and_linked"),
        # what grade A calls linked no verdict calls thin
        ({"linkage": 0.1, "n_linked": 2.0}, "confirmed", "concentrated_and_linked"),
        ({"linkage": 0.1, "n_linked": 1.0}, "thin", "concentrated_few_links"),
        ({"linkage": np.nan, "n_linked": 5.0}, "confirmed",
         "concentrated_links_unknown"),
        # nor what most counts are estimated of
        ({"linkage": 0.1, "share_imputed": 0.9}, "confirmed",
         "concentrated_links_unknown"),
        ({"linkage": 0.9, "share_imputed": 0.9}, "confirmed",
         "concentrated_links_unknown"),
        ({"linkage": 0.1, "share_imputed": 0.4}, "thin", "concentrated_few_links"),
        ({"share_concentrated": 0.3}, "undecided", "depends_on_lexicon"),
        ({"field": None}, "not_separable", "label_without_field"),
        ({"mappability": 0.2}, "not_separable", "field_not_separable"),
        ({"mappability": np.nan}, "not_separable", "field_not_separable"),
        ({"unit": -1}, "not_separable", "place_without_region"),
        ({"place_share": 0.3}, "not_separable", "place_smaller_than_region"),
        ({"lq_plants": np.nan, "lq_jobs": np.nan}, "not_separable", "withheld"),
        ({"cell_reason": "region_empty"}, "not_separable", "region_empty"),
        # a cluster that covers the place counts, and the better grade of both
        (OPEN | COVERS, "confirmed", "cluster_covers"),
        (NOTHING | COVERS, "no_footprint", "plants_below_bar"),
        (COVERS | {"grade": "C"}, "confirmed", "cluster_covers"),
        (NOTHING | NEAR, "no_footprint", "plants_below_bar"),
        # what lies beside it is told and decides nothing
        (OPEN | NEAR, "undecided", "plants_decide"),
        (OPEN | NEAR | {"match_grade_1": "C"}, "undecided", "plants_decide"),
        (OPEN | {"rise_p": 0.01, "trend": 0.2}, "emerging", "plants_rising"),
        (OPEN | {"rise_p": 0.01, "trend": -0.2}, "undecided", "plants_decide"),
        (NOTHING | {"rise_p": 0.01, "trend": 0.2}, "no_footprint",
         "plants_below_bar"),
        (OPEN, "undecided", "plants_decide"),
        (NOTHING, "no_footprint", "plants_below_bar"),
        (NOTHING | {"lq_jobs": 2.4, "lq_jobs_upper": 2.4}, "undecided",
         "jobs_say_otherwise"),
        (JOBS, "no_footprint", "jobs_below_bar"),
        (JOBS | {"trend": 0.2}, "emerging", "jobs_rising"),
        (JOBS | {"lq_jobs": 1.8, "lq_jobs_upper": 1.8}, "undecided", "jobs_decide"),
        (JOBS | {"lq_jobs_upper": 1.7}, "undecided", "withheld_decides"),
        # two guesses at what is withheld are no trend, and decide nothing
        (JOBS | {"trend": 0.2, "lq_jobs_lower": 0.5}, "no_footprint", "jobs_below_bar"),
        (GUESSED | {"trend": 2.8}, "undecided", "withheld_decides"),
        (GUESSED | {"lq_jobs_upper": 1.2, "lq_jobs": 0.9}, "no_footprint",
         "jobs_below_bar"),
        # a graded cluster in a part of the place
        (WIDE, "no_footprint", "plants_below_bar"),
        (WIDE | {"match_grade_inside": "B"}, "undecided", "cluster_in_part"),
        (WIDE | {"match_grade_inside": "C"}, "no_footprint", "plants_below_bar"),
        (NOTHING | {"match_grade_inside": "A"}, "no_footprint", "plants_below_bar"),
        (JOBS | {"cell_reason": "withheld_part"}, "undecided", "withheld_decides"),
    ],
)  # fmt: skip
def test_rules_one_by_one(changes, verdict, reason):
    found = decide(hand(**changes), ComparisonRules())
    assert found.iloc[0].to_dict() == {"verdict": verdict, "reason": reason}


def test_evidence_without_the_newer_columns_is_decided_as_before():
    older = hand().drop(columns=["n_linked", "lq_jobs_lower", "match_grade_inside"])
    found = decide(older, ComparisonRules())
    assert found["verdict"].tolist() == ["confirmed"]


def test_rules_are_frozen_refuse_what_cannot_be_and_keep_their_old_name():
    assert Rules is ComparisonRules
    with pytest.raises(OptionError, match="steps of contiguity from 0 to 2"):
        ComparisonRules(tolerance=3)
    with pytest.raises(dataclasses.FrozenInstanceError):
        ComparisonRules().match = 0.1
