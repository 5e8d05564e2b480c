"""Places of several regions, measured as one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterid.comparison._units import _merged
from clusterid.tables import economy


def test_a_union_has_an_area_only_if_all_its_regions_have() -> None:
    rows = [(r, i, 10.0) for r in "abcd" for i in ("X", "Y")]
    table = economy(pd.DataFrame(rows, columns=["region", "industry", "employment"]))
    shapes = pd.DataFrame({"area_km2": [10.0, np.nan, 20.0, 30.0]}, index=list("abcd"))
    merged, areas = _merged(table, shapes, [(0, 1), (2, 3)])  # type: ignore[arg-type]
    assert list(merged.regions) == ["a;b", "c;d"]
    assert np.isnan(areas.loc["a;b", "area_km2"])
    assert areas.loc["c;d", "area_km2"] == 50.0
