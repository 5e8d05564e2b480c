"""Colocation quotients by loops."""

from __future__ import annotations

import itertools
import math

import pytest
from tests.oracle.simulated_data import town

from clusterid.concentration import colocation_quotient


def test_colocation_quotient_by_loops() -> None:
    points = town(50, 10)
    found = colocation_quotient(points, draws=0).set_index(["industry", "other"])
    rows = points[["x", "y", "industry"]].to_numpy().tolist()
    sizes = points["industry"].value_counts()
    counts = dict.fromkeys(itertools.product("ABC", repeat=2), 0)
    for i, row in enumerate(rows):
        others = [
            (math.dist(row[:2], o[:2]), o[2]) for j, o in enumerate(rows) if j != i
        ]
        counts[row[2], min(others)[1]] += 1
    for (a, b), count in counts.items():
        expected = (sizes[b] - (a == b)) / (len(rows) - 1)
        value = count / sizes[a] / expected
        assert found.loc[(a, b), "quotient"] == pytest.approx(value)
