"""Edge correction by many small steps."""

from __future__ import annotations

import numpy as np
import pytest

from clusterid.concentration.distances._edge_correction import edges_of, share_inside


def test_edge_correction_by_many_small_steps() -> None:
    """The share of a circle inside a polygon with a hole, by 20,000 points on it."""
    import shapely

    polygon = shapely.Polygon(
        [(0, 0), (10, 0), (10, 6), (5, 4), (0, 9)],
        holes=[[(2, 2), (3, 2), (3, 3), (2, 3)]],
    )
    rng = np.random.default_rng(8)
    centre = np.array([[1.0, 1.0], [9.0, 5.0], [5.0, 3.5], [0.5, 8.0], [4.0, 1.0]])
    radius = rng.uniform(0.5, 6.0, len(centre))
    angle = (np.arange(20_000) + 0.5) / 20_000 * 2 * np.pi
    found = share_inside(centre, radius, edges_of(polygon))
    for c, r, share in zip(centre, radius, found, strict=True):
        x, y = c[0] + r * np.cos(angle), c[1] + r * np.sin(angle)
        slow = shapely.contains_xy(polygon, x, y).mean()
        assert share == pytest.approx(slow, abs=3e-4)
