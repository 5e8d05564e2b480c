"""Shift-share: entries, exits and withheld starts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterid.concentration import shift_share, specialization_change


def test_industries_that_enter_and_leave_keep_the_sum() -> None:
    start = pd.DataFrame({"A": [10, 5], "B": [0, 5], "C": [4, 0]}, index=["r", "s"])
    end = pd.DataFrame({"A": [12, 5], "B": [3, 4], "D": [2, 0]}, index=["r", "s"])
    for variant in ("dunn", "esteban_marquillas", "arcelus"):
        found = shift_share(start, end, variant=variant)  # type: ignore[arg-type]
        parts = list(found.components)
        for table in (found.cells, found.regions, found.industries):
            np.testing.assert_allclose(
                table[parts].sum(axis=1), table["change"], atol=1e-12
            )
        assert found.total["change"] == end.sum().sum() - start.sum().sum()
    status = found.cells.set_index(["region", "industry"])["status"]
    assert status["r", "B"] == "entered"
    assert status["r", "C"] == "left"
    assert status["r", "D"] == "entered"


def test_withheld_start_is_unknown_change() -> None:
    start = pd.DataFrame({"A": [np.nan, 5.0], "B": [1.0, 2]}, index=["r", "s"])
    end = pd.DataFrame({"A": [1.0, 5.0], "B": [1.0, 2]}, index=["r", "s"])
    found = shift_share(start, end)
    cells = found.cells.set_index(["region", "industry"])
    assert cells.loc[("r", "A"), "reason"] == "withheld"
    assert np.isnan(cells.loc[("r", "A"), "regional_share"])
    change = specialization_change(start, end)
    assert change.loc[0, "reason"] == "withheld"


def test_dynamic_shift_share_sums_the_years_without_a_reference():
    years = [
        pd.DataFrame(
            {"A": [10.0 + t, 10.0], "B": [10.0, 70.0 + 5 * t]}, index=["r", "s"]
        )
        for t in range(3)
    ]
    whole = shift_share(years[0], years[2], variant="dynamic", between=[years[1]])
    parts = [shift_share(years[t], years[t + 1]).regions for t in range(2)]
    names = ["national_share", "industrial_mix", "regional_share"]
    summed = sum(part[names] for part in parts)
    pd.testing.assert_frame_equal(whole.regions[names], summed)
