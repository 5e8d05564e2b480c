"""Economies with a known truth, as tables of plants and jobs. Everything simulated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import box

from clusterid.tables import Economy

SIDE = 20
GROUPS = 11
SHAPES = {1: [(0, 0)], 2: [(0, 0), (1, 0)], 4: [(0, 0), (1, 0), (0, 1), (1, 1)]}


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is planted: quotient, plants a group, roughness, spread of region sizes."""

    name: str
    lq: float
    plants: int
    roughness: float = 0.0
    size_sd: float = 0.0


#: The three acceptance points (plants in the planted cell), then harder ground.
SCENARIOS = (
    Scenario("LQ 2, 75 plants in the cell", 2, round(75 / 2 * SIDE**2)),
    Scenario("LQ 3, 30 plants in the cell", 3, round(30 / 3 * SIDE**2)),
    Scenario("LQ 5, 20 plants in the cell", 5, round(20 / 5 * SIDE**2)),
    Scenario("LQ 2, 3,200 plants, unequal regions", 2, 3200, 0.0, 0.8),
    Scenario("LQ 3, 3,200 plants, unequal regions", 3, 3200, 0.0, 0.8),
    Scenario("LQ 5, 3,200 plants, unequal regions", 5, 3200, 0.0, 0.8),
    Scenario("LQ 3, 3,200 plants, unequal, rough 0.2", 3, 3200, 0.2, 0.8),
    Scenario("LQ 5, 3,200 plants, unequal, rough 0.4", 5, 3200, 0.4, 0.8),
)


def shapes() -> gpd.GeoDataFrame:
    """Return a grid of square regions."""
    codes = [f"R{i:03d}" for i in range(SIDE**2)]
    squares = [
        box(i % SIDE, i // SIDE, i % SIDE + 1, i // SIDE + 1) for i in range(SIDE**2)
    ]
    frame = gpd.GeoDataFrame({"name": codes}, geometry=squares, index=codes, crs=25832)
    frame.index.name = "region"
    return frame


def draws(
    scenario: Scenario, replicates: int, seed: int
) -> Iterator[tuple[Economy, np.ndarray, pd.DataFrame]]:
    """Yield economy, truth (regions x groups) and weights of groups.

    Each group is one industry with three planted clusters of 1, 2 and 4 regions; plant
    sizes are log-normal with sd 1.6.
    """
    n = SIDE**2
    codes = [f"{g:02d}" for g in range(GROUPS)]
    regions = [f"R{i:03d}" for i in range(n)]
    groups = pd.DataFrame(np.eye(GROUPS), index=codes, columns=codes)
    for rng in np.random.default_rng(seed).spawn(replicates):
        weight = np.exp(scenario.size_sd * rng.normal(size=n))
        weight /= weight.sum()
        plants, jobs = np.zeros((n, GROUPS)), np.zeros((n, GROUPS))
        truth = np.zeros((n, GROUPS), dtype=bool)
        for g in range(GROUPS):
            p = weight * np.exp(scenario.roughness * rng.normal(size=n))
            p /= p.sum()
            if scenario.lq > 1:
                for extent in (1, 2, 4):
                    x, y = rng.integers(1, SIDE - 2, 2)
                    for dx, dy in SHAPES[extent]:
                        truth[(y + dy) * SIDE + x + dx, g] = True
                inside = truth[:, g]
                target = scenario.lq * p[inside]
                p[~inside] *= max(0.1, 1 - target.sum()) / p[~inside].sum()
                p[inside] = target
                p /= p.sum()
            plants[:, g] = rng.multinomial(scenario.plants, p)
            where = np.repeat(np.arange(n), plants[:, g].astype(int))
            sizes = np.ceil(np.exp(rng.normal(1.0, 1.6, len(where))))
            jobs[:, g] = np.bincount(where, sizes, n)
        # the rest of the economy follows the regions' sizes and is not tested
        rest = rng.poisson(weight * 200_000).astype(float)
        table = pd.DataFrame(jobs, index=regions, columns=codes).assign(rest=rest * 13)
        counts = pd.DataFrame(plants, index=regions, columns=codes).assign(rest=rest)
        yield Economy(employment=table, establishments=counts), truth, groups
