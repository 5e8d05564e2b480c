"""Nothing planted, nothing found: dartboards, rough economies, density gradients."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid.clusters import test_groups
from clusterid.clusters._mixture import spread, weighted_sum
from clusterid.clusters._roughness import industry_roughness, tail
from clusterid.simulation import simulate_counts
from clusterid.tables import Economy


def share_with_a_seed(replicates: int, seed: int, **options) -> float:
    design, tables = simulate_counts(replicates=replicates, seed=seed, **options)
    templates = design.industries.templates.drop_duplicates("industry")
    groups = pd.crosstab(templates["industry"], templates["template"]).astype(float)
    density = pd.Series(
        design.weights / design.regions["area_km2"].to_numpy(),
        index=design.regions.index,
    )
    hits = 0
    for counts in tables:
        cells = test_groups(
            Economy(employment=counts * 10.0, establishments=counts.astype(float)),
            groups,
            density=density,
            local_statistics=False,
        )
        assert cells["power_lq"].median() > 1.5
        hits += bool(cells["is_seed"].any())
    return hits / replicates


def test_few_dartboards_show_a_cluster():
    # 8 economies at a true rate near 3 %: three or more happen once in 700 runs
    assert share_with_a_seed(8, 11, dartboard=True) < 3 / 8


def test_few_rough_economies_show_a_cluster():
    rate = share_with_a_seed(6, 12, roughness=0.4, density_gradient=0.25)
    assert rate < 3 / 6


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "options"),
    [
        (21, {"dartboard": True}),
        (22, {"roughness": 0.2, "density_gradient": 0.25}),
    ],
)
def test_false_alarms_stay_near_five_percent(seed, options):
    # bound: 5 % plus two binomial standard errors of 60 draws
    assert share_with_a_seed(60, seed, **options) <= 0.05 + 2 * np.sqrt(
        0.05 * 0.95 / 60
    )


def test_the_mixture_has_the_moments_of_a_sum_of_lognormals():
    w, tau = np.array([0.6, 0.4]), np.array([0.5, 0.3])
    values, mass = weighted_sum(w, tau)
    assert mass.sum() == pytest.approx(1)
    assert values @ mass == pytest.approx(1)
    variance = float((w**2 * np.expm1(tau**2)).sum())
    assert values**2 @ mass - 1 == pytest.approx(variance, rel=0.05)
    wider, mass = spread(values, mass, 0.4)
    assert wider**2 @ mass == pytest.approx((1 + variance) * np.exp(0.16), rel=0.05)


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
