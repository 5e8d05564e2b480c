"""Shrunken quotients: the formula, and what the intervals cover."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid.concentration import shrink_quotients


def test_shrinkage_keeps_a_negative_variance_at_zero():
    # R spdep truncates: all equal 0.03806818; PySAL returned weights down to -9.5
    events = pd.Series([5.0, 0.0, 12.0, 3.0, 40.0, 7.0])
    population = pd.Series([100.0, 50.0, 400.0, 90.0, 1000.0, 120.0])
    result = shrink_quotients(events, population)
    np.testing.assert_allclose(result["shrunk"], 0.03806818, atol=5e-9)
    assert (result["lower"] < result["upper"]).all()  # the variance is only estimated


def test_shrinkage_is_the_formula_of_marshall():
    n = pd.Series([30.0, 2.0, 0.0, 8.0, 14.0])
    mu = pd.Series([10.0, 10.0, 5.0, 8.0, 20.0])
    m = n.sum() / mu.sum()
    ratio = n / mu
    a = (mu * (ratio - m) ** 2).sum() / mu.sum() - m / mu.mean()
    expected = m + a / (a + m / mu) * (ratio - m)
    np.testing.assert_allclose(shrink_quotients(n, mu)["shrunk"], expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("sd", "least", "most"), [(0.2, 93, 97), (0.4, 93, 97), (0.8, 93, 97)]
)
def test_credible_intervals_cover(sd, least, most):
    covered = _coverage(sd, 1000)
    assert least <= 100 * covered <= most


def test_credible_intervals_stay_safe_without_any_variance():
    assert _coverage(0.0, 300) >= 0.95  # estimated variance 0 would cover nothing


def _coverage(sd, replicates, coverage=0.95):
    """Return how often the interval holds the true quotient of a random cell."""
    rng = np.random.default_rng(1)
    mu = np.broadcast_to(rng.lognormal(2.0, 0.8, 100)[:, None], (100, replicates))
    theta = np.ones(mu.shape)
    if sd:
        theta = rng.gamma(1 / sd**2, sd**2, mu.shape)
    n = pd.DataFrame(rng.poisson(theta * mu))
    fitted = shrink_quotients(n, pd.DataFrame(mu), coverage=coverage)
    inside = (fitted["lower"] <= theta.ravel()) & (theta.ravel() <= fitted["upper"])
    return float(inside.mean())
