"""Regions on a grid, and tables in which a cluster is planted."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterid.communities import given_templates

SIDE = 12


def simulated(
    seed: int,
    *,
    planted: tuple[str, list[int], float] | None = None,
    roughness: float = 0.0,
):
    rng = np.random.default_rng(seed)
    n, codes = SIDE * SIDE, [f"{i:02d}" for i in range(24)]
    template = {code: f"T{int(code) % 6:02d}" for code in codes}
    size = np.exp(rng.normal(0, 0.8, n))
    counts = np.zeros((n, len(codes)))
    jobs = np.zeros_like(counts)
    for i, code in enumerate(codes):
        rate = size * np.exp(rng.normal(0, roughness, n)) if roughness else size.copy()
        if planted and template[code] == planted[0]:
            rate[planted[1]] *= planted[2]
        counts[:, i] = rng.multinomial(3000, rate / rate.sum())
        sizes = np.exp(rng.normal(2.5, 1.3, 3000))
        jobs[:, i] = np.bincount(
            np.repeat(np.arange(n), counts[:, i].astype(int)), sizes, n
        ).round()
    regions = [f"R{i:03d}" for i in range(n)]
    long = pd.DataFrame({
        "region": np.repeat(regions, len(codes)),
        "industry": np.tile(codes, n),
        "employment": jobs.ravel(),
        "establishments": counts.ravel(),
    })
    return long, given_templates(template)


PLANTED = [65, 66, 77, 78]
