"""What adjusted p-values promise."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from clusterid.concentration import adjust


@settings(deadline=None, max_examples=40)
@given(arrays(float, 12, elements=st.floats(0, 1)))
def test_adjusted_values_keep_the_order_and_by_is_stricter(p):
    bh, by = adjust(p), adjust(p, "by")
    assert (bh >= p - 1e-15).all()
    assert (by >= bh - 1e-15).all()
    order = np.argsort(p, kind="stable")
    assert (np.diff(bh[order]) >= -1e-15).all()
