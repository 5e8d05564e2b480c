"""Speed of the indices: each against the bare work in the same run.

Run with ``pytest benchmarks/test_indices.py -m benchmark -s``. Ratios, not seconds, are
asserted, because they say the same on a busy machine; seconds are printed beside them.
"""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from clusterid.concentration import coagglomeration, ellison_glaeser, k_density

pytestmark = pytest.mark.benchmark

REPEATS = 7


def medians(*work: Callable[[], Any], repeats: int = REPEATS) -> list[float]:
    """Median seconds of each piece of work, taken in turns."""
    seconds: list[list[float]] = [[] for _ in work]
    for task in work:
        task()
    for _ in range(repeats):
        for kept, task in zip(seconds, work, strict=True):
            start = time.perf_counter()
            task()
            kept.append(time.perf_counter() - start)
    return [statistics.median(kept) for kept in seconds]


def economies(years: int, regions: int, industries: int) -> list[pd.DataFrame]:
    """Simulated employment of several years."""
    rng = np.random.default_rng(0)
    rows = [f"r{j:05d}" for j in range(regions)]
    columns = [f"i{k:04d}" for k in range(industries)]
    return [
        pd.DataFrame(
            np.ceil(rng.lognormal(3, 1.5, (regions, industries))), rows, columns
        )
        for _ in range(years)
    ]


def test_ellison_glaeser_against_bare_arrays() -> None:
    """400 regions x 600 industries x 10 years, with z and p."""
    from scipy.stats import norm

    years = economies(10, 400, 600)
    arrays = [year.to_numpy() for year in years]
    H = np.full(600, 0.01)
    herfindahl = pd.Series(H, years[0].columns)

    def bare() -> list[Any]:
        found = []
        for e in arrays:
            x = e.sum(axis=1) / e.sum()
            s = e / e.sum(axis=0)
            G = ((s - x[:, None]) ** 2).sum(axis=0)
            X, X3 = (x**2).sum(), (x**3).sum()
            gamma = (G - (1 - X) * H) / ((1 - X) * (1 - H))
            first, second = X - 2 * X3 + X**2, X - 4 * X3 + 3 * X**2
            z = (G - (1 - X) * H) / np.sqrt(2 * (H**2 * first - H**3 * second))
            found.append((gamma, z, norm.sf(z)))
        return found

    def ours() -> list[Any]:
        return [ellison_glaeser(year, herfindahl) for year in years]

    plain, full = medians(bare, ours)
    print(f"\nEllison-Glaeser 400 x 600 x 10: {full:.3f} s, {full / plain:.2f} x bare")
    np.testing.assert_allclose(ours()[0]["gamma"], bare()[0][0])
    assert full < 2 * plain


def test_coagglomeration_against_one_matrix_product() -> None:
    """All pairs of 1,000 industries over 3,000 regions."""
    jobs = economies(1, 3000, 1000)[0]
    e = jobs.to_numpy()
    deviation = e / e.sum(axis=0) - (e.sum(axis=1) / e.sum())[:, None]
    product, full = medians(
        lambda: np.matmul(deviation.T, deviation.copy()), lambda: coagglomeration(jobs)
    )
    print(f"\nCo-agglomeration 1000 of 3000: {full:.3f} s, {full / product:.2f} x A'B")
    assert full < 2 * product


def sites(n: int, towns: int, seed: int = 0) -> np.ndarray:
    """Simulated sites of a country of 900 x 650 km, half of them in towns."""
    rng = np.random.default_rng(seed)
    centre = rng.uniform([0, 0], [900, 650], (towns, 2))
    spread = rng.exponential(10, towns) + 3
    chosen = rng.choice(towns, n // 2, p=rng.dirichlet(np.ones(towns)))
    near = centre[chosen] + rng.normal(0, 1, (n // 2, 2)) * spread[chosen, None]
    xy = np.vstack([near, rng.uniform([0, 0], [900, 650], (n - n // 2, 2))])
    return np.clip(xy, 0, [900, 650])


def test_k_density_against_simulation() -> None:
    """One industry of 2,000 among 20,000 sites; 1,000 simulations scaled from 10."""
    rng = np.random.default_rng(1)
    points = pd.DataFrame(sites(20_000, 60), columns=["x", "y"])
    points["industry"] = "other"
    points.loc[rng.choice(20_000, 2_000, replace=False), "industry"] = "A"
    closed, simulated = medians(
        lambda: k_density(points, industry="A"),
        lambda: k_density(points, industry="A", null="simulation", draws=10),
        repeats=3,
    )
    ratio = simulated * 100 / closed
    cpu = time.process_time()
    k_density(points, industry="A")
    cpu = time.process_time() - cpu
    print(
        f"\nK-density 2,000 of 20,000: {closed:.2f} s ({cpu:.2f} s CPU); "
        f"simulation {ratio:.0f} x"
    )
    assert ratio > 10
    assert cpu < 2


@pytest.mark.slow
def test_k_density_of_a_whole_country() -> None:
    """300 industries, 3 million plants, bands for each: seconds and memory."""
    rng = np.random.default_rng(2)
    points = pd.DataFrame(sites(3_000_000, 400), columns=["x", "y"])
    share = rng.pareto(1.1, 300) + 0.02
    codes = np.array([f"I{k:03d}" for k in range(300)], dtype=object)
    points["industry"] = codes[rng.choice(300, 3_000_000, p=share / share.sum())]
    start, cpu = time.perf_counter(), time.process_time()
    found = k_density(points)
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"\n300 of 3 million: {wall:.0f} s ({cpu:.0f} s CPU), {gib:.2f} GiB")
    assert len(found.summary) == 300
    assert gib < 3
