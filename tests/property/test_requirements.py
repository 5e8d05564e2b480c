"""What must hold for every Leontief inverse."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from tests.property.simulated_data import QUICK, flows_of, seeds

from clusterid import networks as nw


@QUICK
@given(seeds)
def test_the_inverse_undoes_the_coefficients(seed: int) -> None:
    flows, output = flows_of(seed)
    A = nw.technical_coefficients(flows, output=output).to_numpy()
    L = nw.leontief_inverse(flows, output=output).to_numpy()
    np.testing.assert_allclose((np.eye(len(A)) - A) @ L, np.eye(len(A)), atol=1e-10)
    lengths = nw.average_propagation_lengths(flows, output=output).to_numpy()
    assert (lengths[np.isfinite(lengths)] >= 1 - 1e-12).all()
