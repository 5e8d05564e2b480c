"""Simulated plants."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="module")
def plants() -> pd.DataFrame:
    """A simulated economy of plants."""
    rng = np.random.default_rng(20)
    n = 600
    return pd.DataFrame({
        "region": rng.choice([f"r{j}" for j in range(7)], n, p=[0.3, *[0.1] * 5, 0.2]),
        "industry": rng.choice([f"i{k}" for k in range(6)], n),
        "employment": np.ceil(rng.lognormal(2.5, 1.3, n)),
    })


@pytest.fixture(scope="module")
def jobs(plants: pd.DataFrame) -> pd.DataFrame:
    return plants.pivot_table(
        index="region", columns="industry", values="employment", aggfunc="sum"
    ).fillna(0.0)


@pytest.fixture
def simulated():
    rng = np.random.default_rng(8)
    plants = []
    for industry in ("A", "B", "C"):
        for region in rng.choice(list("rstuv"), 25, p=[0.4, 0.2, 0.2, 0.1, 0.1]):
            plants.append((industry, region, float(np.ceil(rng.lognormal(2, 1)))))
    return pd.DataFrame(plants, columns=["industry", "region", "employment"])
