"""A table of flows between three industries."""

from __future__ import annotations

import pandas as pd
import pytest


@pytest.fixture
def three() -> tuple[pd.DataFrame, pd.Series]:
    flows = pd.DataFrame(
        [("a", "a", 10.0), ("a", "b", 20.0), ("b", "c", 30.0), ("c", "a", 5.0)],
        columns=["seller", "buyer", "value"],
    )
    return flows, pd.Series({"a": 100.0, "b": 80.0, "c": 60.0})
