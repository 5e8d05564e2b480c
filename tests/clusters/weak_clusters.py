"""An economy whose clusters are weak, and how well they are found."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from shapely.geometry import box

from clusterid.tables import Economy

SIDE = 12


def grid() -> gpd.GeoDataFrame:
    codes = [f"R{i:03d}" for i in range(SIDE * SIDE)]
    shapes = [
        box(i % SIDE, i // SIDE, i % SIDE + 1, i // SIDE + 1) for i in range(SIDE**2)
    ]
    return gpd.GeoDataFrame(index=codes, geometry=shapes, crs="EPSG:25832")


def queen(side: int) -> csr_array:
    at = np.array([(i % side, i // side) for i in range(side * side)])
    apart = np.abs(at[:, None] - at[None, :]).max(axis=2)
    return csr_array((apart == 1).astype(float))


def counts_of(
    seed: int, *, groups: int = 6, side: int = 14, lq: float = 3.0, in_groups=3
):
    """Return counts, means, truth and neighbours; clusters of 1, 2 and 4 regions."""
    rng = np.random.default_rng(seed)
    n = side * side
    mean = np.exp(rng.normal(1.6, 0.7, (n, groups)))
    truth = np.zeros((n, groups), dtype=bool)
    for g in range(in_groups):
        for shape in ([0], [0, 1], [0, 1, side, side + 1]):
            start = int(rng.integers(0, side - 2)) * side + int(
                rng.integers(0, side - 2)
            )
            truth[[start + step for step in shape], g] = True
    count = rng.poisson(mean * np.where(truth, lq, 1.0)).astype(float)
    return count, mean, truth, queen(side)


def weak(seed: int, lq: float = 2.3) -> tuple[Economy, pd.DataFrame, np.ndarray]:
    """Return an economy whose clusters are too weak for most gates, and its truth."""
    _, mean, truth, _ = counts_of(seed, groups=10, side=SIDE, in_groups=10)
    codes = [f"{g:02d}" for g in range(10)]
    regions = [f"R{i:03d}" for i in range(SIDE * SIDE)]
    rest = (mean.mean(axis=1) * 400).round()
    # a common size by region, so that the dartboard is the right expectation
    rate = 6 * (rest / rest.mean())[:, None] * np.where(truth, lq, 1.0)
    count = np.random.default_rng(seed).poisson(rate).astype(float)
    plants = pd.DataFrame(count, index=regions, columns=codes).assign(rest=rest)
    groups = pd.DataFrame(np.eye(10), index=codes, columns=codes)
    return Economy(employment=plants * 15, establishments=plants), groups, truth
