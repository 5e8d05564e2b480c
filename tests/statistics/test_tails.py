"""What chance expects of a value, and how often it reaches it."""

from __future__ import annotations

import numpy as np

from clusterid.statistics import upper_tail


def test_a_tail_counts_the_observed_value_and_ties() -> None:
    draws = np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0]])
    found = upper_tail(np.array([3.0, 6.0]), draws)
    assert found.p_value.tolist() == [0.5, 0.25]
    assert found.expected.tolist() == [2.0, 5.0]
    assert found.lower[1] == found.upper[1] == 5.0
    # equal but for rounding is as large
    assert upper_tail(0.3, np.array([0.1 + 0.2 - 1e-15])).p_value == 1.0
