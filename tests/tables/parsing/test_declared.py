"""A table is declared once; its faults come in the order of the declaration."""

from __future__ import annotations

import pandas as pd
import pytest

from clusterid.errors import Fault, OptionError, TableError
from clusterid.tables.parsing import Check, Code, Number, Table, TableOptions, Year

MOVES = Table(
    "moves",
    (
        Code("origin", required=True, padded=True),
        Number("persons", required=True, counts=True),
        Year(),
    ),
    key=("origin", "year"),
    repeated="add the rows up",
    sort=("origin",),
    order=("year", "origin", "persons"),
)


def _read(frame: pd.DataFrame, options: TableOptions) -> pd.DataFrame:
    check = Check(MOVES.load(frame, options))
    MOVES.check(check, options)
    MOVES.unique(check)
    return MOVES.finished(check, {"year": 2020})


def test_a_declared_table_is_checked_ordered_and_sorted() -> None:
    frame = pd.DataFrame({"persons": ["3", "4"], "ags": ["2", "1"], "other": [0, 0]})
    options = TableOptions(columns={"origin": "ags"}, pad={"origin": 2})
    table = _read(frame, options)
    assert table.to_dict("list") == {
        "year": [2020, 2020], "origin": ["01", "02"], "persons": [4.0, 3.0],
    }  # fmt: skip


def test_faults_stand_in_the_order_of_the_declaration() -> None:
    frame = pd.DataFrame({
        "year": [2020, 2020.5], "persons": ["many", "-1"], "origin": ["a", None],
    })  # fmt: skip
    with pytest.raises(TableError) as caught:
        _read(frame, TableOptions())
    assert [fault.rule for fault in caught.value.faults] == [
        "origin is missing",
        "persons is not a number",
        "persons is negative",
        "year is not a whole number",
    ]


def test_a_width_is_for_padded_columns_alone() -> None:
    with pytest.raises(OptionError, match=r"'year'.*'origin'"):
        _read(pd.DataFrame({"origin": ["a"]}), TableOptions(pad={"year": 4}))


def test_a_listing_counts_all_rows_and_keeps_five() -> None:
    fault = Fault.listing("a code stands twice", "keep one", enumerate("abcdefg"))
    assert (fault.count, len(fault.rows)) == (7, 5)
