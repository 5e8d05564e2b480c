"""What must hold for Ellison-Glaeser with bounds."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.property.simulated_data import tables

from clusterid.concentration import ellison_glaeser


@settings(max_examples=40, deadline=None)
@given(jobs=tables(), width=st.floats(0.0, 0.2), more=st.floats(0.0, 0.2))
def test_wider_bounds_never_narrow_gamma(
    jobs: pd.DataFrame, width: float, more: float
) -> None:
    lower = np.full(jobs.shape[1], 0.3)
    inner = pd.DataFrame({"lower": lower - width, "upper": lower + width}, jobs.columns)
    outer = pd.DataFrame(
        {
            "lower": lower - width - more * (0.29 - width),
            "upper": lower + width + more,
        },
        jobs.columns,
    )
    a, b = ellison_glaeser(jobs, inner), ellison_glaeser(jobs, outer)
    assert (b["gamma_lower"] <= a["gamma_lower"] + 1e-12).all()
    assert (b["gamma_upper"] >= a["gamma_upper"] - 1e-12).all()
    assert ((b["p_value"] >= a["p_value"] - 1e-3) | a["p_value"].isna()).all()
