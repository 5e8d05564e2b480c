"""What must hold for every proximity."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from tests.property.simulated_data import QUICK, presences, seeds

from clusterid import networks as nw


@QUICK
@given(seeds)
def test_proximities_are_symmetric_and_in_their_range(seed: int) -> None:
    table = presences(seed)
    for method in ("conditional", "cosine", "jaccard", "overlap"):
        phi = nw.proximity(table, method=method).to_numpy()
        np.testing.assert_allclose(phi, phi.T, rtol=1e-12)
        assert (phi >= 0).all()
        assert (phi <= 1 + 1e-12).all()
    least = nw.proximity(table, method="conditional").to_numpy()
    middle = nw.proximity(table, method="cosine").to_numpy()
    most = nw.proximity(table, method="overlap").to_numpy()
    assert (least <= middle + 1e-12).all()
    assert (middle <= most + 1e-12).all()


@QUICK
@given(seeds)
def test_tables_without_holes_take_either_road_to_the_same_proximity(seed: int) -> None:
    from clusterid.networks.relatedness._presence import presence_table
    from clusterid.networks.relatedness._proximity import _blocked, _pairwise

    table = presence_table(presences(seed))
    different = ~np.eye(table.values.shape[1], dtype=bool)
    for method in ("association", "probability", "z_score", "jaccard", "cosine"):
        with np.errstate(divide="ignore", invalid="ignore"):
            one = _blocked(table.values, method, "ubiquity")[different]
        two = _pairwise(table, method, "ubiquity")[different]
        known = np.isfinite(one) & np.isfinite(two)
        np.testing.assert_allclose(one[known], two[known], rtol=1e-9, atol=1e-12)
