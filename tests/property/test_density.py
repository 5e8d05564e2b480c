"""What must hold for relatedness density."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from tests.property.simulated_data import QUICK, presences, seeds

from clusterid import networks as nw


@QUICK
@given(seeds)
def test_density_is_a_share_and_regions_in_any_order_get_it(seed: int) -> None:
    table = presences(seed)
    phi = nw.proximity(table, method="conditional")
    density = nw.relatedness_density(table, phi)
    values = density.to_numpy()[np.isfinite(density)]
    assert ((values >= 0) & (values <= 1 + 1e-12)).all()
    turned = nw.relatedness_density(table.iloc[::-1, ::-1], phi.iloc[::-1, ::-1])
    pd.testing.assert_frame_equal(density, turned)
    # a region with everything has density 1
    np.testing.assert_allclose(density.loc["R00"].dropna(), 1.0)
