"""One withheld cell does not empty a table of measures without a word."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

import clusterid as cid
from clusterid.errors import DataWarning

JOBS = pd.DataFrame(
    {"A": [30.0, np.nan, 5.0], "B": [20.0, 40.0, 15.0], "C": [5.0, 5.0, 80.0]},
    index=list("rst"),
)
TOTALS = pd.DataFrame(
    [("TOTAL", "TOTAL", 210.0), ("s", "TOTAL", 55.0), ("TOTAL", "A", 45.0)],
    columns=["region", "industry", "value"],
)
MEASURES = [
    cid.location_quotient,
    cid.locational_gini,
    cid.hoover_index,
    cid.theil_index,
    cid.krugman_specialization,
    cid.hachman_index,
]


@pytest.mark.parametrize("measure", MEASURES)
def test_a_withheld_cell_without_totals_is_told(measure: Callable[..., object]) -> None:
    told = "1 of 9 cells are withheld, in 1 of 3 regions and 1 of 3 industries"
    with pytest.warns(DataWarning, match=told):
        measure(JOBS)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        measure(JOBS.fillna(10.0))


def test_published_totals_need_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = cid.location_quotient(JOBS, totals=TOTALS)
    assert found.notna().sum().sum() == 8
