"""P-values of drawn samples and ratios where there is something to divide by."""

from __future__ import annotations

import numpy as np
import pytest

from clusterid.statistics import over_positive, permutation_p, two_sided


def test_a_drawn_p_value_is_never_zero() -> None:
    p = permutation_p(np.array([0, 99, 999]), 999)
    np.testing.assert_allclose(p, [0.001, 0.1, 1.0])


@pytest.mark.parametrize(
    ("alternative", "expected"),
    [("greater", [0.2, 0.9]), ("less", [0.85, 0.8]), ("two-sided", [0.4, 1.0])],
)
def test_the_tail_that_is_asked_for(alternative: str, expected: list[float]) -> None:
    greater, less = np.array([0.2, 0.9]), np.array([0.85, 0.8])
    np.testing.assert_allclose(two_sided(greater, less, alternative), expected)


def test_nothing_is_divided_by_nothing() -> None:
    found = over_positive([1.0, 2.0, np.nan, 4.0], [2.0, 0.0, 1.0, np.nan])
    np.testing.assert_array_equal(found, [0.5, np.nan, np.nan, np.nan])
    assert over_positive([[1.0], [3.0]], [0.0, 2.0], otherwise=0.0).tolist() == [
        [0.0, 0.5],
        [0.0, 1.5],
    ]
