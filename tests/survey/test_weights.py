"""Raking meets the margins, joins what is small and refuses what cannot be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid.errors import TableError
from clusterid.survey import design_effect, rake


def test_raking_meets_the_margins():
    rng = np.random.default_rng(0)
    sample = pd.DataFrame({
        "a": rng.choice(["x", "y"], 200),
        "b": rng.choice(["u", "v", "w"], 200),
    })
    margins = {
        "a": pd.Series({"x": 400, "y": 600}),
        "b": pd.Series({"u": 300, "v": 300, "w": 400}),
    }
    weight = rake(sample, margins)
    assert weight.mean() == pytest.approx(1)
    for column, target in margins.items():
        reached = weight.groupby(sample[column]).sum() / 200
        assert reached.to_numpy() == pytest.approx(target.to_numpy() / 1000, abs=1e-9)
    capped = rake(sample, margins | {"a": pd.Series({"x": 150, "y": 9000})}, cap=1.2)
    assert capped.max() <= 1.2 * 1.0001
    assert design_effect(weight) >= 1


def test_small_categories_are_joined_before_raking():
    sample = pd.DataFrame({"a": ["x"] * 2 + ["y"] * 10 + ["z"] * 20})
    weight = rake(sample, {"a": pd.Series({"x": 30, "y": 30, "z": 40})})
    assert weight.iloc[0] == pytest.approx(weight.iloc[5])


def test_raking_refuses_more_answers_than_units():
    sample = pd.DataFrame({"a": ["x"] * 6})
    with pytest.raises(TableError, match="more respondents than units"):
        rake(sample, {"a": pd.Series({"x": 3})})
