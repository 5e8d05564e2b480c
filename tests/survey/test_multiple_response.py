"""Tests of multiple responses: a published table, and their size under chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid.survey import marginal_independence, pairwise_independence
from clusterid.survey._multiple_response import marginal_chi_squares


def test_farmers_by_education():
    # METHODS E1, R package MRCV, farmer1: five items, five groups of education
    n = np.array([88, 16, 31, 113, 14], dtype=float)
    yes = np.array(
        [
            [19, 2, 1, 19, 3],
            [38, 6, 13, 29, 4],
            [29, 8, 10, 40, 8],
            [47, 8, 17, 53, 6],
            [40, 4, 14, 29, 6],
        ],
        dtype=float,
    )
    parts = marginal_chi_squares(yes, n)
    assert parts == pytest.approx([5.96, 7.89, 4.62, 1.42, 10.95], abs=0.005)
    assert parts.sum() == pytest.approx(30.84, abs=0.005)
    # the Bonferroni p needs no joint answers; build any respondents with these counts
    groups = pd.Series(np.repeat(list("abcde"), n.astype(int)))
    ticks = pd.DataFrame({
        item: np.concatenate([
            np.arange(m) < y for m, y in zip(n, yes[item], strict=True)
        ])
        for item in range(5)
    })
    found = marginal_independence(groups, ticks, permutations=0)
    assert found.statistic == pytest.approx(30.84, abs=0.005)
    assert found.p_bonferroni == pytest.approx(0.1357, abs=5e-4)


def test_multiple_response_tests_hold_their_size():
    rng = np.random.default_rng(5)
    groups = pd.Series(rng.choice(["a", "b", "c"], 120))
    p, q = [], []
    for _ in range(300):
        mood = rng.normal(size=(120, 1))
        ticks = pd.DataFrame(mood + rng.normal(size=(120, 5)) > 0.3)
        other = pd.DataFrame(rng.normal(size=(120, 1)) + rng.normal(size=(120, 3)) > 0)
        p.append(marginal_independence(groups, ticks, permutations=0).p_rao_scott)
        q.append(pairwise_independence(ticks, other, permutations=0).p_rao_scott)
    # three standard errors of a rate of 5 % in 300 draws
    assert abs(np.mean(np.array(p) < 0.05) - 0.05) < 0.038
    assert abs(np.mean(np.array(q) < 0.05) - 0.05) < 0.038
