"""Ginis as the papers write them."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.oracle.simulated_data import shares

from clusterid.concentration import hachman_index, locational_gini, specialization_gini


def gini(values: list[float]) -> float:
    n, mean = len(values), sum(values) / len(values)
    apart = sum(abs(a - b) for a in values for b in values)
    return apart / (2 * n * n * mean)


def test_ginis(jobs: pd.DataFrame) -> None:
    s, x, w = shares(jobs)
    total = jobs.to_numpy().sum()
    for i in jobs.columns:
        quotients = [s[j, i] / x[j] for j in jobs.index]
        assert locational_gini(jobs)[i] == pytest.approx(gini(quotients))
        assert locational_gini(jobs, variant="plain")[i] == pytest.approx(
            gini(jobs[i].tolist())
        )
        # Lorenz curve, trapezium by trapezium
        order = sorted(jobs.index, key=lambda j: s[j, i] / x[j])
        height = area = 0.0
        for j in order:
            area += x[j] * (height + height + s[j, i]) / 2
            height += s[j, i]
        weighted = locational_gini(jobs, variant="weighted")[i]
        assert weighted == pytest.approx(1 - 2 * area)
    share = {i: jobs[i].sum() / total for i in jobs.columns}
    for j in jobs.index:
        quotients = [w[j, i] / share[i] for i in jobs.columns]
        assert specialization_gini(jobs)[j] == pytest.approx(gini(quotients))
        mean = sum(w[j, i] * w[j, i] / share[i] for i in jobs.columns)
        assert hachman_index(jobs)[j] == pytest.approx(1 / mean)
