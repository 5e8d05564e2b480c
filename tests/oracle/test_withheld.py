"""Bounds of withheld cells, one programme a bound."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from clusterid.concentration import withheld_bounds
from clusterid.tables import Economy


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
