"""Curveball visits all tables of the same margins."""

from __future__ import annotations

import itertools

import numpy as np
from scipy import stats

from clusterid import networks as nw


def test_curveball_keeps_both_margins_and_visits_all_tables() -> None:
    table = np.array([[1, 1, 0], [1, 0, 1], [0, 0, 1]], dtype=float)
    seen: dict[tuple[float, ...], int] = {}
    for seed in range(600):
        drawn = nw.curveball(table, seed=seed).toarray()
        assert (drawn.sum(axis=0) == table.sum(axis=0)).all()
        assert (drawn.sum(axis=1) == table.sum(axis=1)).all()
        key = tuple(drawn.ravel())
        seen[key] = seen.get(key, 0) + 1
    possible = [
        t
        for t in itertools.product((0.0, 1.0), repeat=9)
        if (np.reshape(t, (3, 3)).sum(axis=0) == table.sum(axis=0)).all()
        and (np.reshape(t, (3, 3)).sum(axis=1) == table.sum(axis=1)).all()
    ]
    assert set(seen) == set(possible)
    expected = 600 / len(possible)
    chi2 = sum((n - expected) ** 2 / expected for n in seen.values())
    assert stats.chi2.sf(chi2, len(possible) - 1) > 1e-4
