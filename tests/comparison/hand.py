"""One declared field by hand: what the rules look at."""

from __future__ import annotations

import numpy as np
import pandas as pd


def hand(**changes):
    row = {
        "unit": 1, "field": "f", "place": "P", "place_share": 1.0, "mappability": 1.0,
        "cell_reason": "", "grade": "B", "lq_plants": 3.0, "lq_plants_upper": 4.0,
        "lq_jobs": 2.5, "lq_jobs_lower": 2.5, "lq_jobs_upper": 2.5, "n_linked": np.nan,
        "linkage": 0.8, "research": np.nan,
        "trend": np.nan, "rise_p": np.nan, "share_concentrated": 1.0,
        "share_imputed": 0.0,
        "level_shares": (0.0, 0.0, 0.0, 1.0),
        **{f"match_score_{k}": 0.0 for k in range(3)},
        **{f"match_grade_{k}": "" for k in range(3)}, "match_grade_inside": "",
    }  # fmt: skip
    table = pd.DataFrame([{**row, **changes}])
    table["field"] = table["field"].astype(object)
    return table
