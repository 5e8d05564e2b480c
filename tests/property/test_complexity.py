"""What must hold for economic complexity."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from tests.property.simulated_data import QUICK, presences, seeds

from clusterid import networks as nw


@QUICK
@given(seeds)
def test_complexity_of_a_region_is_the_mean_of_what_it_has(seed: int) -> None:
    table = presences(seed)
    result = nw.economic_complexity(table)
    held = table.loc[:, result.pci.notna()]
    present = held.sum(axis=1) > 0
    mean = (held @ result.pci[held.columns]) / held.sum(axis=1)
    np.testing.assert_allclose(mean[present], result.eci[present], atol=1e-9)
    assert abs(result.eci.mean()) < 1e-9
    assert abs(result.eci.std(ddof=0) - 1) < 1e-9
