"""Places of several regions, measured as one."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from clusterid.comparison._units import _merged
from clusterid.tables import economy


def test_a_union_has_counts_only_if_all_its_regions_have() -> None:
    rows = [(r, i, 10.0) for r in "abcd" for i in ("X", "Y")]
    table = economy(pd.DataFrame(rows, columns=["region", "industry", "employment"]))
    plants = table.employment / 5
    plants.loc["b", "X"] = np.nan
    table = dataclasses.replace(table, establishments=plants)
    merged, marks = _merged(table, [(0, 1), (2, 3)])
    assert list(merged.regions) == ["a;b", "c;d"]
    assert np.isnan(merged.establishments.loc["a;b", "X"])
    assert merged.establishments.loc["c;d", "X"] == 4
    assert not marks.any(axis=None)


def test_a_union_lies_between_the_bounds_of_what_is_withheld() -> None:
    rows = [(r, i, 10.0) for r in "abcd" for i in ("X", "Y")]
    rows[0] = ("a", "X", np.nan)
    table = economy(pd.DataFrame(rows, columns=["region", "industry", "employment"]))
    lower, upper = table.employment.copy(), table.employment.copy()
    lower.loc["a", "X"], upper.loc["a", "X"] = 2.0, 30.0
    table = dataclasses.replace(table, lower=lower, upper=upper)
    merged, marks = _merged(table, [(0, 1)])
    assert merged.lower.loc["a;b", "X"] == 12 and merged.upper.loc["a;b", "X"] == 40
    assert marks.loc["a;b", "X"] and not marks.loc["c", "X"]


def _with_plants(plants: pd.DataFrame):
    table = economy(plants.fillna(1.0) * 10)
    return dataclasses.replace(table, establishments=plants)


def test_what_is_not_published_below_three_counts_as_few_in_a_union() -> None:
    plants = pd.DataFrame({"X": [12.0, 9.0, 3.0, 6.0], "Y": 60.0}, index=list("abcd"))
    plants.loc["b", "X"] = np.nan
    merged, _ = _merged(_with_plants(plants), [(0, 1), (2, 3)])
    # the usual number in b is beyond two
    assert merged.establishments.loc["a;b", "X"] == 12 + 2
    assert merged.establishments.loc["c;d"].tolist() == [9, 120]


def test_what_is_unknown_in_every_region_of_a_union_stays_unknown() -> None:
    plants = pd.DataFrame({"X": [12.0, 9.0, 3.0, 6.0], "Y": 60.0}, index=list("abcd"))
    plants.loc[["a", "b"], "X"] = np.nan
    merged, _ = _merged(_with_plants(plants), [(0, 1)])
    assert np.isnan(merged.establishments.loc["a;b", "X"])
    alone = plants.copy()
    alone.loc["c", "X"] = np.nan
    merged, _ = _merged(_with_plants(alone), [(0, 1)])
    assert np.isnan(merged.establishments.loc["c", "X"])
