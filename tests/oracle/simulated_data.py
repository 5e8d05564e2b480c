"""Simulated data, and sums over them with plain loops.

The tests of this folder loop over regions, industries and plants as the papers write
them: no array tricks, so that a slip in the fast code and a slip here are unlikely to
be the same one.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd


def town(n: int, seed: int) -> pd.DataFrame:
    """Simulated sites: half in a few towns, half anywhere."""
    rng = np.random.default_rng(seed)
    centre = rng.uniform(0, 100, (4, 2))
    half = n // 2
    near = centre[rng.integers(0, 4, half)] + rng.normal(0, 4, (half, 2))
    xy = np.vstack([near, rng.uniform(0, 100, (n - half, 2))])
    points = pd.DataFrame(np.clip(xy, 0, 100), columns=["x", "y"])
    points["industry"] = rng.choice(list("ABC"), n, p=[0.3, 0.2, 0.5])
    points["employment"] = np.ceil(rng.lognormal(1, 1, n))
    return points


def density(r: float, pairs: list[tuple[float, float]], h: float) -> float:
    """K(r) from (distance, weight) of pairs, as the formula has it."""
    total = sum(w for _, w in pairs)
    value = 0.0
    for d, w in pairs:
        for sign in (1, -1):
            u = (r - sign * d) / h
            value += w * math.exp(-(u**2) / 2) / math.sqrt(2 * math.pi)
    return value / (total * h)


def shares(jobs: pd.DataFrame) -> tuple[dict, dict, dict]:
    """s_ij, x_j and w_ij by name, with plain loops."""
    e = {(j, i): float(jobs.loc[j, i]) for j in jobs.index for i in jobs.columns}
    total = sum(e.values())
    of_region = {j: sum(e[j, i] for i in jobs.columns) for j in jobs.index}
    of_industry = {i: sum(e[j, i] for j in jobs.index) for i in jobs.columns}
    s = {(j, i): e[j, i] / of_industry[i] for j, i in e}
    w = {(j, i): e[j, i] / of_region[j] for j, i in e}
    x = {j: of_region[j] / total for j in jobs.index}
    return s, x, w


def tables_of(plants):
    group = plants.groupby(["region", "industry"])["employment"]
    return group.sum().unstack(fill_value=0.0), group.size().unstack(fill_value=0)
