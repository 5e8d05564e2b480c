"""One table as it may leave, each kind of column by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from clusterid._columns import (
    CELL,
    IDENTIFIER,
    MODEL,
    PRIVATE,
    RATIO,
    SAFE,
    SHARE,
    SUM,
    Table,
)
from clusterid.disclosure._known import Known
from clusterid.disclosure._table import published_table
from clusterid.results import declared_parts
from clusterid.tables import Economy


def known(*, counts_plants: bool = False, withheld: bool = True) -> Known:
    """Return an economy of two regions and two industries, one cell withheld."""
    jobs = pd.DataFrame({"A": [np.nan, 10.0], "B": [40.0, 70.0]}, index=["r", "s"])
    return Known(
        Economy(jobs if withheld else jobs.fillna(30.0)),
        pd.DataFrame(),
        pd.DataFrame({"employment": [40.0, 110.0], "share_imputed": [0.75, 0.0]}),
        {"C001": ["r", "s"], "C002": ["s"]},
        {"C001": ["A"], "C002": ["A", "B"], "T01": ["A"], "T02": ["A", "B"]},
        counts_plants,
    )


def published(frame: pd.DataFrame, declared: Table, on: Known | None = None):
    lost: list[str] = []
    out = published_table(frame, declared, on or known(), lost, "table")
    return out, lost


SUMS = Table({
    "name": IDENTIFIER,
    "employment": SUM,
    "employment_lower": SUM.lower,
    "employment_upper": SUM.upper,
    "lq": RATIO,
    "excess_jobs": SUM.as_fine_as("employment"),
    "change": RATIO.change,
    "p_value": MODEL.counted.tail,
    "gi_z": MODEL.of_all,
    "n_plants": SAFE,
    "share_imputed": SHARE,
})


def rows(**changed: list[float]) -> pd.DataFrame:
    values = {
        "name": ["a", "b"],
        "employment": [10_010.0, 10_010.0],
        "employment_lower": [9_990.0, 9_990.0],
        "employment_upper": [10_110.0, 10_110.0],
        "lq": [1.2345, 1.2345],
        "excess_jobs": [51.0, 51.0],
        "change": [0.01234, 0.01234],
        "p_value": [0.012345, 0.012345],
        "gi_z": [2.34567, 2.34567],
        "n_plants": [1234, 1234],
        "share_imputed": [0.012, 0.0],
    }
    return pd.DataFrame(values | changed)


def test_a_row_with_an_estimate_is_rounded_and_one_without_is_not() -> None:
    out, lost = published(rows(), SUMS)
    assert not lost
    first = out.iloc[0]
    assert first["employment"] == 10_000  # 120 estimated: a grid of 1,000
    assert first["employment_lower"] == 9_000
    assert first["employment_upper"] == 11_000
    assert first["lq"] == 1.2
    assert first["excess_jobs"] == 0  # the national sum and this gave 10,010 back
    assert first["change"] == 0.0
    assert first["p_value"] == 0.02
    assert first["n_plants"] == 1234
    assert first["share_imputed"] == 0.01
    second, exact = out.iloc[1], rows().iloc[1]
    for column in out.columns:
        if column != "gi_z":  # made of the whole table
            assert second[column] == exact[column]
    assert second["gi_z"] == 2.3


def test_what_counts_plants_holds_no_estimate() -> None:
    out, _ = published(rows(), SUMS, known(counts_plants=True))
    assert out["p_value"].tolist() == [0.012345, 0.012345]
    assert out["employment"].tolist() == [10_000.0, 10_010.0]


def test_where_nothing_is_withheld_the_table_stays() -> None:
    frame = rows()
    out, _ = published(frame, SUMS, known(withheld=False))
    assert out is frame


def test_a_sum_of_one_withheld_cell_has_no_value() -> None:
    lone = Table({
        "template": IDENTIFIER,
        "region": IDENTIFIER,
        "employment": SUM,
        "employment_upper": SUM.upper,
        "lq": RATIO,
        "lq_shrunk": RATIO.or_plants,
        "p_value": MODEL.counted,
        "share_imputed": SHARE,
    })
    frame = pd.DataFrame({
        "template": ["T01", "T02", "T01", "T01"],
        "region": ["r", "r", "s", "r"],
        "employment": [23.0, 23.0, 10.0, 23.0],
        "employment_upper": [29.0, 29.0, 10.0, 29.0],
        "lq": [2.345, 2.345, 2.345, 2.345],
        "lq_shrunk": [1.234, 1.234, 1.234, 1.234],
        "p_value": [0.123, 0.123, 0.123, 0.123],
        "share_imputed": [1.0, 0.4, 0.0, 1.0],
    })
    out, _ = published(frame, lone)
    assert out["employment"].tolist()[1:3] == [20.0, 10.0]
    assert out["share_imputed"].tolist() == [1.0, 0.4, 0.0, 1.0]
    for column in ("employment", "employment_upper", "lq", "lq_shrunk", "p_value"):
        assert out[column].isna().tolist() == [True, False, False, True]
    counted, _ = published(frame, lone, known(counts_plants=True))
    assert counted["employment"].isna().tolist() == [True, False, False, True]
    assert counted["lq_shrunk"].tolist() == [1.0, 1.0, 1.234, 1.0]
    assert counted["p_value"].notna().all()


def test_a_sum_of_one_withheld_cell_keeps_the_bounds_of_its_source() -> None:
    on = known()
    jobs = on.economy.employment
    economy = replace(on.economy, lower=jobs.fillna(20.0), upper=jobs.fillna(99.0))
    frame = pd.DataFrame({
        "regions": ["r;s", "r"],
        "industries": ["A", "A"],
        "employment": [33.0, 23.0],
        "employment_lower": [31.0, 22.0],
        "employment_upper": [35.0, 24.0],
        "share_imputed": [0.7, 1.0],
    })
    declared = SUMS.with_columns(regions=IDENTIFIER, industries=IDENTIFIER)
    out, _ = published(frame, declared, replace(on, economy=economy))
    assert out["employment_lower"].tolist() == [30.0, 20.0]
    assert out["employment_upper"].tolist() == [40.0, 99.0]
    assert np.isnan(out["employment"].iloc[1])
    # a source that gives none: no closer ones are made up
    out, _ = published(frame, declared, on)
    assert out["employment_upper"].isna().tolist() == [False, True]
    # bounds that pin the cell are not told closely
    pinned = replace(economy, lower=jobs.fillna(57.0), upper=jobs.fillna(57.0))
    out, _ = published(frame, declared, replace(on, economy=pinned))
    assert out["employment_lower"].iloc[1] == 40.0
    assert out["employment_upper"].iloc[1] == 60.0


def test_a_few_jobs_are_neither_exact_nor_none() -> None:
    frame = rows(employment=[3.0, 3.0], employment_lower=[2.0, 2.0])
    out, _ = published(frame.assign(share_imputed=[0.5, 0.0]), SUMS)
    assert out["employment"].tolist() == [10.0, 3.0]
    assert out["employment_lower"].tolist() == [0.0, 2.0]


def test_z_gives_no_growth_back() -> None:
    declared = Table({
        "growth": RATIO.change,
        "national": SAFE,
        "z": MODEL.as_fine_as("growth", "national"),
        "share_imputed": SHARE,
    })
    frame = pd.DataFrame({
        "growth": [0.123, 0.123],
        "national": [0.103, 0.103],
        "z": [2.0, 2.0],
        "share_imputed": [0.01, 0.0],
    })
    out, _ = published(frame, declared)
    # the spread is 0.01 and growth stands on a grid of 0.05, so z on one of 5
    assert out["growth"].tolist() == [0.1, 0.123]
    assert out["z"].tolist() == [0.0, 2.0]
    larger, _ = published(frame.assign(z=2.9, growth=0.132), declared)
    assert larger["z"].tolist() == pytest.approx([5.0, 2.9])


def test_a_withheld_cell_has_no_value_but_its_bounds() -> None:
    declared = Table({
        "region": IDENTIFIER,
        "industry": IDENTIFIER,
        "lq": CELL.over_totals,
        "low": CELL.lower,
        "n_plants": SAFE,
    })
    frame = pd.DataFrame({
        "region": ["r", "s", "q", "s"],
        "industry": ["A", "A", "A", "B"],
        "lq": [2.0, 1.2345, 3.0, 1.2345],
        "low": [1.0, 1.0, 1.0, 1.0],
        "n_plants": [2, 5, 1, 9],
    })
    out, _ = published(frame, declared)
    assert np.isnan(out.loc[0, "lq"])
    assert out.loc[0, "low"] == 1.0
    assert out["n_plants"].tolist() == [2, 5, 1, 9]
    # the industry's total is not known, so the quotient of the rest holds an estimate
    assert out["lq"].tolist()[1:] == [1.0, 3.0, 1.2345]


def test_a_cluster_with_one_withheld_cell_has_no_value_of_the_industry() -> None:
    declared = Table({"cluster": IDENTIFIER, "industry": IDENTIFIER, "lq": CELL})
    frame = pd.DataFrame({
        "cluster": ["C001", "C001", "C002", "C009"],
        "industry": ["A", "B", "A", "A"],
        "lq": [1.0, 1.0, 1.0, 1.0],
    })
    out, _ = published(frame, declared)
    assert out["lq"].isna().tolist() == [True, False, False, False]


@pytest.mark.parametrize("index", [[0, 1], [7, 3], ["x", "x"]])
def test_rows_are_told_by_their_place_and_not_by_their_index(index: list) -> None:
    declared = Table({"cluster": IDENTIFIER, "industry": IDENTIFIER, "lq": CELL})
    frame = pd.DataFrame(
        {"cluster": ["C002", "C001"], "industry": ["A", "A"], "lq": [1.0, 1.0]},
        index=index,
    )
    out, _ = published(frame, declared)
    assert out["lq"].isna().tolist() == [False, True]
    assert list(out.index) == index


def test_undeclared_and_private_columns_are_dropped() -> None:
    declared = Table({"name": IDENTIFIER, "largest": PRIVATE})
    frame = pd.DataFrame({"name": ["a"], "largest": [5.0], "leak": [1.0]})
    frame.attrs["sums"] = {"A": 3}
    for on in (known(), known(withheld=False)):
        out, lost = published(frame, declared, on)
        assert list(out.columns) == ["name"]
        assert not out.attrs
        assert lost == ["table.leak", "table.attrs[sums]"]
    assert list(frame.columns) == ["name", "largest", "leak"]


@pytest.mark.parametrize("value", [np.nan, 0.0, 5.0])
def test_an_empty_or_constant_column_is_no_fault(value: float) -> None:
    out, _ = published(rows(lq=[value, value], excess_jobs=[value, value]), SUMS)
    assert out["lq"].isna().all() == np.isnan(value)
    empty, _ = published(rows().iloc[:0], SUMS)
    assert list(empty.columns) == list(SUMS.columns)


def test_a_quotient_of_an_estimated_total_stays_in_its_interval() -> None:
    declared = declared_parts()["concentration"]
    assert isinstance(declared, Table)
    table = pd.DataFrame({
        "region": "s",
        "industry": "B",
        "lq_jobs": [7.8912, 0.33641, 5.81021, 1.2345, 0.0],
        "lq_jobs_smoothed": [7.8912, 0.33641, 5.81021, 1.2345, 0.0],
        "lq_jobs_lower": [5.583, 0.3306, 5.7857, 1.2345, 0.0],
        "lq_jobs_upper": [11.16, 0.3502, 5.8350, 1.2345, 0.0],
        "lq_plants_smoothed": [5.4321, 0.4, 5.2, 1.1, 0.1],
        "p_value": [0.012345, 0.012345, 0.012345, 0.012345, 0.012345],
        "stability": [0.0234, 0.03, 0.01, 0.2, np.inf],
        "share_imputed": [0.4, 0.04, 0.004, 0.0, 0.3],
        "test": ["count", "herfindahl", "count", "count", "count"],
    })
    out, _ = published(table, declared)
    assert out["lq_jobs"].tolist() == [8.0, 0.34, 5.81, 1.2345, 0.0]
    assert out["lq_jobs_smoothed"].tolist() == out["lq_jobs"].tolist()
    assert (out["lq_jobs"] >= out["lq_jobs_lower"]).all()
    assert (out["lq_jobs"] <= out["lq_jobs_upper"]).all()
    # counts of plants are published: what comes from them stays
    assert out["lq_plants_smoothed"].tolist() == [5.4321, 0.4, 5.2, 1.1, 0.1]
    assert out["p_value"].tolist() == [0.012345, 0.02, 0.012345, 0.012345, 0.012345]
    open_end, _ = published(table.assign(lq_jobs_upper=np.inf), declared)
    assert open_end["lq_jobs"].iloc[0] == 8.0
