"""Quotients, tests and withheld cells: seconds, and ratios to the bare expressions."""

from __future__ import annotations

import time
from statistics import median

import numpy as np
import pandas as pd
import pytest

from clusterid.concentration import (
    fill_withheld,
    location_quotient,
    location_quotient_test,
    overdispersion,
    withheld_bounds,
)
from clusterid.tables import Economy

pytestmark = pytest.mark.benchmark
RUNS = 7


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def bare(e):
    return e * (e.sum() / np.outer(e.sum(axis=1), e.sum(axis=0)))


def plants_of(n_regions, n_industries, seed=0):
    """Return simulated plants (log-normal numbers and sizes) and their employment."""
    rng = np.random.default_rng(seed)
    x = rng.lognormal(0, 0.8, n_regions)
    numbers = np.maximum(5, rng.lognormal(5.3, 1.2, n_industries).astype(int))
    industry = np.repeat(np.arange(n_industries), numbers)
    region = rng.choice(n_regions, len(industry), p=x / x.sum())
    plants = pd.DataFrame({
        "industry": np.array([f"i{k:04}" for k in range(n_industries)])[industry],
        "region": np.array([f"r{k:04}" for k in range(n_regions)])[region],
        "employment": np.ceil(rng.lognormal(2.5, 1.3, len(industry))),
    })
    jobs = plants.pivot_table(
        index="region",
        columns="industry",
        values="employment",
        aggfunc="sum",
        fill_value=0.0,
    )
    return plants, jobs


def test_location_quotients_against_the_bare_expression(capsys):
    rng = np.random.default_rng(0)
    years = [pd.DataFrame(rng.lognormal(3, 1.5, (400, 600)).round()) for _ in range(10)]
    arrays = [y.to_numpy() for y in years]
    both = [
        (
            timed(lambda: [bare(e) for e in arrays]),
            timed(lambda: [location_quotient(y) for y in years]),
        )
        for _ in range(RUNS)
    ]
    ratio = median(ours / alone for alone, ours in both)
    lines = [
        f"LQ 400 x 600 x 10 years: bare {median(b for b, _ in both):.3f} s, "
        f"ours {median(o for _, o in both):.3f} s, ratio {ratio:.2f}"
    ]
    try:
        from econcomplex import location_quotient as peer
    except ImportError:
        lines.append("econcomplex is not installed: no peer in this run")
    else:
        theirs = median(timed(lambda: [peer(y) for y in years]) for _ in range(3))
        lines.append(f"econcomplex {theirs:.3f} s")
    with capsys.disabled():
        print("\n" + "\n".join(lines))
    assert ratio <= 2.0


@pytest.mark.parametrize(("shape", "aim"), [((400, 600), 5.0), ((3000, 1000), 30.0)])
def test_monte_carlo_that_throws_the_plants(shape, aim, capsys):
    plants, jobs = plants_of(*shape)
    wall, cpu = time.perf_counter(), time.process_time()
    location_quotient_test(jobs, plants=plants, method="monte_carlo", draws=999)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    with capsys.disabled():
        print(
            f"\n999 draws, {shape[0]} x {shape[1]}, {len(plants):,} plants: "
            f"{wall:.1f} s ({cpu:.1f} s of one core)"
        )
    assert cpu <= aim


def test_roughness_of_all_industries(capsys):
    plants, jobs = plants_of(400, 600)
    counts = plants.groupby(["region", "industry"]).size().unstack(fill_value=0)
    total = counts.to_numpy().sum()
    expected = pd.DataFrame(
        np.outer(counts.sum(axis=1), counts.sum()) / total, counts.index, counts.columns
    )
    took = timed(lambda: overdispersion(counts, expected))
    with capsys.disabled():
        print(f"\nroughness of {jobs.shape[1]} industries, 400 regions: {took:.1f} s")
    assert took <= 30.0


def test_bounds_and_fillings(capsys):
    plants, jobs = plants_of(400, 90)
    rng = np.random.default_rng(1)
    totals = [(r, "TOTAL", v) for r, v in jobs.sum(axis=1).items()]
    totals += [("TOTAL", i, v) for i, v in jobs.sum().items()]
    counts = plants.groupby(["region", "industry"]).size().unstack(fill_value=0)
    economy = Economy(
        jobs.mask((rng.uniform(size=jobs.shape) < 0.1) & (jobs > 0)).astype(float),
        counts.astype(float),
        totals=pd.DataFrame(totals, columns=["region", "industry", "value"]),
    )
    bounds = timed(lambda: withheld_bounds(economy))
    cpu = time.process_time()
    filled = fill_withheld(economy, draws=20)
    cpu = time.process_time() - cpu
    with capsys.disabled():
        print(f"\nbounds {bounds:.2f} s; {filled}: {cpu:.2f} s of one core")
    assert cpu <= 10.0
