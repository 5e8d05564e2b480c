"""Shift-share as the papers write it."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from clusterid.concentration import shift_share


def test_shift_share(jobs: pd.DataFrame) -> None:
    rng = np.random.default_rng(4)
    end = (jobs * rng.uniform(0.6, 1.5, jobs.shape)).round()
    E1, E2 = jobs.to_numpy().sum(), end.to_numpy().sum()
    dunn = shift_share(jobs, end).cells.set_index(["region", "industry"])
    split = shift_share(jobs, end, variant="esteban_marquillas").cells.set_index([
        "region",
        "industry",
    ])
    for j, i in itertools.product(jobs.index, jobs.columns):
        e, G, G_i = jobs.loc[j, i], E2 / E1 - 1, end[i].sum() / jobs[i].sum() - 1
        g = end.loc[j, i] / e - 1
        h = jobs.loc[j].sum() * jobs[i].sum() / E1
        row = dunn.loc[(j, i)]
        assert row["national_share"] == pytest.approx(e * G)
        assert row["industrial_mix"] == pytest.approx(e * (G_i - G))
        assert row["regional_share"] == pytest.approx(e * (g - G_i))
        assert split.loc[(j, i), "competitive"] == pytest.approx(h * (g - G_i))
        assert split.loc[(j, i), "allocation"] == pytest.approx((e - h) * (g - G_i))
