"""Shift-share adds up for every pair of tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from tests.property.simulated_data import tables

from clusterid.concentration import shift_share


@settings(max_examples=40, deadline=None)
@pytest.mark.filterwarnings("ignore:.*in one table only")
@given(start=tables(), end=tables())
def test_shift_share_adds_up_at_every_level(
    start: pd.DataFrame, end: pd.DataFrame
) -> None:
    for variant in ("dunn", "esteban_marquillas", "arcelus"):
        found = shift_share(start, end, variant=variant)  # type: ignore[arg-type]
        parts = list(found.components)
        scale = float(end.to_numpy().sum() + start.to_numpy().sum())
        for level in (found.cells, found.regions, found.industries):
            gap = level[parts].sum(axis=1) - level["change"]
            assert np.abs(gap).max() <= 1e-9 * scale
        for name in parts:
            assert found.regions[name].sum() == pytest.approx(
                found.industries[name].sum(), abs=1e-8 * scale
            )
    dunn = shift_share(start, end).total
    # over all regions there is neither a mix nor a regional share
    scale = float(end.to_numpy().sum())
    assert abs(dunn["national_share"] - dunn["change"]) <= 1e-9 * scale
