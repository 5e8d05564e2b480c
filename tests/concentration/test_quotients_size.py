"""How often the tests cry wolf on simulated chance, and what the intervals cover."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from clusterid.concentration import (
    count_test,
    location_quotient_test,
    shrink_quotients,
)

LEVEL = 0.05


def thrown(n_plants, n_industries, shares, seed):
    """Return simulated plants (log-normal sizes) thrown at random, and their tables."""
    rng = np.random.default_rng(seed)
    codes = np.array([f"r{k:04}" for k in range(len(shares))])
    n = n_plants * n_industries
    plants = pd.DataFrame({
        "industry": np.repeat([f"i{k:03}" for k in range(n_industries)], n_plants),
        "region": codes[rng.choice(len(shares), n, p=shares)],
        "employment": np.ceil(rng.lognormal(2.5, 1.3, n)),
    })
    jobs = plants.groupby(["region", "industry"])["employment"].sum().unstack()
    return plants, jobs.reindex(codes).fillna(0.0), pd.Series(shares, codes)


def rejections(n_plants, n_industries, shares, seed=0, draws=999):
    """Return the share of cells that each one-sided 5 % test rejects under chance."""
    plants, jobs, x = thrown(n_plants, n_industries, shares, seed)
    tests = {
        "count": {"method": "count"},
        "count_mid": {"method": "count", "ties": "mid"},
        "herfindahl": {"method": "herfindahl"},
        "z": {"method": "z"},
        "monte_carlo": {"method": "monte_carlo", "draws": draws},
    }
    found = {}
    for name, options in tests.items():
        p = location_quotient_test(
            jobs, plants=plants, shares=x, correction="none", **options
        )["p_value"]
        found[name] = float((p <= LEVEL).mean())
    sums = jobs.sum().to_numpy()
    naive = stats.binom.sf(jobs.to_numpy() - 1, sums, x.to_numpy()[:, None])
    lq = jobs.to_numpy() / sums / x.to_numpy()[:, None]
    found["jobs_binomial"] = float((naive <= LEVEL).mean())
    found["lq_at_least_1.25"] = float((lq >= 1.25).mean())
    found["lq_at_least_2"] = float((lq >= 2.0).mean())
    return found


def uneven(n_regions=400, seed=12):
    x = np.random.default_rng(seed).lognormal(0.0, 0.8, n_regions)
    return x / x.sum()


@pytest.mark.parametrize("n_plants", [20, 200])
def test_plant_tests_hold_their_level_and_the_test_of_jobs_does_not(n_plants):
    found = rejections(n_plants, 40, uneven())
    assert found["count"] <= 0.05
    assert found["monte_carlo"] <= 0.06
    assert found["herfindahl"] <= 0.06
    if n_plants == 200:
        assert found["jobs_binomial"] > 0.12


def test_level_where_200_plants_give_5_expected():
    found = rejections(200, 250, np.full(40, 0.025), seed=3)
    assert 0.04 <= found["monte_carlo"] <= 0.06
    assert found["herfindahl"] <= 0.06
    assert found["z"] > 0.06  # sums of skewed sizes are skewed; the normal tail is not
    # the exact count cannot hit 5 %: P(n >= 9) = 6.7 %, P(n >= 10) = 3.0 %
    exact = stats.binom.sf(9, 200, 0.025)
    assert found["count"] == pytest.approx(exact, abs=0.006)
    assert found["jobs_binomial"] > 0.2


@pytest.mark.slow
@pytest.mark.parametrize("n_plants", [20, 200, 1000, 5000])
def test_table_of_false_alarms(n_plants):
    found = rejections(n_plants, 60, uneven())
    print(n_plants, {k: f"{v:.1%}" for k, v in found.items()})  # noqa: T201
    assert found["count"] <= 0.05
    assert found["monte_carlo"] <= 0.06
    assert found["herfindahl"] <= 0.06
    if n_plants >= 200:
        assert found["jobs_binomial"] > 0.12


@pytest.mark.parametrize("alternative", ["less", "two-sided"])
def test_the_other_alternatives_hold_their_level(alternative):
    plants, jobs, x = thrown(200, 60, np.full(40, 0.025), seed=5)
    for method in ("count", "herfindahl", "monte_carlo"):
        p = location_quotient_test(
            jobs,
            plants=plants,
            shares=x,
            method=method,
            alternative=alternative,
            correction="none",
        )["p_value"]
        assert (p <= LEVEL).mean() <= 0.06


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


def test_estimated_roughness_silences_a_rough_economy_but_not_its_clusters():
    rng = np.random.default_rng(4)
    x = uneven(300)
    theta = rng.gamma(1 / 0.09, 0.09, (300, 30))
    theta[:5, :10] = 6.0  # clusters
    share = theta * x[:, None]
    share /= share.sum(axis=0)
    counts = np.array([rng.multinomial(3000, share[:, i]) for i in range(30)]).T
    plants = pd.DataFrame(counts, columns=[f"i{k:02}" for k in range(30)]).rename(
        index="r{:03}".format
    )
    options = {
        "establishments": plants,
        "family": "study",
        "shares": pd.Series(x, plants.index),
    }
    plain = location_quotient_test(plants.astype(float), **options)
    rough = location_quotient_test(
        plants.astype(float), roughness="estimate", **options
    )
    planted = rough["region"].lt("r005") & rough["industry"].lt("i10")
    false_plain = (plain["q_value"] <= LEVEL) & ~planted
    false_rough = (rough["q_value"] <= LEVEL) & ~planted
    assert false_plain.sum() > 50
    assert false_rough.sum() <= 10
    assert ((rough["q_value"] <= LEVEL) & planted).sum() >= 35
    assert rough["roughness"].between(0.03, 0.2).all()


@pytest.mark.parametrize("correction", ["bh", "by"])
def test_false_discoveries_over_chance_economies(correction):
    alarms = 0
    for seed in range(60):
        plants, jobs, x = thrown(300, 10, uneven(100), seed)
        tested = location_quotient_test(
            jobs, plants=plants, shares=x, family="study", correction=correction
        )
        alarms += bool((tested["q_value"] <= LEVEL).any())
    assert alarms <= 6  # of 60; 3 expected at most


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
