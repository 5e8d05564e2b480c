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
def test_answers_keep_their_ranges_and_their_order(seed):
    cells = test_groups(economy(seed), GROUPS)
    for name in ("plants", "rest", "exceptional"):
        p, q = cells[f"p_{name}"], cells[f"q_{name}"]
        assert p.dropna().between(0, 1).all()
        assert (q.dropna() >= p.dropna() - 1e-12).all()
    # one plant fewer is never stronger evidence
    assert (cells["p_rest"] >= cells["p_plants"] - 1e-12).all()
    assert (cells["lq_plants_lower"] <= cells["lq_plants"]).all()
    assert (cells["lq_plants"] <= cells["lq_plants_upper"]).all()
    # a lower bar grades no cell lower in plants
    rank = {"A": 0, "B": 1, "D": 2, "C": 3, "": 4}
    low, high = (cells[f"grade_at_{bar}_bar"].map(rank) for bar in ("lower", "higher"))
    assert (low <= high).all()


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 50))
def test_the_unit_of_jobs_does_not_change_the_quotients(seed, factor):
    table = economy(seed)
    scaled = Economy(table.employment * factor, establishments=table.establishments)
    first, second = test_groups(table, GROUPS), test_groups(scaled, GROUPS)
    for name in ("lq_jobs", "lq_plants", "p_plants", "p_exceptional"):
        np.testing.assert_allclose(first[name], second[name], rtol=1e-12)
