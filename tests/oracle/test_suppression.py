"""What can be computed of held cells, by vertices: no linear programme, no lattice."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from clusterid.disclosure import audit


def vertices(sums, value):
    """Every table of numbers, 0 or more, at a corner of what is published."""
    right = sums @ value
    n = len(value)
    rank = np.linalg.matrix_rank(sums) if len(sums) else 0
    for chosen in combinations(range(n), rank):
        part = sums[:, list(chosen)]
        if np.linalg.matrix_rank(part) < rank:
            continue
        corner = np.zeros(n)
        corner[list(chosen)] = np.linalg.lstsq(part, right, rcond=None)[0]
        if (corner > -1e-9).all() and np.allclose(sums @ corner, right):
            yield corner


def published_sums(held, trees):
    """Rows of 0 and 1 over the held cells, one for every published sum, literally."""
    n, m = held.shape
    cells = [(i, j) for i in range(n) for j in range(m) if held[i, j]]
    regions = [[i] for i in range(n)] + [list(range(n))] + trees[0]
    industries = [[j] for j in range(m)] + [list(range(m))] + trees[1]
    rows = []
    for inside in regions:
        for below in industries:
            if len(inside) == 1 and len(below) == 1:
                continue
            row = [float(i in inside and j in below) for i, j in cells]
            if any(row):
                rows.append(row)
    return cells, np.unique(np.array(rows), axis=0)


@pytest.mark.parametrize("groups", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_intervals_are_the_extremes_of_all_corners(seed, groups):
    rng = np.random.default_rng(seed)
    jobs = rng.integers(1, 60, (4, 4)).astype(float)
    held = rng.uniform(size=jobs.shape) < 0.6
    trees = ([[0, 1]], [[0, 1], [2, 3]]) if groups else ([], [])
    cells, sums = published_sums(held, trees)
    value = np.array([jobs[cell] for cell in cells])
    corners = np.array(list(vertices(sums, value)))
    index, columns = list("rstu"), list("ABCD")
    hierarchies = {
        "region": pd.Series({"r": "R", "s": "R"}),
        "industry": pd.Series({"A": "X", "B": "X", "C": "Y", "D": "Y"}),
    }
    found = audit(
        pd.DataFrame(jobs, index, columns),
        held=pd.DataFrame(held, index, columns),
        hierarchies=hierarchies if groups else None,
        method="exact",
    ).table
    assert len(found) == len(cells) > 4
    for k, (i, j) in enumerate(cells):
        row = found[(found["region"] == index[i]) & (found["industry"] == columns[j])]
        assert row["lower"].iloc[0] == pytest.approx(corners[:, k].min(), abs=1e-5)
        assert row["upper"].iloc[0] == pytest.approx(corners[:, k].max(), abs=1e-5)
        near = 0.1 * jobs[i, j]
        open_ = (
            jobs[i, j] - corners[:, k].min() >= near - 1e-6
            and corners[:, k].max() - jobs[i, j] >= near - 1e-6
        )
        assert row["protected"].iloc[0] == open_
