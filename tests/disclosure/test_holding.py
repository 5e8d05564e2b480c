"""What is held back of a monitoring."""

from __future__ import annotations

import numpy as np
import pandas as pd


def test_changes_over_the_years_are_told_to_two_digits() -> None:
    from clusterid.disclosure._holding import _coarse_tables
    from clusterid.monitoring import Monitoring

    panel = pd.DataFrame({
        "cluster": ["C001"] * 2,
        "year": [2019, 2020],
        "employment": [1234.0, 0.0],
        "establishments": [123, 45],
        "growth": [0.012345, np.nan],
        "p_value": [0.012345, 0.5],
    })
    told = _coarse_tables(Monitoring(panel=panel, changes=panel, params={})).panel
    assert told["employment"].tolist() == [1200.0, 0.0]
    assert told["year"].tolist() == [2019, 2020]
    assert told["establishments"].tolist() == [123, 45]
    assert told["growth"].round(9).tolist()[0] == 0.012
    assert told["p_value"].tolist() == [0.012345, 0.5]
