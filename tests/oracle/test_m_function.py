"""The M function by loops."""

from __future__ import annotations

import math

import pytest
from tests.oracle.simulated_data import town

from clusterid.concentration import m_function


def test_m_function_by_loops() -> None:
    points = town(60, 7)
    radii = [5.0, 20.0]
    found = m_function(points, industry="A", weight="employment", radii=radii)["m"]
    rows = points[["x", "y", "industry", "employment"]].to_numpy().tolist()
    total = sum(row[3] for row in rows)
    of_type = sum(row[3] for row in rows if row[2] == "A")
    for r, m in zip(radii, found, strict=True):
        above = below = 0.0
        for i, (x, y, industry, w) in enumerate(rows):
            if industry != "A":
                continue
            near = [
                row
                for j, row in enumerate(rows)
                if j != i and math.dist((x, y), row[:2]) <= r
            ]
            if near:
                everyone = sum(row[3] for row in near)
                above += sum(row[3] for row in near if row[2] == "A") / everyone
                below += (of_type - w) / (total - w)
        assert m == pytest.approx(above / below, rel=1e-10)
