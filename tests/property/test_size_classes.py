"""What bounds from size classes promise."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterid.concentration import plant_herfindahl_bounds


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(1, 200), min_size=1, max_size=25))
def test_size_classes_hold_the_true_herfindahl(sizes):
    bands = {"1-9": (1, 9), "10-49": (10, 49), "50+": (50, float("inf"))}
    z = np.array(sizes, dtype=float)
    edges = [1, 10, 50, np.inf]
    numbers = np.histogram(z, edges)[0]
    frame = pd.DataFrame([numbers], ["A"], list(bands))
    bounds = plant_herfindahl_bounds(frame, bands, pd.Series({"A": z.sum()})).loc["A"]
    h = ((z / z.sum()) ** 2).sum()
    assert bounds["lower"] <= h + 1e-9
    assert bounds["upper"] >= h - 1e-9
    assert bounds["lower"] >= 1 / len(z) - 1e-9
