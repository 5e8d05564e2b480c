"""Building blocks of the tests: adjustment, exact counts, shrinkage, power."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from clusterid.concentration import (
    adjust,
    count_test,
    overdispersion,
    power_quotient,
    shrink_quotients,
)
from clusterid.errors import TableError


def test_adjusted_p_values_equal_scipy():
    p = np.random.default_rng(0).uniform(size=50) ** 2
    for method in ("bh", "by"):
        theirs = stats.false_discovery_control(p, method=method)
        np.testing.assert_allclose(adjust(p, method), theirs, rtol=1e-12)


def test_adjusted_p_values_by_hand():
    p = np.array([0.01, np.nan, 0.04, 0.03])
    np.testing.assert_allclose(adjust(p, "bonferroni"), [0.03, np.nan, 0.12, 0.09])
    np.testing.assert_allclose(adjust(p, "holm"), [0.03, np.nan, 0.06, 0.06])
    np.testing.assert_allclose(adjust(p, "bh"), [0.03, np.nan, 0.04, 0.04])
    np.testing.assert_allclose(adjust(p, "none"), p)
    with pytest.raises(TableError, match="outside 0 to 1"):
        adjust(np.array([1.2, 0.5]))


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


@pytest.mark.parametrize(("lq", "plants"), [(1.5, 221), (2, 86), (3, 40), (5, 23)])
def test_power_reproduces_the_plants_needed(lq, plants):
    # METHODS 10: 90 % power in a family of 4,411 cells, plants = LQ x expected,
    # the smallest whole expectation at which the quotient is detectable
    mu = np.arange(1.0, 300.0)
    detectable = power_quotient(mu, tests=4411)
    smallest = mu[detectable <= lq][0]
    assert abs(smallest * lq - plants) <= 2.5


def test_power_of_binomial_counts_by_brute_force():
    for mu, n in ((3.0, 30), (20.0, 100)):
        critical = next(
            c for c in range(n + 1) if stats.binom.sf(c - 1, n, mu / n) <= 0.05 / 40
        )
        lq = float(power_quotient(np.array(mu), tests=40, trials=n))
        assert stats.binom.sf(critical - 1, n, lq * mu / n) == pytest.approx(0.9)
    assert np.isinf(power_quotient(np.array([0.5]), tests=1000, trials=2))


def test_roughness_is_recovered_and_clusters_do_not_inflate_it():
    rng = np.random.default_rng(5)
    mu = pd.DataFrame(rng.lognormal(2.5, 0.8, (400, 12))).rename(columns=str)
    sd = np.repeat([0.2, 0.4, 0.6], 4)
    theta = rng.gamma(1 / sd**2, sd**2, mu.shape)
    clean = pd.DataFrame(rng.poisson(theta * mu), columns=mu.columns)
    theta[:8] *= 5.0  # 2 % of the regions are true clusters
    planted = pd.DataFrame(rng.poisson(theta * mu), columns=mu.columns)
    for counts in (clean, planted):
        fitted = overdispersion(counts, mu)["sd"].to_numpy().reshape(3, 4).mean(axis=1)
        np.testing.assert_allclose(fitted, [0.2, 0.4, 0.6], rtol=0.2)
    moments = ((planted - mu) ** 2 - mu).sum() / (mu**2).sum()
    naive = np.sqrt(moments).to_numpy().reshape(3, 4).mean(axis=1)
    assert (naive > [0.35, 0.6, 0.75]).all()  # what it protects from


def test_roughness_of_pure_chance_is_small_and_a_gradient_is_found():
    rng = np.random.default_rng(6)
    mu = pd.DataFrame(rng.lognormal(3.0, 0.8, (300, 10))).rename(columns=str)
    chance = pd.DataFrame(rng.poisson(mu), columns=mu.columns)
    assert overdispersion(chance, mu)["sd"].mean() < 0.08
    log_density = pd.Series(rng.normal(0, 1, 300))
    theta = np.exp(-0.4 * log_density.to_numpy())[:, None] * rng.gamma(
        25, 1 / 25, mu.shape
    )
    counts = pd.DataFrame(rng.poisson(theta * mu), columns=mu.columns)
    fitted = overdispersion(counts, mu, covariate=log_density)
    assert fitted["gradient"].mean() == pytest.approx(-0.4, abs=0.03)
    assert fitted["sd"].mean() == pytest.approx(0.2, abs=0.03)
    assert overdispersion(counts, mu)["sd"].mean() > 0.35


def test_roughness_says_why_it_is_missing():
    n = pd.DataFrame({"A": [1.0] * 5, "B": [0.0] * 5})
    fitted = overdispersion(n, n * 0 + 1.0)
    assert fitted["reason"].tolist() == ["few_regions", "no_plants"]
    assert fitted["variance"].isna().all()
