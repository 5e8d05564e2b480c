"""Measures of agglomeration at their edges."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import clusterid as cid
from clusterid.concentration import duranton_puga_diversity
from clusterid.errors import TableError

JOBS = pd.DataFrame(
    {"A": [60.0, 30.0, 10.0], "rest": [400.0, 300.0, 300.0]}, index=["r", "s", "t"]
)
SIZES = np.array([0.4, 0.3, 0.2, 0.1])
H = pd.Series({"A": float((SIZES**2).sum()), "rest": 0.001})
FOURTH = pd.Series({"A": float((SIZES**4).sum()), "rest": 5e-7})


@pytest.mark.parametrize("factor", [0.2, 5.0, 100.0])
def test_fourth_powers_that_no_plants_have_are_a_fault(factor: float) -> None:
    assert (
        cid.ellison_glaeser(JOBS, H, plant_fourth_powers=FOURTH)["variance"] > 0
    ).all()
    with pytest.raises(TableError, match="fourth powers lies outside"):
        cid.ellison_glaeser(JOBS, H, plant_fourth_powers=FOURTH * factor)


def test_fourth_powers_within_an_interval_of_h_keep_z_finite() -> None:
    bounds = pd.DataFrame({"lower": H * 0.6, "upper": H})
    found = cid.ellison_glaeser(JOBS, bounds, plant_fourth_powers=FOURTH)
    assert np.isfinite(found.loc["A", ["z_lower", "z_upper"]].astype(float)).all()
    missing = FOURTH.where(FOURTH.index != "A")
    cid.ellison_glaeser(JOBS, H, plant_fourth_powers=missing)


def test_devereux_needs_a_plant_in_every_region_with_jobs() -> None:
    n = pd.Series({"A": 4, "rest": 1200})
    cid.devereux(JOBS, H, n)
    with pytest.raises(TableError, match="more regions than there are plants"):
        cid.devereux(JOBS, pd.Series({"A": 0.5, "rest": 0.001}), n.replace(4, 2))


def test_one_plant_is_no_agglomeration() -> None:
    jobs = JOBS.assign(A=[5.0, 0.0, 0.0])
    found = cid.devereux(
        jobs, pd.Series({"A": 1.0, "rest": 0.001}), pd.Series({"A": 1, "rest": 1200})
    )
    assert found.loc["A", "reason"] == "single_plant"
    assert np.isnan(found.loc["A", "alpha"])


def test_a_lower_herfindahl_is_not_below_that_of_equal_plants() -> None:
    n = pd.Series({"A": 4, "rest": 1200})
    wide = pd.DataFrame({"lower": [0.01, 0.001], "upper": H}, index=H.index)
    tight = wide.assign(lower=[0.25, 0.001])
    pd.testing.assert_frame_equal(
        cid.devereux(JOBS, wide, n), cid.devereux(JOBS, tight, n)
    )


@pytest.mark.parametrize("shares", [[0.1, 0.2, 0.7], [1 / 3, 1 / 3, 1 / 3]])
def test_the_mix_of_all_is_infinitely_diverse(shares: list[float]) -> None:
    sizes = [3.0, 7.1, 1e5, 0.3]
    jobs = pd.DataFrame(
        np.outer(sizes, shares), index=list("rstu"), columns=list("ABC")
    )
    assert np.isposinf(duranton_puga_diversity(jobs)).all()
    jobs.loc["r", "A"] *= 1.01
    found = duranton_puga_diversity(jobs)
    assert np.isfinite(found["r"])
    assert (found >= 0.5).all()
