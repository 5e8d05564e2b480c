"""Ellison-Glaeser and Maurel-Sedillot as the papers write them."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from tests.oracle.simulated_data import shares

from clusterid.concentration import ellison_glaeser, maurel_sedillot

TOLERANCE = {"rtol": 1e-10, "atol": 1e-13}


def test_ellison_glaeser(plants: pd.DataFrame, jobs: pd.DataFrame) -> None:
    s, x, _ = shares(jobs)
    H, fourth = {}, {}
    for i in jobs.columns:
        sizes = plants.loc[plants["industry"].eq(i), "employment"].tolist()
        H[i] = sum((z / sum(sizes)) ** 2 for z in sizes)
        fourth[i] = sum((z / sum(sizes)) ** 4 for z in sizes)
    found = ellison_glaeser(jobs, pd.Series(H), plant_fourth_powers=pd.Series(fourth))
    other = maurel_sedillot(jobs, pd.Series(H))
    X = sum(v**2 for v in x.values())
    X3 = sum(v**3 for v in x.values())
    for i in jobs.columns:
        G = sum((s[j, i] - x[j]) ** 2 for j in jobs.index)
        gamma = (G - (1 - X) * H[i]) / ((1 - X) * (1 - H[i]))
        variance = 2 * (
            H[i] ** 2 * (X - 2 * X3 + X**2) - fourth[i] * (X - 4 * X3 + 3 * X**2)
        )
        z = (G - (1 - X) * H[i]) / math.sqrt(variance)
        np.testing.assert_allclose(
            found.loc[i, ["gamma", "variance", "z"]].to_numpy(dtype=float),
            [gamma, variance, z],
            **TOLERANCE,
        )
        squares = sum(s[j, i] ** 2 for j in jobs.index)
        ms = ((squares - X) / (1 - X) - H[i]) / (1 - H[i])
        assert other.loc[i, "gamma"] == pytest.approx(ms, rel=1e-10)


def test_variance_of_raw_concentration_by_throwing_plants() -> None:
    """The exact variance of G under random location, by enumeration."""
    x, sizes = [0.5, 0.3, 0.2], [5.0, 3.0, 2.0]
    values, chances = [], []
    for where in itertools.product(range(3), repeat=3):
        s = [0.0, 0.0, 0.0]
        for plant, region in enumerate(where):
            s[region] += sizes[plant] / 10
        values.append(sum((a - b) ** 2 for a, b in zip(s, x, strict=True)))
        chances.append(math.prod(x[region] for region in where))
    mean = sum(p * v for p, v in zip(chances, values, strict=True))
    variance = sum(p * (v - mean) ** 2 for p, v in zip(chances, values, strict=True))
    jobs = pd.DataFrame({"A": [5.0, 3, 2], "B": [45.0, 27, 18]})
    z = np.array(sizes) / 10
    H = pd.Series({"A": (z**2).sum(), "B": 0.01})
    fourth = pd.Series({"A": (z**4).sum(), "B": 1e-6})
    found = ellison_glaeser(jobs, H, plant_fourth_powers=fourth).loc["A"]
    assert found["variance"] == pytest.approx(variance, rel=1e-12)
    X = sum(v**2 for v in x)
    assert mean == pytest.approx((1 - X) * H["A"], rel=1e-12)
    # without fourth powers the larger end is taken: never below the truth
    assert ellison_glaeser(jobs, H).loc["A", "variance"] >= variance * (1 - 1e-12)
