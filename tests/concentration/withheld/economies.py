"""Simulated economies with withheld cells, and the ranges that offices publish."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterid.tables import Economy

EDGES = [0, 20, 100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000]


def published_range(values):
    """Return the published range of each value, as official tables give it."""
    at = np.searchsorted(EDGES, values, side="right")
    low = np.array(EDGES)[at - 1]
    high = np.array([*EDGES[1:], np.inf])[at - 1] - 1.0
    return low.astype(float), high


def simulated(seed=0, shape=(12, 18), withheld=0.35, two_sided=True):
    """Return a simulated economy with groups on one side and its truth."""
    rng = np.random.default_rng(seed)
    n_regions, n_industries = shape
    codes = [f"{k // 6}{k // 3 % 2}{k % 3}" for k in range(n_industries)]
    plants = rng.poisson(rng.lognormal(1.0, 1.0, shape))
    sizes = rng.lognormal(2.5, 1.0, n_industries)
    jobs = np.round(plants * sizes * rng.lognormal(0.0, 0.4, shape))
    truth = pd.DataFrame(jobs, [f"r{k:02}" for k in range(n_regions)], codes)
    hidden = (rng.uniform(size=shape) < withheld) & (plants > 0)
    low, high = published_range(jobs)
    industry = {code: code[:2] for code in codes}
    industry |= {code[:2]: code[0] for code in codes}
    rows = []
    for group in sorted({*industry.values()}):
        inside = [c for c in codes if c.startswith(group)]
        for region in truth.index:
            if rng.uniform() < 0.7:
                rows.append((region, group, truth.loc[region, inside].sum()))
        if two_sided:
            rows.append(("TOTAL", group, truth[inside].to_numpy().sum()))
    rows += [(region, "TOTAL", truth.loc[region].sum()) for region in truth.index]
    if two_sided:
        rows += [("TOTAL", code, truth[code].sum()) for code in codes]
    economy = Economy(
        employment=truth.mask(hidden),
        establishments=pd.DataFrame(plants, truth.index, truth.columns).astype(float),
        lower=pd.DataFrame(low, truth.index, truth.columns),
        upper=pd.DataFrame(high, truth.index, truth.columns),
        totals=pd.DataFrame(rows, columns=["region", "industry", "value"]),
        hierarchies={"industry": pd.Series(industry)},
    )
    return economy, truth
