"""Fitness of empty regions and industries."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterid import networks as nw


def test_empty_regions_and_industries_get_a_reason() -> None:
    table = pd.DataFrame(
        [[1, 1, 0], [1, 0, 0], [0, 0, 0]], index=list("xyz"), columns=list("abc")
    )
    result = nw.fitness_complexity(table)
    assert result.reason.to_dict() == {
        "z": "region_has_no_industry",
        "c": "industry_absent",
    }
    assert np.isnan(result.fitness["z"])
    assert np.isnan(nw.proximity(table).loc["a", "c"])
