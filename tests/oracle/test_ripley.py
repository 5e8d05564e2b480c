"""Ripley's K under randomness."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from clusterid.concentration import ripley


def test_ripley_is_neutral_under_randomness() -> None:
    rng = np.random.default_rng(9)
    found = []
    for _ in range(40):
        points = pd.DataFrame(rng.uniform(0, 10, (80, 2)), columns=["x", "y"])
        points["industry"] = "A"
        found.append(ripley(points, radii=[0.5, 1, 2], window=(0, 10, 0, 10))["k"])
    mean, sd = np.mean(found, axis=0), np.std(found, axis=0)
    expected = np.pi * np.array([0.25, 1.0, 4.0])
    assert (np.abs(mean - expected) < 4 * sd / math.sqrt(40)).all()
