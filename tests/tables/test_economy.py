"""An economy: one year, its totals, and what may stand beside the counts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.tables.one_error import told
from tests.tables.small_tables import LONG, long

import clusterid as cid
from clusterid import tables
from clusterid.concentration import location_quotient
from clusterid.errors import (
    ClassificationError,
    ClusteridError,
    CountConceptError,
    TableError,
    TableTypeError,
)
from clusterid.tables import (
    economy,
    margins,
)

NAN, INF = float("nan"), float("inf")


def test_a_wide_table_named_by_intervals_is_told() -> None:
    wide = pd.DataFrame({"A": [1.0, 2.0]}, index=pd.interval_range(0, 2))
    with pytest.raises(ClusteridError, match="no text or number"):
        cid.economy(wide)


def test_totals_with_a_column_twice_are_told() -> None:
    totals = pd.DataFrame(
        [["r", "A", 1, 1]], columns=["region", "industry", "value", "value"]
    )
    wide = pd.DataFrame({"A": [1.0]}, index=["r"])
    with pytest.raises(ClusteridError, match="a column stands twice: value"):
        cid.economy(wide, totals=totals)
    bounds = pd.DataFrame([[0.1, 0.2, 0.3]], ["A"], ["lower", "upper", "upper"])
    with pytest.raises(ClusteridError, match="a column stands twice: upper"):
        cid.economy(wide, plant_herfindahl=bounds)


@pytest.mark.parametrize("totals", ["x", 5, [], {}, pd.Series([1.0])])
def test_totals_that_are_no_table_are_told(totals: Any) -> None:
    wide = pd.DataFrame({"A": [1.0, 2.0], "B": [3.0, 1.0]}, index=["r", "s"])
    with pytest.raises(TableTypeError, match="totals"):
        margins(wide, totals)
    with pytest.raises(TableTypeError, match="totals"):
        location_quotient(wide, totals=totals)


WIDE = pd.DataFrame({"A": [3.0, 4.0], "B": [1.0, 2.0]}, index=["r", "s"])
BESIDE: dict[str, dict[str, Any]] = {
    "herfindahl of text": {"plant_herfindahl": pd.Series({"A": "low"})},
    "herfindahl above one": {"plant_herfindahl": pd.Series({"A": 1.5})},
    "herfindahl below zero": {"plant_herfindahl": pd.Series({"A": -0.1})},
    "herfindahl without end": {"plant_herfindahl": pd.Series({"A": INF})},
    "herfindahl beyond": {"plant_herfindahl": pd.Series({"A": 10**400}, dtype=object)},
    "herfindahl twice": {"plant_herfindahl": pd.Series([0.1, 0.2], index=["A", "A"])},
    "herfindahl exchanged": {
        "plant_herfindahl": pd.DataFrame({"lower": [0.5], "upper": [0.1]}, index=["A"])
    },
    "herfindahl without upper": {
        "plant_herfindahl": pd.DataFrame({"lower": [0.5]}, index=["A"])
    },
    "totals without a value": {
        "totals": pd.DataFrame({"region": ["r"], "industry": "A"})
    },
    "totals of text": {
        "totals": pd.DataFrame({"region": ["r"], "industry": "A", "value": ["lots"]})
    },
    "totals twice": {
        "totals": pd.DataFrame({"region": ["r", "r"], "industry": "A", "value": [1, 1]})
    },
    "totals of another year": {
        "year": 2020,
        "totals": pd.DataFrame(
            {"region": ["r"], "industry": "A", "value": [1], "year": [1999]}
        ),
    },
    "a hierarchy of another axis": {"hierarchies": {"area": pd.Series({"a": "b"})}},
    "a code that is its parent": {"hierarchies": {"region": pd.Series({"r": "r"})}},
    "a child of two": {
        "hierarchies": {"region": pd.Series(["x", "y"], index=["r", "r"])}
    },
    "a concept nobody counts": {"metadata": {"concept": "job"}},
    "a kind nobody counts": {"metadata": {"kind": "sector"}},
    "a year of the metadata": {"metadata": {"year": "2020"}},
    "labels that are a list": {"metadata": {"labels": ["a"]}},
}  # fmt: skip


@pytest.mark.parametrize("name", BESIDE)
def test_what_stands_beside_the_counts_is_checked(name: str) -> None:
    with pytest.raises(ClusteridError) as error:
        cid.economy(WIDE, **BESIDE[name])
    told(error.value)


def test_a_hierarchy_may_end_with_missing_parents() -> None:
    for dtype in ("string", "str", object):
        parents = pd.Series({"r": "DE", "s": None, "DE": None}, dtype=dtype)
        made = cid.economy(WIDE, hierarchies={"region": parents})
        assert made.hierarchies["region"].to_dict() == {"r": "DE"}


def test_years_that_count_differently_are_not_compared():
    first = tables.economy(long(), metadata={"classification": "nace1"})
    second = tables.economy(long(), metadata={"classification": "nace2"})
    with pytest.raises(ClassificationError, match="2007: nace1, 2008: nace2"):
        tables.check_comparable({2008: second, 2007: first})
    third = tables.economy(long(), metadata={"concept": "residence"})
    with pytest.raises(CountConceptError, match="concept"):
        tables.check_comparable({1: tables.economy(long()), 2: third})


def test_bounds_of_the_plant_herfindahl_go_straight_into_an_economy() -> None:
    counts = pd.DataFrame({"1-9": [8], "10-49": [2]}, index=["A"])
    bands = {"1-9": (1, 9), "10-49": (10, 49)}
    bounds = cid.plant_herfindahl_bounds(counts, bands, pd.Series({"A": 70.0}))
    jobs = pd.DataFrame({"A": [30.0, 40.0]}, index=["r", "s"])
    told = cid.economy(jobs, plant_herfindahl=bounds).plant_herfindahl
    assert told.columns.tolist() == ["lower", "upper"]
    assert told.loc["A", "lower"] == bounds.loc["A", "lower"]
    with pytest.raises(TableError, match="not a number"):
        cid.economy(jobs, plant_herfindahl=pd.Series({"A": "half"}))


def test_years_as_text_are_years() -> None:
    told = cid.economy(LONG.assign(year=["2020", "2020"]))
    assert told.metadata.year == 2020
    with pytest.raises(TableError, match="year is not a number"):
        cid.economy(LONG.assign(year=["2020", "last"]))


def test_an_economy_takes_one_year_with_its_totals_and_concept():
    long = pd.DataFrame({
        "region": ["r", "r", "s", "s"],
        "industry": "A",
        "year": [2019, 2020, 2019, 2020],
        "employment": [1, 2, 3, None],
        "concept": "workplace",
        "classification": "nace2",
    })
    totals = pd.DataFrame({
        "region": "TOTAL",
        "industry": "A",
        "year": [2019, 2020],
        "value": [4, 9],
    })
    result = economy(long, year=2020, totals=totals)
    assert result.margins.industry["A"] == 9
    assert result.metadata.classification == "nace2"
    assert np.isnan(result.margins.region["s"])
    assert result.totals["value"].tolist() == [9.0]
