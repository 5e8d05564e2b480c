"""What must hold for the cell test whatever the numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterid.clusters import test_groups
from clusterid.tables import Economy


def economy(seed: int, n_regions: int = 24, n_industries: int = 5) -> Economy:
    rng = np.random.default_rng(seed)
    size = np.exp(rng.normal(3, 0.8, n_regions))
    counts = rng.poisson(size[:, None] * rng.uniform(0.2, 2, n_industries))
    frame = pd.DataFrame(
        counts.astype(float),
        index=pd.Index([f"R{i:02d}" for i in range(n_regions)], name="region"),
        columns=pd.Index([f"{i}" for i in range(n_industries)], name="industry"),
    )
    return Economy(employment=frame * 7, establishments=frame)


GROUPS = pd.DataFrame({"g": [1.0, 1.0, 0.0, 0.0, 0.5]}, index=list("01234"))


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000))
def test_p_values_are_probabilities_and_one_without_a_concentration(seed):
    table = economy(seed)
    cells = test_groups(table, GROUPS, local_statistics=False)
    p = cells["p_value"].dropna()
    assert p.between(0, 1).all()
    assert (cells["q_value"].dropna() >= p - 1e-12).all()
    counts = table.establishments
    share = counts.sum(axis=1) / counts.to_numpy().sum()
    weight = GROUPS["g"].reindex(counts.columns)
    below = (counts @ weight).to_numpy() < (
        share * float((counts.sum(axis=0) * weight).sum())
    ).to_numpy() * (1 - 1e-9)
    assert (cells["p_value"].to_numpy()[below] == 1).all()


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 50))
def test_the_unit_of_jobs_does_not_change_the_quotient(seed, factor):
    table = economy(seed)
    scaled = Economy(table.employment * factor, establishments=table.establishments)
    first = test_groups(table, GROUPS, local_statistics=False)
    second = test_groups(scaled, GROUPS, local_statistics=False)
    np.testing.assert_allclose(first["lq"], second["lq"], rtol=1e-12)
    np.testing.assert_allclose(first["p_value"], second["p_value"], rtol=1e-12)
