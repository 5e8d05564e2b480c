"""Differences, entropies and varieties as the papers write them."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from tests.oracle.simulated_data import shares

from clusterid.concentration import (
    entropy,
    hoover_index,
    krugman_concentration,
    related_variety,
    theil_index,
    unrelated_variety,
)


def test_differences_and_entropies(jobs: pd.DataFrame) -> None:
    s, x, w = shares(jobs)
    for i in jobs.columns:
        apart = sum(abs(s[j, i] - x[j]) for j in jobs.index)
        assert hoover_index(jobs)[i] == pytest.approx(apart / 2)
        assert krugman_concentration(jobs)[i] == pytest.approx(apart)
        theil = sum(
            s[j, i] * math.log(s[j, i] / x[j]) for j in jobs.index if s[j, i] > 0
        )
        assert theil_index(jobs)[i] == pytest.approx(theil)
    groups = {i: "ab"[k % 2] for k, i in enumerate(jobs.columns)}
    uv = unrelated_variety(jobs, pd.Series(groups))
    rv = related_variety(jobs, pd.Series(groups))
    for j in jobs.index:
        bits = -sum(w[j, i] * math.log2(w[j, i]) for i in jobs.columns if w[j, i] > 0)
        assert entropy(jobs)[j] == pytest.approx(bits)
        between = within = 0.0
        for g in "ab":
            P = sum(w[j, i] for i in jobs.columns if groups[i] == g)
            between -= P * math.log2(P)
            within -= P * sum(
                w[j, i] / P * math.log2(w[j, i] / P)
                for i in jobs.columns
                if groups[i] == g and w[j, i] > 0
            )
        assert uv[j] == pytest.approx(between)
        assert rv[j] == pytest.approx(within)
