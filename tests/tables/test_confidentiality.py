"""Nothing that is held back can be read or computed from what is published."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterid.errors import TableError
from clusterid.tables import (
    Economy,
    economy,
    guard,
    guard_rows,
    publishable_interval,
)


def computable(result, jobs):
    """Held cells that follow from published cells and totals (linear algebra)."""
    held = result.held.to_numpy()
    n, m = held.shape
    unknown = {cell: k for k, cell in enumerate(zip(*np.nonzero(held), strict=True))}
    extra = len(unknown)
    equations = []
    for i in range(n):
        if not result.region_totals.iloc[i]:
            equations.append([unknown[i, j] for j in range(m) if held[i, j]])
    for j in range(m):
        if not result.industry_totals.iloc[j]:
            equations.append([unknown[i, j] for i in range(n) if held[i, j]])
    if not result.total:
        equations.append(list(range(extra)))
    matrix = np.zeros((len(equations), extra))
    for row, columns in enumerate(equations):
        matrix[row, columns] = 1
    found = []
    rank = np.linalg.matrix_rank(matrix) if extra else 0
    for cell, k in unknown.items():
        unit = np.zeros((1, extra))
        unit[0, k] = 1
        if np.linalg.matrix_rank(np.vstack([matrix, unit])) == rank:
            found.append(cell)
    return found


def simulated(seed, n=6, m=5):
    rng = np.random.default_rng(seed)
    regions = [f"r{i}" for i in range(n)]
    industries = [f"i{j}" for j in range(m)]
    plants = rng.poisson(4, (n, m)).astype(float)
    jobs = plants * rng.integers(1, 40, (n, m))
    largest = np.where(plants > 0, jobs / np.maximum(plants, 1), 0)
    frames = [pd.DataFrame(a, regions, industries) for a in (jobs, plants, largest)]
    return Economy(frames[0], frames[1], largest_plant=frames[2])


@pytest.mark.parametrize("seed", range(25))
def test_no_held_cell_can_be_computed_from_the_totals(seed):
    simulation = simulated(seed)
    result = guard(simulation)
    assert result.held.to_numpy().any()
    assert computable(result, simulation.employment) == []


def test_without_the_second_step_cells_can_be_computed():
    """The attack used above works: it finds cells where nothing guards them."""
    found = [computable(guard(simulated(s), secondary=False), None) for s in range(10)]
    assert any(found)


@pytest.mark.parametrize("seed", range(5))
def test_a_withheld_value_cannot_be_read_back_from_published_totals(seed):
    complete = simulated(seed, 8, 6)
    jobs = complete.employment.copy()
    jobs.iloc[2, 3] = np.nan
    totals = [
        *[(r, "TOTAL", v) for r, v in complete.employment.sum(axis=1).items()],
        *[("TOTAL", i, v) for i, v in complete.employment.sum(axis=0).items()],
        ("TOTAL", "TOTAL", complete.employment.to_numpy().sum()),
    ]
    totals = pd.DataFrame(totals, columns=["region", "industry", "value"])
    result = guard(economy(jobs, totals=totals))
    assert result.reasons.iloc[2, 3] == "withheld"
    assert computable(result, jobs) == []


def test_rules_by_hand():
    jobs = pd.DataFrame(
        [[5.0, 100.0, 0.0], [90.0, np.nan, 80.0]], ["r", "s"], ["A", "B", "C"]
    )
    plants = pd.DataFrame([[2, 9, 0], [8, 4, 7]], ["r", "s"], ["A", "B", "C"])
    largest = pd.DataFrame([[3, 20, 0], [80, 5, 10]], ["r", "s"], ["A", "B", "C"])
    result = guard(
        Economy(jobs, plants.astype(float), largest_plant=largest), secondary=False
    )
    assert result.reasons.loc["r"].tolist() == ["few_plants", "", ""]
    assert result.reasons.loc["s"].tolist() == ["dominance", "withheld", ""]
    shown = result.apply(jobs)
    assert shown.loc["r", "C"] == 0  # a cell without plants may be told
    assert np.isnan(shown.loc["r", "A"])
    assert "few_plants" in repr(result)


def test_a_total_is_held_where_no_cell_can_hide_another():
    """One industry: the region's total is the cell itself."""
    jobs = pd.DataFrame({"A": [5.0, 100.0, 70.0]}, index=["r", "s", "t"])
    plants = pd.DataFrame({"A": [1.0, 9.0, 9.0]}, index=["r", "s", "t"])
    result = guard(Economy(jobs, plants))
    assert result.held.loc["r", "A"]
    assert result.region_totals["r"]
    assert computable(result, jobs) == []


def test_nothing_is_held_where_everything_may_be_told():
    jobs = pd.DataFrame({"A": [50.0, 60.0], "B": [40.0, 70.0]}, index=["r", "s"])
    result = guard(Economy(jobs, jobs / 10))
    assert not result.held.to_numpy().any()
    assert not result.total


def test_rows_of_a_tidy_table():
    rows = pd.DataFrame({
        "employment": [9.0, 900.0, np.nan, 50.0, 0.0],
        "establishments": [2, 30, 1, 8, 0],
        "largest_plant_share": [0.5, 0.9, np.nan, 0.3, np.nan],
    })
    expected = ["few_plants", "dominance", "withheld", "", ""]
    assert guard_rows(rows).tolist() == expected


@settings(deadline=None)
@given(
    st.floats(0, 1e7, allow_nan=False),
    st.floats(0, 1e6, allow_nan=False),
    st.floats(0, 1e5, allow_nan=False),
)
def test_an_interval_keeps_its_width_and_holds_the_value(low, width, keep):
    high = low + width
    lower, upper = publishable_interval(low, high, keep_width=keep)
    slack = 1e-6 * max(1.0, high)
    assert 0 <= lower <= low + slack
    assert upper >= high - slack
    assert upper - lower >= max(high - low, keep, 10, 0.2 * high) - slack


def test_pinned_values_in_one_grid_cell_look_the_same():
    """The rounded interval tells no more than the grid cell: 41 to 60 are one."""
    values = np.arange(41.0, 50.0)
    lower, upper = publishable_interval(values, values)
    assert set(lower) == {40.0}
    assert set(upper) == {50.0}
    assert (upper - lower >= 10).all()


def test_intervals_keep_the_form_given():
    frame = pd.DataFrame({"A": [3.0, np.nan], "B": [0.0, 120.0]}, index=["r", "s"])
    lower, upper = publishable_interval(frame, frame + np.inf)
    assert lower.index.equals(frame.index)
    assert np.isinf(upper.loc["r", "A"])
    assert np.isnan(lower.loc["s", "A"])


def test_rules_out_of_range_are_told():
    jobs = pd.DataFrame({"A": [1.0]}, index=["r"])
    with pytest.raises(TableError) as caught:
        guard(Economy(jobs), minimum_plants=0, dominance=2)
    assert len(caught.value.faults) == 2
    with pytest.raises(TableError, match="lower is above upper"):
        publishable_interval(5, 3)
