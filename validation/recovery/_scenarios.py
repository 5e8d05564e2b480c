"""Economies with a known truth, as tables of plants and jobs. Everything simulated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import box

from clusterid.tables import Economy, contiguity

SIDE = 20
GROUPS = 11
SHAPES = {1: [(0, 0)], 2: [(0, 0), (1, 0)], 4: [(0, 0), (1, 0), (0, 1), (1, 1)]}
#: Industries of a template: the default asks for at least two members.
INDUSTRIES = 3
#: Seeds below this were used for tuning, by whoever tuned; the report judges with it.
JUDGING_SEED = 1000


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is planted: quotient, plants a group, roughness, spread of region sizes.

    ``industries`` are the industries a group's plants are split into, ``extents`` the
    regions of the clusters of a group, ``planted`` how many groups have any.
    """

    name: str
    lq: float
    plants: int
    roughness: float = 0.0
    size_sd: float = 0.0
    industries: int = 1
    extents: tuple[int, ...] = (1, 2, 4)
    planted: int = GROUPS


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
    Scenario("LQ 3, 800 plants, unequal regions", 3, 800, 0.0, 0.8),
    Scenario("LQ 5, 800 plants, unequal regions", 5, 800, 0.0, 0.8),
    Scenario("LQ 2, 12,800 plants, unequal regions", 2, 12_800, 0.0, 0.8),
    Scenario("LQ 3, 12,800 plants, unequal regions", 3, 12_800, 0.0, 0.8),
    Scenario("LQ 3, 12,800 plants, unequal, rough 0.2", 3, 12_800, 0.2, 0.8),
    Scenario("LQ 3, 12,800 plants, unequal, rough 0.4", 3, 12_800, 0.4, 0.8),
    Scenario("LQ 5, 12,800 plants, unequal, rough 0.4", 5, 12_800, 0.4, 0.8),
    Scenario(
        "LQ 3, 3,200 plants, unequal, sparse",
        3, 3200, 0.0, 0.8, extents=(2,), planted=3,
    ),
)  # fmt: skip


@lru_cache(maxsize=1)
def shapes() -> gpd.GeoDataFrame:
    """Return a grid of square regions."""
    codes = [f"R{i:03d}" for i in range(SIDE**2)]
    squares = [
        box(i % SIDE, i // SIDE, i % SIDE + 1, i // SIDE + 1) for i in range(SIDE**2)
    ]
    frame = gpd.GeoDataFrame({"name": codes}, geometry=squares, index=codes, crs=25832)
    frame.index.name = "region"
    return frame


@lru_cache(maxsize=1)
def neighbours() -> Any:
    """Return the neighbourhood graph of the grid."""
    return contiguity(shapes())


def draws(
    scenario: Scenario, replicates: int, seed: int
) -> Iterator[tuple[Economy, np.ndarray, pd.DataFrame]]:
    """Yield economy, truth (regions x groups) and weights of groups.

    Each group has planted clusters of 1, 2 and 4 regions; plant sizes are log-normal
    with sd 1.6. Splitting a group into several industries moves no plant.
    """
    n, k = SIDE**2, scenario.industries
    names = [f"{g:02d}" for g in range(GROUPS)]
    codes = names if k == 1 else [f"{g}{chr(97 + i)}" for g in names for i in range(k)]
    regions = [f"R{i:03d}" for i in range(n)]
    groups = pd.DataFrame(
        np.repeat(np.eye(GROUPS), k, axis=0), index=codes, columns=names
    )
    for rng in np.random.default_rng(seed).spawn(replicates):
        split = rng.spawn(1)[0]
        weight = np.exp(scenario.size_sd * rng.normal(size=n))
        weight /= weight.sum()
        plants, jobs = np.zeros((n, GROUPS, k)), np.zeros((n, GROUPS, k))
        truth = np.zeros((n, GROUPS), dtype=bool)
        for g in range(GROUPS):
            p = weight * np.exp(scenario.roughness * rng.normal(size=n))
            p /= p.sum()
            if scenario.lq > 1 and g < scenario.planted:
                for extent in scenario.extents:
                    x, y = rng.integers(1, SIDE - 2, 2)
                    for dx, dy in SHAPES[extent]:
                        truth[(y + dy) * SIDE + x + dx, g] = True
                inside = truth[:, g]
                target = scenario.lq * p[inside]
                p[~inside] *= max(0.1, 1 - target.sum()) / p[~inside].sum()
                p[inside] = target
                p /= p.sum()
            counts = rng.multinomial(scenario.plants, p)
            where = np.repeat(np.arange(n), counts)
            sizes = np.ceil(np.exp(rng.normal(1.0, 1.6, len(where))))
            cell = where * k + split.integers(0, k, len(where))
            plants[:, g] = np.bincount(cell, minlength=n * k).reshape(n, k)
            jobs[:, g] = np.bincount(cell, sizes, n * k).reshape(n, k)
        # the rest of the economy follows the regions' sizes and is not tested
        rest = rng.poisson(weight * 200_000).astype(float)
        table = pd.DataFrame(jobs.reshape(n, -1), index=regions, columns=codes)
        counted = pd.DataFrame(plants.reshape(n, -1), index=regions, columns=codes)
        yield (
            Economy(
                employment=table.assign(rest=rest * 13),
                establishments=counted.assign(rest=rest),
            ),
            truth,
            groups,
        )
