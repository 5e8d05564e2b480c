"""What every index does with withheld cells, faults and the order of a table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from clusterid.concentration import (
    coagglomeration,
    ellison_glaeser,
    entropy,
    herfindahl_index,
    hoover_index,
    krugman_specialization,
    locational_gini,
    theil_index,
)
from clusterid.errors import OptionError, TableError


def hidden() -> pd.DataFrame:
    jobs = pd.DataFrame(
        {"A": [10.0, 20, 30], "B": [5.0, np.nan, 5], "C": [0.0, 0, 0]},
        index=["r1", "r2", "r3"],
    )
    return jobs


MEASURES: list[Any] = [
    locational_gini,
    hoover_index,
    theil_index,
    lambda e, **o: herfindahl_index(e, **o),
    lambda e, **o: entropy(e, axis="industry", **o),
]


@pytest.mark.parametrize("measure", MEASURES)
def test_a_withheld_cell_gives_nan_with_a_reason(measure: Any) -> None:
    totals = pd.DataFrame(
        [("r2", "TOTAL", 25.0), ("TOTAL", "B", 15.0)],
        columns=["region", "industry", "value"],
    )
    found = measure(hidden(), totals=totals)
    assert np.isnan(found["B"])
    assert found.attrs["reasons"]["B"] == "withheld"
    assert np.isnan(found["C"])
    assert found.attrs["reasons"]["C"] == "industry_absent"
    # with published totals the other industry keeps its value
    assert np.isfinite(found["A"])
    assert "A" not in found.attrs["reasons"]


@pytest.mark.filterwarnings("ignore:.*are withheld, in")
@pytest.mark.parametrize("measure", [locational_gini, hoover_index, theil_index])
def test_an_unknown_reference_is_no_reference(measure: Any) -> None:
    found = measure(hidden())
    assert np.isnan(found["A"])
    assert found.attrs["reasons"]["A"] == "reference_withheld"


def test_faults_are_told_together() -> None:
    jobs = pd.DataFrame([[1, -2], [3, 4]], index=["r", "r"], columns=["A", "B"])
    with pytest.raises(TableError) as error:
        hoover_index(jobs)
    assert len(error.value.faults) == 2
    with pytest.raises(OptionError, match="weighted"):
        locational_gini(jobs.abs().reset_index(drop=True), variant="weihgted")  # type: ignore[arg-type]
    with pytest.raises(TableError, match="outside 0 to 1"):
        ellison_glaeser(pd.DataFrame({"A": [1, 2]}), pd.Series({"A": 1.5}))


def test_columns_keep_the_order_that_was_given() -> None:
    jobs = pd.DataFrame({"B": [1.0, 3], "A": [2.0, 2]}, index=["s", "r"])
    assert locational_gini(jobs).index.tolist() == ["B", "A"]
    assert krugman_specialization(jobs).index.tolist() == ["s", "r"]
    assert coagglomeration(jobs).columns.tolist() == ["B", "A"]
