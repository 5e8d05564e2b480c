"""Roughness of industries: its tail, and its recovery beside clusters."""

from __future__ import annotations

import numpy as np
import pytest

from clusterid.clusters._mixture import weighted_sum
from clusterid.clusters._roughness import industry_roughness, tail


def test_the_tail_is_exact_without_roughness_and_close_by_draws_with_it():
    from scipy.stats import poisson

    count, mean = np.array([0.0, 3.0, 12.0]), np.array([2.0, 2.0, 5.0])
    one = np.ones(1)
    assert tail(count, mean, one, one) == pytest.approx(poisson.sf(count - 1, mean))
    rng = np.random.default_rng(0)
    values, mass = weighted_sum(np.ones(1), np.array([0.5]))
    drawn = rng.poisson(20 * np.exp(0.5 * rng.normal(size=400_000) - 0.125))
    for k in (10, 30, 60):
        found = tail(np.array([float(k)]), np.array([20.0]), values, mass)[0]
        assert found == pytest.approx((drawn >= k).mean(), rel=0.06)


@pytest.mark.parametrize("tau", [0.0, 0.2, 0.5])
def test_roughness_is_recovered_though_some_regions_are_clusters(tau):
    rng = np.random.default_rng(3)
    mean = np.exp(rng.normal(4, 0.8, (400, 30)))
    rate = np.exp(tau * rng.normal(size=mean.shape) - tau * tau / 2)
    rate[:12] *= 5
    counts = rng.poisson(mean * rate).astype(float)
    found = industry_roughness(counts, mean, None)
    assert np.median(found) == pytest.approx(tau, abs=0.05)
