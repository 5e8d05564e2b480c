"""One giant plant in an ordinary cell: is it taken for a concentration of plants."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from clusterid.clusters import identify_clusters
from clusterid.tables import Economy
from validation.grades._economies import Bools, Drawn, designs, drawn
from validation.grades._found import claimed

__all__ = ["QUOTIENTS", "SETTINGS", "giant_jobs", "giants", "with_giants"]

QUOTIENTS = (3.0, 10.0, 30.0)
#: A cell is ordinary at this real rate or below.
ORDINARY = 1.3
#: Giants in one economy: as many as change little in the others.
GIANTS = 8
#: Regions, plants a region, roughness.
SETTINGS = tuple(product((12, 40, 150, 400), (500, 5_000), (0.0, 0.4)))


def giants(
    replicates: int, seed: int, settings: Sequence[tuple[Any, ...]] = SETTINGS
) -> dict[str, pd.DataFrame]:
    """Return how many single giants are called A or B, sizes unknown and known.

    ``before``: so called in the same cells before the giants came.
    """
    rows = []
    for number, (regions, _, _), design in designs(settings, seed):
        for k, made in enumerate(drawn(design, replicates, (seed, number))):
            rng = np.random.default_rng((seed, number, k))
            before = _called(made, made.economy)
            for lq in QUOTIENTS:
                for sizes, economy, where in with_giants(made, lq, rng):
                    called = _called(made, economy)
                    rows.append({
                        "quotient of jobs": lq,
                        "plant sizes": sizes,
                        "regions": regions,
                        "giants": int(where.sum()),
                        "A or B": int((called & where).sum()),
                        "before": int((before & where).sum()),
                    })
    table = pd.DataFrame(rows)
    return {
        "grades: giants": _summed(table, ["quotient of jobs", "plant sizes"]),
        "grades: giants by regions": _summed(table, ["regions", "plant sizes"]),
    }


def _summed(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    sums = table.groupby(by)[["giants", "A or B", "before"]].sum()
    sums["share A or B"] = sums["A or B"] / sums["giants"].where(sums["giants"] > 0)
    return sums


def _called(made: Drawn, economy: Economy) -> Bools:
    found = identify_clusters(
        economy, made.templates, made.design.regions, graph=made.graph
    )
    return claimed(found, economy, ("A", "B"))


def with_giants(
    made: Drawn, lq: float, rng: np.random.Generator
) -> Iterator[tuple[str, Economy, Bools]]:
    """Yield the economy with giants, sizes unknown and known, and where they stand.

    Each stands in an industry and a region of its own, in an ordinary cell with plants.
    """
    jobs = made.economy.employment.to_numpy(copy=True)
    assert made.economy.establishments is not None
    plants = made.economy.establishments.to_numpy(copy=True)
    largest = made.largest.to_numpy(copy=True)
    where = np.zeros(jobs.shape, dtype=bool)
    ordinary = (made.rate <= ORDINARY) & (plants > 0)
    n = min(GIANTS, max(1, len(jobs) // 4))
    for i in rng.permutation(len(jobs))[:n]:
        free = np.flatnonzero(ordinary[i] & ~where.any(axis=0))
        if not len(free):
            continue
        k = int(rng.choice(free))
        size = giant_jobs(jobs, int(i), k, lq)
        if not np.isfinite(size):
            continue
        jobs[i, k] += size
        plants[i, k] += 1
        largest[i, k] = max(largest[i, k], size)
        where[i, k] = True
    frame = {"index": made.economy.regions, "columns": made.economy.industries}
    economy = Economy(pd.DataFrame(jobs, **frame), pd.DataFrame(plants, **frame))
    yield "unknown", economy, where
    yield (
        "known",
        replace(economy, largest_plant=pd.DataFrame(largest, **frame)),
        where,
    )


def giant_jobs(jobs: Any, i: int, k: int, lq: float) -> float:
    """Return the jobs that lift a cell's quotient to ``lq``; NaN where none can."""
    cell, industry = jobs[i, k], jobs[:, k].sum()
    region, everything = jobs[i].sum(), jobs.sum()

    def quotient(extra: float) -> float:
        share = (cell + extra) / (industry + extra)
        return float(share * (everything + extra) / (region + extra))

    low, high = 0.0, 1.0
    if quotient(low) >= lq:
        return float("nan")
    while quotient(high) < lq:
        # a giant as large as the region's own industry mix allows
        high *= 2
        if high > everything:
            return float("nan")
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if quotient(middle) < lq else (low, middle)
    return float(np.ceil(high))
