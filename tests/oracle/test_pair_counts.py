"""Pairs of a raster against exact pairs."""

from __future__ import annotations

import numpy as np
import pytest
from tests.oracle.simulated_data import town

from clusterid.concentration.distances._pair_counts import exact_counts, make_raster
from clusterid.concentration.distances._points import read_points


def test_raster_agrees_with_exact_pairs_within_the_rounding() -> None:
    points = town(800, 4)
    data = read_points(points, None)
    width, n_bins = 2.0, 30
    exact = exact_counts(data.xy, width, n_bins, is_geographic=False)
    raster = make_raster(data.xy, 0.25, width, n_bins)
    other = raster.counts(data.xy)
    # cells of an eighth of a bin: a point is at most 0.18 off, a pair 0.35
    total = exact.pairs.sum()
    assert np.abs(exact.pairs - other.pairs).max() < 0.003 * total
    np.testing.assert_allclose(other.products, exact.products, rtol=0.2, atol=2e3)
    own = data.of("A")
    pairs = raster.pairs(data.xy[own], data.weight[own])
    assert pairs.sum() == pytest.approx(
        exact_counts(data.xy[own], width, n_bins, is_geographic=False).pairs.sum(),
        rel=0.01,
    )
    # on cell middles themselves the two are equal
    middle = data.xy // 1 + 0.5
    exact = exact_counts(middle, 1.0, 40, is_geographic=False)
    other = make_raster(middle, 1.0, 1.0, 40).counts(middle)
    np.testing.assert_allclose(other.pairs, exact.pairs, atol=1e-6)
    np.testing.assert_allclose(other.products, exact.products, atol=1e-6)
