"""Locational and specialisation Gini: check values of textbooks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid.concentration import locational_gini, specialization_gini


def test_a2_locational_gini() -> None:
    jobs = pd.DataFrame({"A": [500, 500, 1000, 7000, 1000]})
    jobs["rest"] = [20000, 15000, 20000, 40000, 5000] - jobs["A"]
    assert locational_gini(jobs)["A"] == pytest.approx(0.4068965517, abs=1e-10)
    scaled = locational_gini(jobs, normalised=True)["A"]
    assert scaled == pytest.approx(0.5086, abs=5e-5)
    weighted = locational_gini(jobs, variant="weighted")["A"]
    assert weighted == pytest.approx(0.3725)
    assert locational_gini(jobs, variant="krugman")["A"] == weighted / 2


def test_a3_specialisation_gini() -> None:
    region = np.array([700, 600, 500, 10000, 40000])
    nation = np.array([30000, 15000, 10000, 60000, 50000])
    jobs = pd.DataFrame([region, nation - region], index=["region", "rest"])
    found = specialization_gini(jobs)["region"]
    assert found == pytest.approx(0.6222222222, abs=1e-10)
