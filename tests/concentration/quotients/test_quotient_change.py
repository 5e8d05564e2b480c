"""Growth of quotients over years."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid.concentration import (
    dynamic_location_quotient,
    dynamic_missing_reasons,
    location_quotient,
)
from clusterid.errors import OptionError


@pytest.fixture
def two_years():
    rng = np.random.default_rng(0)
    codes = {"index": list("rst"), "columns": list("AB")}
    start = pd.DataFrame(rng.integers(5, 50, (3, 2)).astype(float), **codes)
    return start, start * rng.uniform(0.8, 1.5, (3, 2))


def test_growth_over_the_period_is_the_ratio_of_the_quotients(two_years):
    start, end = two_years
    ours = dynamic_location_quotient(start, end, years=5)
    ratio = location_quotient(end) / location_quotient(start)
    pd.testing.assert_frame_equal(ours, ratio, check_names=False)
    yearly = dynamic_location_quotient(start, end, years=5, horizon=1)
    np.testing.assert_allclose(yearly**5, ratio, rtol=1e-12)


def test_log_change_is_the_sum_of_log_growths(two_years):
    start, end = two_years

    def growth(f):
        return np.log(f(end)) - np.log(f(start))

    expected = (
        growth(lambda t: t.to_numpy())
        - growth(lambda t: t.sum(axis=1).to_numpy())[:, None]
        - growth(lambda t: t.sum().to_numpy())
        + growth(lambda t: t.to_numpy().sum())
    )
    ours = dynamic_location_quotient(start, end, variant="log")
    np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-13)


def test_entries_exits_and_withheld_cells_are_named(two_years):
    start, end = (t.copy() for t in two_years)
    start.loc["r", "A"] = 0.0
    end.loc["s", "A"] = 0.0
    why = dynamic_missing_reasons(start, end, variant="log")
    assert (why.loc["r", "A"], why.loc["s", "A"]) == ("entry", "exit")
    assert dynamic_location_quotient(start, end).loc["s", "A"] == 0.0
    end.loc["t", "B"] = np.nan
    why = dynamic_missing_reasons(start, end)
    missing = dynamic_location_quotient(start, end).isna()
    assert (why.ne("") == missing).to_numpy().all()
    assert why.loc["t", "B"] == "end:withheld"
    with pytest.raises(OptionError):
        dynamic_location_quotient(start, end, years=0)
