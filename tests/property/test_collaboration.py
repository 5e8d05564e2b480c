"""What must hold for every research network."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from tests.property.simulated_data import QUICK, seeds

from clusterid import networks as nw


@QUICK
@given(seeds)
def test_fractional_counting_never_depends_on_how_large_a_project_is(
    seed: int,
) -> None:
    rng = np.random.default_rng(seed)
    rows = [
        (f"p{p}", f"o{o}", f"R{o % 5}")
        for p in range(15)
        for o in rng.choice(12, rng.integers(2, 8), replace=False)
    ]
    table = pd.DataFrame(rows, columns=["project", "organisation", "region"])
    graph = nw.collaboration_network(table, null_model=None)
    total = graph.size(weight="weight") + sum(w for _, w in graph.nodes(data="within"))
    # a project of n hands out n times 1, and every pair holds two of them
    assert abs(total - len(table) / 2) < 1e-9
