"""What must hold for the bipartite configuration model."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from tests.property.simulated_data import QUICK, presences, seeds

from clusterid import networks as nw


@QUICK
@given(seeds)
def test_the_model_meets_every_degree(seed: int) -> None:
    table = presences(seed)
    model = nw.bicm(table)
    np.testing.assert_allclose(
        model.probability.sum(axis=1), table.sum(axis=1), atol=1e-8
    )
    np.testing.assert_allclose(model.probability.sum(), table.sum(), atol=1e-8)
    p = model.p_value.to_numpy()
    p = p[np.isfinite(p)]
    assert ((p >= 0) & (p <= 1)).all()
