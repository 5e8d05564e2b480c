"""The cluster index as the book writes it."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from clusterid.concentration import litzenberger_sternberg


def test_litzenberger_sternberg(plants: pd.DataFrame, jobs: pd.DataFrame) -> None:
    firms = pd.crosstab(plants["region"], plants["industry"])
    rng = np.random.default_rng(3)
    area = pd.Series(rng.uniform(10, 90, len(jobs)), jobs.index)
    people = pd.Series(rng.uniform(10, 90, len(jobs)), jobs.index)
    found = litzenberger_sternberg(jobs, firms, area, people)
    found = found.set_index(["region", "industry"])["cluster_index"]
    for j, i in itertools.product(jobs.index, jobs.columns):
        share = jobs.loc[j, i] / jobs[i].sum()
        density = share / (area[j] / area.sum())
        stock = share / (people[j] / people.sum())
        size = (jobs.loc[j, i] / firms.loc[j, i]) / (jobs[i].sum() / firms[i].sum())
        assert found[j, i] == pytest.approx(density * stock / size)
