"""Tails of the Poisson-binomial against enumeration."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from clusterid.statistics import poisson_binomial_tail


def test_poisson_binomial_equals_enumeration_of_all_outcomes() -> None:
    q = np.array([0.1, 0.5, 0.9, 0.3, 0.3])
    m = np.ones(5, dtype=np.int64)
    for v in range(7):
        exact = sum(
            math.prod(p if on else 1 - p for p, on in zip(q, outcome, strict=True))
            for outcome in itertools.product((0, 1), repeat=5)
            if sum(outcome) >= v
        )
        ours = poisson_binomial_tail(q[None, :], m, np.array([v]))[0]
        assert ours == pytest.approx(exact, rel=1e-12, abs=0)


@pytest.mark.parametrize("p", [1e-4, 0.01, 0.3, 0.8])
def test_tails_far_out_keep_their_relative_precision(p: float) -> None:
    n = 5000
    mean, sd = n * p, math.sqrt(n * p * (1 - p))
    for steps in (-2, 0, 1, 5, 10, 20):
        v = int(min(max(mean + steps * sd, 0), n))
        exact = stats.binom.sf(v - 1, n, p)
        ours = poisson_binomial_tail(np.array([[p]]), np.array([n]), np.array([v]))[0]
        assert ours == pytest.approx(exact, rel=1e-8)


def test_certain_and_impossible_columns() -> None:
    q = np.array([[1.0, 0.0, 0.5]])
    m = np.array([2, 7, 1])
    tail = [poisson_binomial_tail(q, m, np.array([v]))[0] for v in range(5)]
    assert tail == pytest.approx([1.0, 1.0, 1.0, 0.5, 0.0])
