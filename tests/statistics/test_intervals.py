"""Intervals of shares: the published values, the edges, arrays."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from clusterid.statistics import wilson


@pytest.mark.parametrize(("hits", "n"), [(0, 10), (1, 10), (5, 10), (10, 10), (3, 77)])
@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_equals_scipy(hits: int, n: int, level: float) -> None:
    expected = binomtest(hits, n).proportion_ci(level, method="wilson")
    found = wilson(hits / n, n, level)
    np.testing.assert_allclose(found, [expected.low, expected.high], atol=1e-12)


def test_without_cases_nothing_is_known_and_limits_are_shares() -> None:
    lower, upper = wilson(np.array([np.nan, 0.0, 1.0]), np.array([0, 4, 4]))
    assert np.isnan(lower[0])
    assert np.isnan(upper[0])
    assert lower[1] == 0.0
    assert upper[2] == 1.0
