"""Templates that are given: kept as they are, covered, from the lexicon."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from clusterid.communities import given_templates
from clusterid.errors import OptionError, TableError


def test_given_templates_keep_what_is_given():
    found = given_templates({"1": "x", "2": "x", "3": None}, labels={"x": "Food"})
    assert found.membership.to_dict()["1"] == "x"
    assert found.status.to_dict() == {"1": "assigned", "2": "assigned", "3": "none"}
    assert found.labels.to_dict() == {"x": "Food"}
    assert found.groups.loc["1"].to_dict() == {"x": 1.0}
    twice = pd.DataFrame({"industry": ["1", "1"], "template": ["x", "y"]})
    with pytest.raises(TableError, match="more than one template"):
        given_templates(twice)


def test_coverage_by_hand():
    found = given_templates({"1": "x", "2": "x", "3": None, "4": "y", "5": "y"})
    # 4 is withheld; 6 is counted and in no template
    jobs = pd.Series({"1": 30.0, "2": 10.0, "3": 40.0, "4": np.nan, "5": 5, "6": 15.0})
    expected = {
        "n_templates": 2, "n_industries": 6, "n_inside": 4, "n_ambiguous": 0,
        "n_none": 2, "share_none": 1 / 3, "employment": 100.0,
        "employment_inside": 45.0, "share_employment": 0.45, "n_withheld": 1,
    }  # fmt: skip
    covered = found.coverage(jobs).to_dict()
    assert np.isnan(covered.pop("share_estimated"))
    assert covered == pytest.approx(expected)
    told = found.coverage(jobs.fillna(0.0))
    assert told["share_estimated"] == told["share_employment"]
    estimated = replace(found, params={"share_estimated": 0.47})
    assert estimated.coverage(jobs)["share_estimated"] == 0.47
    alone = found.coverage()
    assert alone["share_none"] == pytest.approx(0.2)
    assert np.isnan(alone["share_employment"])


def test_the_lexicon_is_given_like_any_definitions():
    from clusterid.classifications import FieldWeights, fields_on, read_fields

    codes = ["26.1", "26.5", "62.0", "21.1", "01.1"]
    carried = fields_on(read_fields("nace2"), codes, "nace2")
    found = given_templates(carried)
    assert list(found.membership.index) == sorted(codes)
    assert found.membership["62.0"] is not pd.NA
    assert found.labels.loc[found.membership["62.0"]] in set(carried.labels["label_en"])
    # by hand: b is narrower than a; half of 3 is too little for 0.6
    table = pd.DataFrame(
        {"a": [1.0, 1.0, 0.5], "b": [0.0, 1.0, 0.0]},
        index=pd.Index(["1", "2", "3"], name="industry"),
    )
    named = pd.DataFrame({"label_en": ["A", "B"]}, index=["a", "b"])
    fields = FieldWeights(table, table.sum(), table.sum(), named, {})
    assert given_templates(fields).membership.tolist() == ["a", "b", "a"]
    strict = given_templates(fields, minimum_weight=0.6)
    assert strict.status.tolist() == ["assigned", "assigned", "none"]
    assert strict.labels.to_dict() == {"a": "A", "b": "B"}
    with pytest.raises(OptionError, match="minimum_weight"):
        given_templates(fields, minimum_weight=0.0)
