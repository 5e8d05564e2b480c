"""The exact test of counts: binomial, rough, and its false alarms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from clusterid.concentration import count_test


@pytest.mark.parametrize("tau", [1.0, 1.5])
def test_count_test_is_exactly_binomial(tau):
    n = np.arange(0, 31)
    p = min(1.0, 0.3 * tau)
    expected = stats.binom.sf(n - 1, 30, p)
    np.testing.assert_allclose(count_test(n, 30, 0.3, tau), expected, rtol=1e-9)
    less = count_test(n, 30, 0.3, tau, alternative="less")
    np.testing.assert_allclose(less, stats.binom.cdf(n, 30, p), rtol=1e-9)
    mid = count_test(n, 30, 0.3, tau, ties="mid")
    half = stats.binom.sf(n, 30, p) + 0.5 * stats.binom.pmf(n, 30, p)
    np.testing.assert_allclose(mid, half, rtol=1e-9, atol=1e-15)


def test_rough_count_test_is_close_to_the_mixture_it_stands_for():
    rng = np.random.default_rng(0)
    theta = rng.gamma(4.0, 0.25, 400_000)  # relative variance 0.25
    counts = rng.binomial(300, np.minimum(theta * 0.03, 1.0))
    for n in (12, 18, 25):
        ours = count_test(n, 300, 0.03, roughness=0.25)
        assert float(ours) == pytest.approx((counts >= n).mean(), rel=0.05)


def test_roughness_of_zero_is_the_limit():
    n = np.arange(0, 21)
    plain = count_test(n, 100, 0.1)
    nearly = count_test(n, 100, 0.1, roughness=1e-7)
    np.testing.assert_allclose(nearly, plain, rtol=1e-4)


LEVEL = 0.05


def test_quotients_up_to_tau_and_ordinary_roughness_are_no_alarm():
    rng = np.random.default_rng(2)
    share, trials = 0.02, 400
    at_tau = rng.binomial(trials, 1.5 * share, 20_000)
    assert (count_test(at_tau, trials, share, 1.5) <= LEVEL).mean() <= 0.05
    theta = rng.gamma(1 / 0.16, 0.16, 20_000)
    rough = rng.binomial(trials, np.minimum(theta * share, 1.0))
    assert (count_test(rough, trials, share) <= LEVEL).mean() > 0.09
    held = (count_test(rough, trials, share, roughness=0.16) <= LEVEL).mean()
    assert held <= 0.055
