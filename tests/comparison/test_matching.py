"""Likeness of fuzzy sets by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.monitoring.planted import as_candidates

from clusterid.comparison import fuzzy_jaccard
from clusterid.comparison._matching import match


def test_jaccard_by_hand():
    size = np.array([10.0, 30.0, 60.0])
    a, b = np.array([1.0, 0.5, 0.0]), np.array([0.0, 1.0, 1.0])
    assert fuzzy_jaccard(a, b, size) == pytest.approx(15 / 100)
    assert fuzzy_jaccard(a, a, size) == 1.0
    assert np.isnan(fuzzy_jaccard(a * 0, a * 0, size))


def test_a_cluster_in_a_corner_of_a_place_does_not_cover_it():
    counts = pd.DataFrame(50.0, index=list("rstu"), columns=["A", "B"])
    clusters = pd.DataFrame(
        {"regions": ["r"], "industries": ["A"], "label_en": ["a"], "grade": ["C"]},
        index=["C1"],
    )
    pairs = pd.DataFrame({"field": "f", "positions": [(0,), (0, 1, 2), (3,)]})
    weights = pd.DataFrame({"f": [1.0, 0.0]}, index=["A", "B"])
    steps = np.abs(np.subtract.outer(np.arange(4), np.arange(4)))
    candidates = as_candidates(clusters)
    found = match(pairs, weights, candidates, counts, steps, 2)
    assert found.score.tolist() == [[1, 0, 0], [1, 1, 0], [1, 1, 0]]
    assert found.grades("grade", 0, candidates).tolist() == ["C", "", ""]
    assert found.named["C1"].tolist() == [1, 1, 1]
    # it holds a region of the place all the same
    assert found.grades("grade", None, candidates).tolist() == ["C", "C", ""]
    assert found.inside_score.tolist() == [1, 1, 0]
