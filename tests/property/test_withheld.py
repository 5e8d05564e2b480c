"""What bounds of withheld cells promise."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.property.simulated_data import counts, table

from clusterid.concentration import withheld_bounds
from clusterid.tables import Economy


@settings(deadline=None, max_examples=40)
@given(
    counts,
    arrays(bool, (4, 3), elements=st.booleans()),
    arrays(bool, (4, 3), elements=st.booleans()),
)
def test_intervals_only_widen_when_more_is_withheld(values, first, more):
    truth = table(values)
    rows = [(r, "TOTAL", truth.loc[r].sum()) for r in truth.index]
    rows += [("TOTAL", i, truth[i].sum()) for i in truth]
    totals = pd.DataFrame(rows, columns=["region", "industry", "value"])
    few = withheld_bounds(Economy(truth.mask(first), totals=totals))
    many = withheld_bounds(Economy(truth.mask(first | more), totals=totals))
    for bounds in (few, many):
        assert (bounds.lower <= truth + 1e-6).to_numpy().all()
        assert (bounds.upper >= truth - 1e-6).to_numpy().all()
    assert (many.lower <= few.lower + 1e-6).to_numpy().all()
    assert (many.upper >= few.upper - 1e-6).to_numpy().all()
