"""Null models of shared projects against their terms and each other."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import sparse, stats

from clusterid import networks as nw


def test_hypergeometric_equals_the_sum_of_its_terms() -> None:
    table = pd.DataFrame(
        np.array([[1, 1, 1, 0, 0, 0], [1, 1, 0, 1, 0, 0]]), index=["a", "b"]
    )
    row = nw.validate_projection(table, null_model="hypergeometric").iloc[0]
    exact = sum(math.comb(3, v) * math.comb(3, 3 - v) for v in (2, 3)) / math.comb(6, 3)
    assert row["p_value"] == pytest.approx(exact, rel=1e-12)
    assert row["expected"] == pytest.approx(1.5)


def test_curveball_p_values_agree_with_bicm_in_order() -> None:
    rng = np.random.default_rng(3)
    table = pd.DataFrame((rng.random((8, 40)) < 0.35).astype(int))
    table.iloc[1] = table.iloc[0]  # one pair planted
    exact = nw.validate_projection(table)
    drawn = nw.validate_projection(table, null_model="curveball", draws=400, seed=1)
    assert exact.loc[exact["p_value"].idxmin(), "source"] == "0"
    assert drawn.loc[drawn["p_value"].idxmin(), "target"] == "1"
    # degrees fixed exactly leave less room than degrees fixed in the mean, so
    # values differ; the order of pairs does not
    order = stats.spearmanr(exact["p_value"], drawn["p_value"]).statistic
    assert order > 0.95


@pytest.mark.slow
def test_p_values_are_uniform_or_larger_when_there_is_nothing() -> None:
    rng = np.random.default_rng(11)
    found = 0
    for _ in range(40):
        x, y = rng.uniform(0.02, 0.5, 40), rng.uniform(0.2, 2.0, 120)
        p = np.outer(x, y) / (1 + np.outer(x, y))
        table = sparse.csr_array((rng.random(p.shape) < p).astype(float))
        frame = pd.DataFrame(table.toarray())
        tests = nw.validate_projection(frame)
        found += bool((tests["q_value"] <= 0.05).any())
    # false discovery in at most 5 % of pure-chance networks; 40 draws, 5 sd
    assert found <= 40 * 0.05 + 5 * math.sqrt(40 * 0.05 * 0.95)
