"""What the tests of quotients promise for any table."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.property.simulated_data import counts, table

from clusterid.concentration import location_quotient_test


@settings(deadline=None, max_examples=30)
@given(counts, st.permutations(range(4)), st.permutations(range(3)))
def test_tests_do_not_depend_on_order(values, rows, columns):
    plants = table(values)
    one = location_quotient_test(plants, establishments=plants)
    other = location_quotient_test(
        plants.iloc[rows, columns], establishments=plants.iloc[rows[::-1], columns]
    )
    pd.testing.assert_frame_equal(one, other, rtol=1e-12)
    assert (one["q_value"].dropna() >= one["p_value"].dropna() - 1e-15).all()
    known = one["p_value"].notna()
    assert (one.loc[~known, "reason"] != "").all()
