"""Co-agglomeration as the papers write it."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest
from tests.oracle.simulated_data import shares

from clusterid.concentration import coagglomeration, group_coagglomeration


def test_coagglomeration(plants: pd.DataFrame, jobs: pd.DataFrame) -> None:
    s, x, _ = shares(jobs)
    X = sum(v**2 for v in x.values())
    pairs = coagglomeration(jobs)
    for a, b in itertools.permutations(jobs.columns, 2):
        value = sum((s[j, a] - x[j]) * (s[j, b] - x[j]) for j in jobs.index) / (1 - X)
        assert pairs.loc[a, b] == pytest.approx(value, rel=1e-9, abs=1e-14)
    # the group form of 1997, with plants, though they cancel
    group = list(jobs.columns[:4])
    total = sum(jobs[i].sum() for i in group)
    w = {i: jobs[i].sum() / total for i in group}
    H, gamma = {}, {}
    for i in group:
        sizes = plants.loc[plants["industry"].eq(i), "employment"]
        H[i] = ((sizes / sizes.sum()) ** 2).sum()
        G = sum((s[j, i] - x[j]) ** 2 for j in jobs.index)
        gamma[i] = (G - (1 - X) * H[i]) / ((1 - X) * (1 - H[i]))
    pooled = sum((sum(w[i] * s[j, i] for i in group) - x[j]) ** 2 for j in jobs.index)
    of_group = sum(w[i] ** 2 * H[i] for i in group)
    inside = sum(gamma[i] * w[i] ** 2 * (1 - H[i]) for i in group)
    squares = sum(v**2 for v in w.values())
    value = (pooled / (1 - X) - of_group - inside) / (1 - squares)
    found = group_coagglomeration(jobs, groups=pd.Series("g", group))
    assert found.loc["g", "gamma_c"] == pytest.approx(value, rel=1e-10)
