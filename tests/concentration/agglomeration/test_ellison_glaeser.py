"""Ellison-Glaeser: check values, reasons and intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid.concentration import ellison_glaeser, maurel_sedillot


def linz() -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    plants = {
        "Wien": [200, 650, 12000, 100, 50],
        "Linz": [16000, 13000, 1500, 1500],
        "Graz": [25000],
    }
    sizes = np.concatenate(list(plants.values())) / 70000
    totals = {"Wien": 500000, "Linz": 400000, "Graz": 100000}
    jobs = pd.DataFrame({"A": {region: sum(k) for region, k in plants.items()}})
    jobs["rest"] = pd.Series(totals) - jobs["A"]
    H = pd.Series({"A": (sizes**2).sum(), "rest": 1e-6})
    fourth = pd.Series({"A": (sizes**4).sum(), "rest": 1e-12})
    return jobs, H, fourth


def test_a5_ellison_glaeser() -> None:
    jobs, H, fourth = linz()
    found = ellison_glaeser(jobs, H, plant_fourth_powers=fourth).loc["A"]
    assert found["gamma"] == pytest.approx(0.0599062841, abs=1e-10)
    assert found["raw_concentration"] == pytest.approx(0.1681632653, abs=1e-10)
    assert found["herfindahl"] == pytest.approx(0.2446887755, abs=1e-10)
    assert found["z"] == pytest.approx(0.1959001970, abs=1e-9)
    assert found["reason"] == "few_plants"  # 1/H is about four


def test_plant_herfindahl_that_is_missing_or_one_has_a_reason() -> None:
    jobs, H, _ = linz()
    jobs["one"], jobs["no_h"] = [5, 0, 0], [5, 5, 5]
    H["one"] = 1.0
    found = ellison_glaeser(jobs, H)
    assert found.loc["one", "reason"] == "single_plant"
    assert found.loc["no_h", "reason"] == "plant_herfindahl_unknown"
    assert found.loc[["one", "no_h"], ["gamma", "z", "p_value"]].isna().all(axis=None)
    other = maurel_sedillot(jobs, H)
    assert other.loc["one", "reason"] == "single_plant"


def test_bounds_of_the_plant_herfindahl_give_an_interval() -> None:
    jobs, H, _ = linz()
    bounds = pd.DataFrame({"lower": [0.1, 1e-6], "upper": [0.2, 1e-6]}, H.index)
    found = ellison_glaeser(jobs, bounds)
    ends = [
        ellison_glaeser(jobs, pd.Series({"A": h, "rest": 1e-6})).loc["A"]
        for h in (0.2, 0.1)
    ]
    row = found.loc["A"]
    assert row["gamma_lower"] == pytest.approx(ends[0]["gamma"])
    assert row["gamma_upper"] == pytest.approx(ends[1]["gamma"])
    assert row["p_value"] == pytest.approx(max(end["p_value"] for end in ends))
    assert np.isnan(row["gamma"])
    assert row["reason"] == "plant_herfindahl_interval"
    assert found.loc["rest", "gamma"] == found.loc["rest", "gamma_lower"]


def test_an_interval_that_nothing_fits_has_no_z_and_no_warning():
    import warnings

    jobs = pd.DataFrame({"A": [8.0, 0.0], "B": [0.0, 0.0]}, index=["r", "s"])
    ends = pd.DataFrame({"lower": [0.1, 0.1], "upper": [0.4, 0.4]}, index=["A", "B"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = ellison_glaeser(jobs, ends)
    assert table.loc["B", ["gamma_lower", "z_lower", "z_upper"]].isna().all()
