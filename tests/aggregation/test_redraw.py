"""Redrawn plants: margins kept, moments as the formula says, withheld stays so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import clusterid as cid
from clusterid.aggregation import redraw_plants
from clusterid.errors import TableError

REGIONS = pd.Index(["r1", "r2", "r3"], name="region")
PLANTS = pd.DataFrame({"a": [6, 3, 1], "b": [0, 4, 4]}, index=REGIONS, dtype=float)
JOBS = pd.DataFrame({"a": [60.0, 90.0, 50.0], "b": [0.0, 40.0, np.nan]}, index=REGIONS)


def made(jobs: pd.DataFrame = JOBS, plants: pd.DataFrame = PLANTS) -> cid.Economy:
    economy = cid.economy(jobs, plant_herfindahl=pd.Series({"a": 0.2}))
    return replace(economy, establishments=plants)


def test_every_industry_keeps_its_plants_and_withheld_cells_stay_withheld() -> None:
    economy = made()
    before = economy.employment.copy()
    drawn = redraw_plants(economy, seed=3)
    assert drawn.establishments.sum().tolist() == [10, 8]
    assert drawn.establishments.loc["r1", "b"] == 0
    assert drawn.employment.isna().equals(JOBS.isna())
    assert drawn.employment.loc["r1", "b"] == 0
    # without a Herfindahl all plants of a cell are of one size
    assert drawn.employment.loc["r2", "b"] == drawn.establishments.loc["r2", "b"] * 10
    pd.testing.assert_frame_equal(economy.employment, before)


def test_moments_are_those_of_the_formula() -> None:
    economy = made()
    rng = np.random.default_rng(0)
    found = np.array([
        redraw_plants(economy, seed=rng).employment["a"].to_numpy() for _ in range(1500)
    ])
    mean = JOBS["a"].to_numpy()
    # n* has mean n and variance n(1 - n/10); c^2 = 10 * 0.2 - 1 = 1; sizes 10, 30, 50
    n, size = PLANTS["a"].to_numpy(), np.array([10.0, 30.0, 50.0])
    variance = (n * (1 - n / 10) + n) * size**2
    error = np.sqrt(variance / 1500)
    assert np.abs(found.mean(axis=0) - mean).max() < 4 * error.max()
    assert found.var(axis=0) == pytest.approx(variance, rel=0.2)


def test_same_draw_whatever_the_order_of_rows_and_columns() -> None:
    one = redraw_plants(made(), seed=5).employment
    turned = made(JOBS.iloc[::-1, ::-1], PLANTS.iloc[::-1, ::-1])
    other = redraw_plants(turned, seed=5).employment
    pd.testing.assert_frame_equal(one, other.reindex_like(one))


def test_jobs_with_herfindahls_alone_have_effective_plants() -> None:
    whole = JOBS.fillna(40.0)
    economy = cid.economy(whole, plant_herfindahl=pd.Series({"a": 0.1, "b": 0.2}))
    drawn = redraw_plants(economy, seed=1)
    assert drawn.establishments is None
    # ten effective plants of 20 jobs each, drawn whole
    assert (drawn.employment["a"] % 20).abs().max() < 1e-9
    assert drawn.employment["a"].sum() == pytest.approx(200)
    with pytest.raises(TableError, match="neither establishments nor plant"):
        redraw_plants(cid.economy(whole))
