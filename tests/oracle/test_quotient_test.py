"""Tests of quotients by literal loops and throws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.oracle.simulated_data import tables_of

from clusterid.concentration import location_quotient_test


def test_exact_count_test_literally(simulated):
    jobs, plants = tables_of(simulated)
    tested = location_quotient_test(jobs, establishments=plants, correction="none")
    tested = tested.set_index(["region", "industry"])
    everything = plants.to_numpy().sum()
    for j in plants.index:
        x = plants.loc[j].sum() / everything
        for i in plants.columns:
            n_i = int(plants[i].sum())
            p = sum(
                math.comb(n_i, k) * x**k * (1 - x) ** (n_i - k)
                for k in range(int(plants.loc[j, i]), n_i + 1)
            )
            assert tested.loc[(j, i), "p_value"] == pytest.approx(p, rel=1e-9)


def test_dartboard_z_literally(simulated):
    jobs, _ = tables_of(simulated)
    tested = location_quotient_test(jobs, plants=simulated, method="z")
    tested = tested.set_index(["region", "industry"])
    total = jobs.to_numpy().sum()
    for i in jobs.columns:
        sizes = simulated.loc[simulated["industry"] == i, "employment"]
        h = sum((z / sizes.sum()) ** 2 for z in sizes)
        for j in jobs.index:
            x = jobs.loc[j].sum() / total
            s = jobs.loc[j, i] / jobs[i].sum()
            z = (s - x) / math.sqrt(h * x * (1 - x))
            p = 0.5 * math.erfc(z / math.sqrt(2))
            assert tested.loc[(j, i), "p_value"] == pytest.approx(p, rel=1e-9)


@pytest.mark.parametrize(("tau", "roughness"), [(1.0, 0.0), (1.6, 0.0), (1.0, 0.3)])
def test_monte_carlo_converges_to_literal_throws(simulated, tau, roughness):
    jobs, _ = tables_of(simulated)
    tested = location_quotient_test(
        jobs,
        plants=simulated,
        method="monte_carlo",
        draws=40_000,
        tau=tau,
        roughness=roughness,
        correction="none",
    ).set_index(["region", "industry"])["p_value"]
    rng = np.random.default_rng(1)
    total = jobs.to_numpy().sum()
    for i in ("A", "B"):
        sizes = simulated.loc[simulated["industry"] == i, "employment"].to_numpy()
        for j in jobs.index:
            x = np.full(4000, jobs.loc[j].sum() / total * tau)
            if roughness:
                x = np.minimum(x * rng.gamma(1 / roughness, roughness, len(x)), 1.0)
            thrown = (rng.random((len(x), len(sizes))) < x[:, None]) @ sizes
            p = (thrown >= jobs.loc[j, i] - 1e-9).mean()
            if roughness and p > 0.3:
                continue  # a rough draw is scaled back where all regions exceed one
            assert tested[(j, i)] == pytest.approx(p, abs=0.03)
