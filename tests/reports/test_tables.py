"""Tables of a report: words for codes, a dash for what is not known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterid.legend import words
from clusterid.reports._tables import frame_table


def test_tables_put_codes_into_words_and_leave_nan_a_dash() -> None:
    frame = pd.DataFrame({
        "verdict": ["no_footprint", "thin"],
        "q_value": [0.00001, 0.2],
        "share_imputed": [0.123, 0.0],
        "lq": [np.nan, 1.5],
        "flags": ["edge_region;new_flag", ""],
        "year": [2020, 2021],
        "empty": [np.nan, np.nan],
    })
    table = frame_table(frame, words("de"))
    assert [cell.text for cell in table.rows[0]] == [
        "erklärt, kein statistischer Niederschlag", "< 0,001", "12 %", "–",
        "am Rand des untersuchten Gebiets; new flag", "2020",
    ]  # fmt: skip
    assert [cell.numeric for cell in table.rows[0]] == [
        False, True, True, True, False, True,
    ]  # fmt: skip
