"""Size classes: bounds of the plant Herfindahl hold every possible set of plants."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from clusterid.concentration import draw_plant_sizes, plant_herfindahl_bounds
from clusterid.errors import TableError

BANDS = {"1-4": (1, 4), "5-9": (5, 9), "10+": (10, float("inf"))}


@pytest.mark.parametrize("numbers", [(2, 1, 1), (3, 2, 0), (0, 3, 1), (1, 0, 2)])
def test_bounds_hold_every_whole_numbered_set_of_plants(numbers):
    counts = pd.DataFrame([numbers], index=["A"], columns=list(BANDS))
    for total in (22, 27, 30):
        ranges = [range(1, 5)] * numbers[0] + [range(5, 10)] * numbers[1]
        ranges += [range(10, 31)] * numbers[2]
        sets = [s for s in product(*ranges) if sum(s) == total]
        bounds = plant_herfindahl_bounds(counts, BANDS, pd.Series({"A": total}))
        low, high = bounds.loc["A", "lower"], bounds.loc["A", "upper"]
        if not sets:
            assert bounds.loc["A", "reason"] in {
                "total_below_classes",
                "total_above_classes",
            }
            continue
        squares = [sum(z * z for z in s) / total**2 for s in sets]
        assert low <= min(squares) + 1e-12
        assert high >= max(squares) - 1e-12
        assert high - max(squares) < 0.25 * 20**2 / total**2


def test_equal_plants_and_one_giant_are_the_extremes():
    counts = pd.DataFrame([[10]], index=["A"], columns=["10+"])
    bounds = plant_herfindahl_bounds(counts, BANDS, pd.Series({"A": 200.0}))
    assert bounds.loc["A", "lower"] == pytest.approx(0.1)
    giant = (9 * 10**2 + 110**2) / 200**2
    assert bounds.loc["A", "upper"] == pytest.approx(giant)


def test_class_totals_only_tighten():
    counts = pd.DataFrame([[5, 3, 2]], index=["A"], columns=list(BANDS))
    total = pd.Series({"A": 90.0})
    within = pd.DataFrame([[12.0, 20.0, 58.0]], index=["A"], columns=list(BANDS))
    wide = plant_herfindahl_bounds(counts, BANDS, total).loc["A"]
    tight = plant_herfindahl_bounds(counts, BANDS, total, band_totals=within).loc["A"]
    assert wide["lower"] <= tight["lower"] <= tight["upper"] <= wide["upper"]


def test_enterprises_that_cannot_give_the_jobs_are_told():
    counts = pd.DataFrame(
        [[2, 0, 0], [0, 0, 2], [0, 0, 0]], index=list("ABC"), columns=list(BANDS)
    )
    totals = pd.Series({"A": 50.0, "B": 15.0, "C": 5.0})
    bounds = plant_herfindahl_bounds(counts, BANDS, totals)
    assert bounds["reason"].tolist() == [
        "total_above_classes",
        "total_below_classes",
        "no_plants",
    ]
    assert bounds[["lower", "upper"]].isna().to_numpy().all()
    with pytest.raises(TableError) as caught:
        plant_herfindahl_bounds(counts.rename(columns={"5-9": "6-9"}), BANDS, totals)
    assert "no edges" in str(caught.value)


def test_a_class_that_begins_at_nobody_is_a_class():
    counts = pd.DataFrame({"0-4": [10], "1000+": [2]}, index=["A"])
    bands = {"0-4": (0, 4), "1000+": (1000, float("inf"))}
    bounds = plant_herfindahl_bounds(counts, bands, pd.Series({"A": 5000.0})).loc["A"]
    assert bounds["upper"] == pytest.approx((4000**2 + 1000**2) / 5000**2)
    assert bounds["lower"] == pytest.approx((2 * 2480**2 + 10 * 4**2) / 5000**2)
    plants = draw_plant_sizes(counts, bands, pd.Series({"A": 5000.0}))
    assert plants["employment"].sum() == pytest.approx(5000.0)
    assert plants["employment"].min() >= 1.0
    none = plant_herfindahl_bounds(counts, bands, pd.Series({"A": 0.0})).loc["A"]
    assert none["reason"] == "total_below_classes"


def test_drawn_plants_fit_their_classes_and_their_total():
    counts = pd.DataFrame(
        [[50, 20, 5], [8, 0, 1]], index=list("AB"), columns=list(BANDS)
    )
    totals = pd.Series({"A": 420.0, "B": 300.0})
    plants = draw_plant_sizes(counts, BANDS, totals, seed=4)
    sums = plants.groupby("industry")["employment"].sum()
    np.testing.assert_allclose(sums, [420.0, 300.0], rtol=1e-12)
    sizes = plants.loc[plants["industry"] == "A", "employment"]
    assert (sizes <= 4 + 1e-9).sum() == 50
    assert (sizes >= 10 - 1e-9).sum() == 5
    squares = ((plants["employment"] / plants["industry"].map(totals)) ** 2).groupby(
        plants["industry"]
    )
    bounds = plant_herfindahl_bounds(counts, BANDS, totals)
    assert (squares.sum() >= bounds["lower"] - 1e-12).all()
    assert (squares.sum() <= bounds["upper"] + 1e-12).all()
    again = draw_plant_sizes(counts.iloc[::-1], BANDS, totals, seed=4)
    pd.testing.assert_frame_equal(plants, again)


def test_great_britain_enterprises_against_local_units(data_dir):
    # size bands count enterprises, jobs are those of local units: METHODS found the
    # bounds feasible for 504 of 729 classes
    folder = data_dir / "uk_bres_nuts2"
    name = "gb_enterprises_by_sizeband_sic5_2016_2022.parquet"
    enterprises = pd.read_parquet(folder / name, filters=[("year", "==", 2019)])
    counts = enterprises.pivot(index="sic5", columns="sizeband", values="enterprises")
    jobs = pd.read_parquet(
        folder / "bres_employment_sic5_2015_2021.parquet",
        filters=[("year", "==", 2019)],
    )
    totals = jobs.groupby("sic5")["emp"].sum(min_count=1)
    bands = {"0 to 4": (1, 4), "1000+": (1000, float("inf"))}
    for band in counts.columns.difference(list(bands)):
        low, high = band.split(" to ")
        bands[band] = (int(low), int(high))
    bounds = plant_herfindahl_bounds(counts.fillna(0), bands, totals)
    assert len(bounds) == 729
    assert (bounds["reason"] == "").sum() == 504
    feasible = bounds[bounds["reason"] == ""]
    assert (feasible["lower"] <= feasible["upper"]).all()
    # the width of ignorance: for half of the classes a factor above 3
    assert (feasible["upper"] / feasible["lower"]).median() > 3.0
