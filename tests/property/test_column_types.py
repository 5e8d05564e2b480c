"""A column of any type or name is read or told: no reader ends in a traceback."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import clusterid as cid
from clusterid.classifications import (
    read_classification,
    read_correspondence,
    read_fields,
)
from clusterid.errors import ClusteridError, ClusteridWarning
from clusterid.tables import (
    check_answers,
    check_declared,
    check_places,
    checked_wide,
    read_table,
)


def _objects(*values: Any) -> pd.Series:
    return pd.Series(list(values), dtype=object)


def _arrow(values: list[Any], kind: pa.DataType) -> pd.Series:
    return pd.Series(values, dtype=pd.ArrowDtype(kind))


COLUMNS: dict[str, Any] = {
    "texts": ["a", "b"],
    "whole numbers": [1, 2],
    "numbers": [1.5, 2.5],
    "nothing": _objects(None, None),
    "not a number": [np.nan, 1.0],
    "categories": pd.Categorical(["a", "b"]),
    "yes and no": [True, False],
    "yes and unknown": pd.array([True, None], dtype="boolean"),
    "whole and unknown": pd.array([1, None], dtype="Int64"),
    "text and unknown": pd.array(["a", None], dtype="string"),
    "dates": pd.to_datetime(["2020", "2021"]),
    "dates of a zone": pd.to_datetime(["2020", "2021"], utc=True),
    "spans": pd.to_timedelta([1, 2], unit="D"),
    "periods": pd.period_range("2020", periods=2, freq="D"),
    "intervals": pd.interval_range(0, 2),
    "sparse": pd.arrays.SparseArray([1.0, 0.0]),
    "complex": [1j, 2],
    "decimals": _objects(Decimal("1.5"), Decimal("NaN")),
    "fractions": _objects(Fraction(1, 2), Fraction(1, 3)),
    "lists": _objects([1], [2]),
    "mappings": _objects({}, {"a": 1}),
    "sets": _objects({1}, {2}),
    "pairs": _objects(("a", "b"), ("c", "d")),
    "bytes": _objects(b"a", b"b"),
    "days": _objects(dt.date(2020, 1, 1), None),
    "beyond a float": _objects(10**400, 1),
    "mixed": _objects("a", 1),
    "objects": _objects(object(), object()),
    "functions": _objects(len, max),
    "infinite": [np.inf, 1],
    "negative": [-1, -2],
    "unsigned": np.array([2**64 - 1, 1], dtype="u8"),
    "no time": _objects(pd.NaT, pd.NaT),
    "unknown": _objects(pd.NA, 1),
    "blank": ["", " "],
    "signs": ["a\u202e", "\U0001f600"],
    "half a pair": _objects("a\ud800", "b"),
    "Arrow lists": _arrow([[1], [2]], pa.list_(pa.int64())),
    "Arrow decimals": _arrow([Decimal("1.5"), None], pa.decimal128(10, 2)),
    "Arrow days": _arrow([dt.date(2020, 1, 1), None], pa.date32()),
    "Arrow texts": _arrow(["a", None], pa.string()),
}

CELLS = {"region": ["r", "s"], "industry": ["A", "B"], "employment": [1, 2]}
PLANTS = {"plant": ["p", "q"], **CELLS}
ONE = pd.DataFrame({"A": [1.0, 2.0]}, index=["r", "s"])

Reads = tuple[Callable[[Any], Any], dict[str, list[Any]], tuple[str, ...]]
READERS: dict[str, Reads] = {
    "table": (read_table, {"a": [1, 2]}, ()),
    "employment": (
        cid.read_employment,
        CELLS,
        ("year", "establishments", "lower", "upper", "flag", "concept"),
    ),
    "wide employment": (
        lambda table: cid.read_employment(table, layout="wide"),
        {"region": ["r", "s"], "A": [1, 2]},
        ("year",),
    ),
    "regions": (
        lambda table: cid.read_regions(table, geometry=False),
        {"region": ["r", "s"]},
        ("name", "parent", "area_km2", "population"),
    ),
    "plants": (
        lambda table: cid.read_plants(table, crs=4326),
        PLANTS,
        ("year", "x", "y"),
    ),
    "plants on duckdb": (cid.economy_from_plants, PLANTS, ("year",)),
    "plants on pandas": (
        lambda table: cid.economy_from_plants(table, engine="pandas"),
        PLANTS,
        ("year",),
    ),
    "flows": (
        cid.read_flows,
        {"seller": ["A", "B"], "buyer": ["B", "A"], "value": [1, 2]},
        (),
    ),
    "links": (
        cid.read_links,
        {"source": ["A", "B"], "target": ["B", "C"], "value": [1, 2]},
        (),
    ),
    "collaborations": (
        cid.read_collaborations,
        {"project": ["p", "q"], "organisation": ["o", "u"]},
        ("organisation_kind", "region", "year", "weight", "field"),
    ),
    "places": (
        check_places,
        {"place": ["p", "q"], "regions": ["r", "s"]},
        ("name", "population", "asked", "answered", "exhaustive", "stratum"),
    ),
    "answers": (
        check_answers,
        {"place": ["p", "q"], "question": ["x", "x"], "option": ["o", "u"],
         "value": ["yes", "no"]},
        ("rank",),
    ),
    "declared": (
        check_declared,
        {"record": ["p", "q"], "place": ["x", "x"], "label": ["o", "u"]},
        ("fields", "year_founded", "identified_by", "source"),
    ),
    "fields": (
        read_fields,
        {"field": ["f", "g"], "code": ["10", "11"]},
        ("role", "weight", "classification", "label_en"),
    ),
    "correspondence": (
        read_correspondence,
        {"source": ["f", "g"], "target": ["10", "11"]},
        ("weight",),
    ),
    "classification": (
        read_classification,
        {"code": ["f", "g"]},
        ("parent", "level", "label_en"),
    ),
    "economy": (
        cid.economy,
        CELLS,
        ("year", "establishments", "lower", "upper", "largest_plant", "concept"),
    ),
    "wide economy": (cid.economy, {"A": [1, 2], "B": [1, 2]}, ()),
    "wide table": (checked_wide, {"A": [1, 2], "B": [1, 2]}, ()),
    "totals": (
        lambda table: cid.economy(ONE, totals=table),
        {"region": ["r", "s"], "industry": ["A", "A"], "value": [1, 2]},
        ("year",),
    ),
    "plant Herfindahl": (
        lambda table: cid.economy(ONE, plant_herfindahl=table),
        {"lower": [0.1, 0.2], "upper": [0.1, 0.2]},
        (),
    ),
}  # fmt: skip


def _read_or_told(read: Callable[[Any], Any], table: Any) -> None:
    """Read a table; any error but one of ours goes through and fails the test."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ClusteridWarning)
        try:
            read(table)
        except ClusteridError as error:
            assert len(str(error)) > 20


@pytest.mark.parametrize("name", READERS)
def test_columns_of_any_type_are_read_or_told(name: str) -> None:
    read, base, optional = READERS[name]
    for column in (*base, *optional):
        for kind, values in COLUMNS.items():
            table = pd.DataFrame(base).assign(**{column: values})
            try:
                _read_or_told(read, table)
            except Exception as error:
                error.add_note(f"the column {column} holds: {kind}")
                raise


@pytest.mark.parametrize("name", READERS)
def test_tables_of_any_shape_are_read_or_told(name: str) -> None:
    read, base, _ = READERS[name]
    table = pd.DataFrame(base)
    first = table.columns[0]
    levels = table.set_axis(
        pd.MultiIndex.from_product([["x"], table.columns]), axis="columns"
    )
    for shaped in (
        table.iloc[:0],
        pd.DataFrame(),
        pd.DataFrame(index=[1, 2]),
        levels,
        table.set_axis([0, 0]),
        table.set_index(list(table.columns), drop=False),
        table.rename_axis(index=first),
        table.set_axis(range(table.shape[1]), axis="columns"),
        table.rename(columns={first: np.nan}),
        pd.concat([table, table], axis=1),
        pa.Table.from_pandas(table),
        pa.RecordBatch.from_pandas(table),
        pa.table([[1], [2]], names=[first, first]),
        pa.table({column: pa.array([{"x": 1}, None]) for column in table.columns}),
    ):
        _read_or_told(read, shaped)
