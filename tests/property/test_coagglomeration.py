"""What must hold for co-agglomeration."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from tests.property.simulated_data import tables

from clusterid.concentration import coagglomeration


@settings(max_examples=30, deadline=None)
@given(jobs=tables())
def test_coagglomeration_is_symmetric_and_sums_to_zero(jobs: pd.DataFrame) -> None:
    """Weighted by size, deviations cancel: w' C w = 0 over all industries."""
    found = coagglomeration(jobs).to_numpy(copy=True)
    np.testing.assert_allclose(found, found.T, equal_nan=True)
    total = jobs.to_numpy().sum()
    x = jobs.sum(axis=1) / total
    own = ((jobs / jobs.sum()).sub(x, axis=0) ** 2).sum() / (1 - (x**2).sum())
    np.fill_diagonal(found, own)
    w = (jobs.sum() / total).to_numpy()
    assert w @ found @ w == pytest.approx(0.0, abs=1e-9)
