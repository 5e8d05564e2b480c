"""Faults name the rule, how many break it and the first five; none is no fault."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid._faults import (
    faults_at,
    faults_in_cells,
    faults_in_rows,
    faults_of,
    missing_columns,
    refuse,
    stands_twice,
)
from clusterid.errors import TableError


def test_a_fault_counts_all_and_shows_five() -> None:
    values = np.arange(10.0)
    (fault,) = faults_at("rule", "mend", values > 2, list("abcdefghij"), values)
    assert fault.count == 7
    assert fault.rows == tuple(zip("defgh", [3.0, 4.0, 5.0, 6.0, 7.0], strict=True))
    assert all(type(value) is float for _, value in fault.rows)


def test_rows_count_from_one_and_cells_are_named() -> None:
    column = pd.Series([1.0, -2.0], index=["x", "y"])
    (fault,) = faults_in_rows("rule", "mend", column.to_numpy() < 0, column)
    assert fault.rows == ((2, -2.0),)
    table = column.to_frame("A")
    (fault,) = faults_in_cells("rule", "mend", table.to_numpy() < 0, table)
    assert fault.rows == (("y/A", -2.0),)


def test_codes_say_what_they_are() -> None:
    (absent,) = faults_of("rule", "mend", ["r", "s"])
    assert absent.rows == (("r", "absent"), ("s", "absent"))
    (itself,) = faults_of("rule", "mend", ["r"], ...)
    assert itself.rows == (("r", "r"),)
    (twice,) = stands_twice(pd.Index(["r", "s", "r"]), "region", "keep one")
    assert twice.rule == "a region stands twice"
    assert twice.count == 1


def test_what_is_right_is_no_fault() -> None:
    table = pd.DataFrame({"A": [1.0]})
    fine = np.zeros(1, dtype=bool)
    faults = [
        *faults_of("rule", "mend", []),
        *faults_at("rule", "mend", fine, ["r"], [1.0]),
        *faults_in_rows("rule", "mend", fine, table["A"]),
        *faults_in_cells("rule", "mend", fine[:, None], table),
        *stands_twice(table.index, "row", "mend"),
        *missing_columns(table, ["A"], "mend"),
    ]
    refuse("table", faults)
    with pytest.raises(TableError, match="columns are missing: B"):
        refuse("table", missing_columns(table, ["A", "B"], "mend"))
