"""Roughness is recovered, small under chance, and has a reason where missing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid.concentration import overdispersion


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
