"""Literal loops over the formulas, held against the fast functions."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from clusterid.concentration import (
    location_quotient,
    location_quotient_test,
    withheld_bounds,
)
from clusterid.tables import Economy


@pytest.fixture
def simulated():
    rng = np.random.default_rng(8)
    plants = []
    for industry in ("A", "B", "C"):
        for region in rng.choice(list("rstuv"), 25, p=[0.4, 0.2, 0.2, 0.1, 0.1]):
            plants.append((industry, region, float(np.ceil(rng.lognormal(2, 1)))))
    return pd.DataFrame(plants, columns=["industry", "region", "employment"])


def _tables(plants):
    group = plants.groupby(["region", "industry"])["employment"]
    return group.sum().unstack(fill_value=0.0), group.size().unstack(fill_value=0)


def test_location_quotients_literally(simulated):
    jobs, _ = _tables(simulated)
    fast = {
        v: location_quotient(jobs, variant=v)
        for v in ("ratio", "additive", "additive_industry", "symmetric", "log", "z")
    }
    total = sum(jobs.loc[j, i] for j in jobs.index for i in jobs.columns)
    for i in jobs.columns:
        e_i = sum(jobs.loc[j, i] for j in jobs.index)
        quotients = {}
        for j in jobs.index:
            e_j = sum(jobs.loc[j, k] for k in jobs.columns)
            lq = (jobs.loc[j, i] / e_j) / (e_i / total)
            quotients[j] = lq
            assert fast["ratio"].loc[j, i] == pytest.approx(lq, rel=1e-12)
            additive = jobs.loc[j, i] / e_i - e_j / total
            assert fast["additive"].loc[j, i] == pytest.approx(additive, abs=1e-14)
            additive = jobs.loc[j, i] / e_j - e_i / total
            assert fast["additive_industry"].loc[j, i] == pytest.approx(
                additive, abs=1e-14
            )
            assert fast["symmetric"].loc[j, i] == pytest.approx(
                (lq - 1) / (lq + 1), abs=1e-14
            )
            if lq > 0:
                assert fast["log"].loc[j, i] == pytest.approx(math.log(lq), abs=1e-12)
        mean = sum(quotients.values()) / len(quotients)
        squares = sum((q - mean) ** 2 for q in quotients.values())
        sd = math.sqrt(squares / (len(quotients) - 1))
        for j, lq in quotients.items():
            assert fast["z"].loc[j, i] == pytest.approx((lq - mean) / sd, abs=1e-12)


def test_exact_count_test_literally(simulated):
    jobs, plants = _tables(simulated)
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
    jobs, _ = _tables(simulated)
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
    jobs, _ = _tables(simulated)
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


@pytest.mark.parametrize("seed", range(3))
def test_bounds_equal_one_programme_a_bound(seed):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 60, (4, 5)).astype(float)
    hidden = rng.uniform(size=truth.shape) < 0.6
    codes = list("ABCDE")
    table = pd.DataFrame(np.where(hidden, np.nan, truth), list("rstu"), codes)
    groups = {"A": "X", "B": "X", "C": "Y", "D": "Y"}
    sums = [(r, "TOTAL", truth[k].sum()) for k, r in enumerate("rstu")]
    sums += [("TOTAL", c, truth[:, k].sum()) for k, c in enumerate(codes)]
    sums += [("s", "X", truth[1, :2].sum()), ("TOTAL", "Y", truth[:, 2:4].sum())]
    economy = Economy(
        table,
        totals=pd.DataFrame(sums, columns=["region", "industry", "value"]),
        hierarchies={"industry": pd.Series(groups)},
    )
    rows, values = [], []
    for region, industry, value in sums:
        row = np.zeros(truth.shape)
        r = range(4) if region == "TOTAL" else ["rstu".index(region)]
        c = [
            k
            for k, code in enumerate(codes)
            if industry in {"TOTAL", code, groups.get(code)}
        ]
        row[np.ix_(list(r), c)] = 1.0
        rows.append(row.ravel())
        values.append(value)
    box = [
        (v, v) if not h else (0.0, None)
        for v, h in zip(truth.ravel(), hidden.ravel(), strict=True)
    ]
    tight = withheld_bounds(economy, method="lp")
    for k in np.flatnonzero(hidden.ravel()):
        for sign, ours in ((1.0, tight.lower), (-1.0, tight.upper)):
            cost = np.zeros(truth.size)
            cost[k] = sign
            best = linprog(cost, A_eq=np.array(rows), b_eq=values, bounds=box)
            assert ours.to_numpy().ravel()[k] == pytest.approx(
                sign * best.fun, abs=1e-5
            )
