"""Every cell once, at the level that describes it best."""

from __future__ import annotations

import numpy as np
import pytest

from clusterid.clusters._report_once import ratio, report_once


def test_the_ratio_is_that_of_a_poisson_count():
    n, mu = np.array([0.0, 30.0, 10.0, 4.0]), np.array([2.0, 10.0, 10.0, 0.0])
    expected = [2.0, 30 * np.log(3) - 20, 0.0, 0.0]
    assert ratio(n, mu).tolist() == pytest.approx(expected)


def test_what_overlaps_a_better_row_of_its_region_is_not_reported():
    regions = np.array([0, 0, 0, 1, 0])
    order = np.array([[1.0, -5], [0, -1], [0, -9], [0, -2], [2, -99]])
    masks = [0b0110, 0b0010, 0b0001, 0b0110, 0b1000]
    chosen = report_once(regions, order, masks)
    assert chosen.tolist() == [False, True, True, True, True]


def test_the_order_of_rows_does_not_matter():
    rng = np.random.default_rng(2)
    n = 200
    regions = rng.integers(0, 9, n)
    order = np.column_stack([rng.integers(0, 3, n), np.arange(n)]).astype(float)
    masks = [int(m) for m in rng.integers(1, 2**10, n)]
    first = report_once(regions, order, masks)
    mixed = rng.permutation(n)
    again = report_once(regions[mixed], order[mixed], [masks[i] for i in mixed])
    assert (first[mixed] == again).all()
    # no industry of a region twice
    for region in range(9):
        total = sum(masks[i] for i in np.flatnonzero(first & (regions == region)))
        union = 0
        for i in np.flatnonzero(first & (regions == region)):
            union |= masks[i]
        assert total == union


def test_of_nothing_nothing_is_reported():
    assert report_once(np.zeros(0, dtype=int), np.zeros((0, 2)), []).tolist() == []
