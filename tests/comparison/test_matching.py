"""Likeness of fuzzy sets by hand."""

from __future__ import annotations

import numpy as np
import pytest

from clusterid.comparison import fuzzy_jaccard


def test_jaccard_by_hand():
    size = np.array([10.0, 30.0, 60.0])
    a, b = np.array([1.0, 0.5, 0.0]), np.array([0.0, 1.0, 1.0])
    assert fuzzy_jaccard(a, b, size) == pytest.approx(15 / 100)
    assert fuzzy_jaccard(a, a, size) == 1.0
    assert np.isnan(fuzzy_jaccard(a * 0, a * 0, size))
