"""Rows that are held back, and intervals that keep their width."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterid.errors import TableError
from clusterid.tables import guard_rows, publishable_interval


def test_rows_of_a_tidy_table():
    rows = pd.DataFrame({
        "employment": [9.0, 900.0, np.nan, 50.0, 0.0],
        "establishments": [2, 30, 1, 8, 0],
        "largest_plant_share": [0.5, 0.9, np.nan, 0.3, np.nan],
    })
    expected = ["few_plants", "dominance", "withheld", "", ""]
    assert guard_rows(rows).tolist() == expected


@settings(deadline=None)
@given(
    st.floats(0, 1e7, allow_nan=False),
    st.floats(0, 1e6, allow_nan=False),
    st.floats(0, 1e5, allow_nan=False),
)
def test_an_interval_keeps_its_width_and_holds_the_value(low, width, keep):
    high = low + width
    lower, upper = publishable_interval(low, high, keep_width=keep)
    slack = 1e-6 * max(1.0, high)
    assert 0 <= lower <= low + slack
    assert upper >= high - slack
    assert upper - lower >= max(high - low, keep, 10, 0.2 * high) - slack


def test_pinned_values_in_one_grid_cell_look_the_same():
    """The rounded interval tells no more than the grid cell: 41 to 60 are one."""
    values = np.arange(41.0, 50.0)
    lower, upper = publishable_interval(values, values)
    assert set(lower) == {40.0}
    assert set(upper) == {50.0}
    assert (upper - lower >= 10).all()


def test_intervals_keep_the_form_given():
    frame = pd.DataFrame({"A": [3.0, np.nan], "B": [0.0, 120.0]}, index=["r", "s"])
    lower, upper = publishable_interval(frame, frame + np.inf)
    assert lower.index.equals(frame.index)
    assert np.isinf(upper.loc["r", "A"])
    assert np.isnan(lower.loc["s", "A"])


def test_rules_out_of_range_are_told():
    rows = pd.DataFrame({"employment": [1.0]})
    with pytest.raises(TableError) as caught:
        guard_rows(rows, minimum_plants=0, dominance=2)
    assert len(caught.value.faults) == 2
    with pytest.raises(TableError, match="lower is above upper"):
        publishable_interval(5, 3)
