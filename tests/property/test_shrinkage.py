"""What shrunken quotients promise."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from clusterid.concentration import shrink_quotients


@settings(deadline=None, max_examples=40)
@given(
    arrays(np.int64, 8, elements=st.integers(0, 40)),
    arrays(float, 8, elements=st.floats(0.5, 30)),
)
def test_shrunk_quotients_lie_between_ratio_and_mean(n, mu):
    n, mu = pd.Series(n.astype(float)), pd.Series(mu)
    fitted = shrink_quotients(n, mu)
    mean = n.sum() / mu.sum()
    if mean == 0:
        assert fitted["shrunk"].isna().all()
        return
    ratio = n / mu
    low, high = np.minimum(ratio, mean), np.maximum(ratio, mean)
    assert fitted["shrunk"].between(low - 1e-9, high + 1e-9).all()
    assert (fitted["lower"] <= fitted["shrunk"]).all()
    assert (fitted["upper"] >= fitted["shrunk"]).all()
