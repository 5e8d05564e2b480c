"""Density of regions: published totals, and areas that are not known."""

from __future__ import annotations

import pandas as pd

from clusterid.clusters import region_density
from clusterid.tables import economy


def test_density_takes_the_published_total_and_leaves_unknown_areas_unknown():
    long = pd.DataFrame({
        "region": ["r", "r", "s", "s"],
        "industry": ["A", "B", "A", "B"],
        "employment": [30.0, None, 10.0, 5.0],
    })
    totals = pd.DataFrame({"region": ["r"], "industry": ["TOTAL"], "value": [90.0]})
    shapes = pd.DataFrame({"area_km2": [30.0, 0.0]}, index=["r", "s"])
    found = region_density(economy(long, totals=totals), shapes)
    assert found["r"] == 3.0
    assert pd.isna(found["s"])
    # without a published total what is known counts
    assert region_density(economy(long), shapes)["r"] == 1.0
    shapes["area_km2"] = None
    assert region_density(economy(long), shapes) == "size"
