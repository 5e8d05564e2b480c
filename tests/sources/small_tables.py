"""Small official tables, as their readers expect them."""

from __future__ import annotations

import pandas as pd

BRES = pd.DataFrame(
    {"year": [2020, 2020], "nuts2": ["UKC1", "UKC2"], "sic5": ["01110", "62012"],
     "emp": [5, 10]}
)  # fmt: skip
