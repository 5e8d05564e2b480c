"""Overall localisation as the paper writes it."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from tests.oracle.simulated_data import shares

from clusterid.concentration import overall_localisation


def test_overall_localisation(jobs: pd.DataFrame) -> None:
    _, x, w = shares(jobs)
    total = jobs.to_numpy().sum()
    mix = {i: jobs[i].sum() / total for i in jobs.columns}
    spread = sum(p * (1 - p) for p in mix.values())
    gini_value = sum(
        x[a] * x[b] * abs(w[a, i] - w[b, i])
        for i in jobs.columns
        for a in jobs.index
        for b in jobs.index
    ) / (2 * spread)
    found = overall_localisation(jobs)
    assert found["gini"] == pytest.approx(gini_value)
    divergence = sum(
        x[j] * w[j, i] * math.log(w[j, i] / mix[i])
        for j in jobs.index
        for i in jobs.columns
        if w[j, i] > 0
    )
    assert found["divergence"] == pytest.approx(divergence)
