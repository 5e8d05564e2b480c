"""Intervals of shares and rates: the published values, the edges, arrays."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta, binom, binomtest, gamma

from clusterid.statistics import ratio_interval, wilson


@pytest.mark.parametrize(("hits", "n"), [(0, 10), (1, 10), (5, 10), (10, 10), (3, 77)])
@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_equals_scipy(hits: int, n: int, level: float) -> None:
    expected = binomtest(hits, n).proportion_ci(level, method="wilson")
    found = wilson(hits / n, n, level)
    np.testing.assert_allclose(found, [expected.low, expected.high], atol=1e-12)


def test_without_cases_nothing_is_known_and_limits_are_shares() -> None:
    lower, upper = wilson(np.array([np.nan, 0.0, 1.0]), np.array([0, 4, 4]))
    assert np.isnan(lower[0])
    assert np.isnan(upper[0])
    assert lower[1] == 0.0
    assert upper[2] == 1.0


@pytest.mark.parametrize(("trials", "share"), [(40, 0.1), (300, 0.02), (3000, 0.02)])
@pytest.mark.parametrize("coverage", [0.8, 0.9, 0.95])
def test_an_interval_of_a_ratio_covers_as_often_as_it_says(
    trials: int, share: float, coverage: float
) -> None:
    n = np.arange(trials + 1)
    lower, upper = ratio_interval(n, trials, share, coverage)
    covered = []
    for ratio in np.linspace(1.0, 4.0, 301):  # a count is whole: on average over ratios
        inside = (lower <= ratio) & (ratio <= upper)
        covered.append(binom.pmf(n, trials, ratio * share)[inside].sum())
    assert np.mean(covered) == pytest.approx(coverage, abs=0.02)


def test_a_ratio_lies_in_its_interval_and_ends_are_ends() -> None:
    n = np.concatenate([np.arange(101.0), [2.5]])
    for coverage in (0.5, 0.9, 0.999):
        lower, upper = ratio_interval(n, 100, 0.03, coverage)
        assert ((lower <= n / 3.0) & (n / 3.0 <= upper)).all()
    assert lower[0] == 0.0
    assert upper[100] == pytest.approx(1 / 0.03)
    assert lower[7] == pytest.approx(beta.ppf(0.0005, 7.5, 93.5) / 0.03)
    assert upper[7] == pytest.approx(beta.ppf(0.9995, 7.5, 93.5) / 0.03)


def test_of_many_trials_the_interval_is_that_of_a_poisson_count() -> None:
    found = ratio_interval(np.array([1, 13, 80]), 10**8, 1e-7)
    for ends, tail in zip(found, (0.05, 0.95), strict=True):
        expected = gamma.ppf(tail, np.array([1.5, 13.5, 80.5])) / 10
        np.testing.assert_allclose(ends, expected, rtol=1e-5)


def test_without_an_expectation_a_ratio_has_no_interval() -> None:
    n, trials = [[np.nan, 2.0, 2.0, -1.0, 5.0, 0.0]], [9, 9, np.nan, 9, 4, 0]
    for ends in ratio_interval(n, trials, [0.1, 0.0, 0.1, 0.1, 0.1, 0.1]):
        assert ends.shape == (1, 6)
        assert np.isnan(ends).all()
