"""Moments of the colocation index by enumeration."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from clusterid.concentration import colocation_index


@pytest.mark.parametrize("null", ["pair", "all"])
def test_colocation_moments_by_enumeration(null: str) -> None:
    """Every labelling of seven plants: mean and variance of CL exactly."""
    regions = ["X", "X", "X", "Y", "Y", "Z", "Z"]
    labels = ["A", "A", "B", "A", "B", "C", "C"]
    table = pd.crosstab(pd.Series(regions), pd.Series(labels))
    found = colocation_index(table, null=null)  # type: ignore[arg-type]
    row = found.set_index(["industry", "other"]).loc[("A", "B")]
    pool = [k for k, label in enumerate(labels) if null == "all" or label in {"A", "B"}]
    a, b = labels.count("A"), labels.count("B")
    values = []
    for first in itertools.combinations(pool, a):
        rest = [k for k in pool if k not in first]
        for second in itertools.combinations(rest, b):
            same = sum(regions[i] == regions[j] for i in first for j in second)
            values.append(same / (a * b))
    assert row["expected"] == pytest.approx(np.mean(values), rel=1e-12)
    assert row["variance"] == pytest.approx(np.var(values), rel=1e-10)
