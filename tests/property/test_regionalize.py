"""What must hold for regional coefficients."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from tests.property.simulated_data import QUICK, flows_of, seeds

from clusterid import networks as nw


@QUICK
@given(seeds, st.sampled_from(["slq", "cilq", "flegg", "augmented_flegg"]))
def test_a_region_never_buys_more_at_home_than_the_nation(
    seed: int, method: str
) -> None:
    flows, output = flows_of(seed)
    rng = np.random.default_rng(seed)
    jobs = pd.DataFrame(rng.gamma(1, 50, (4, 6)), columns=output.index)
    estimate = nw.regionalize(flows, jobs, output=output, method=method)
    A = nw.technical_coefficients(flows, output=output).to_numpy()
    assert (estimate.coefficients <= A[None] + 1e-12).all()
    produced = estimate.output.sum()
    np.testing.assert_allclose(produced, output[produced.index], rtol=1e-10)


@QUICK
@given(seeds, st.floats(0.0, 0.85))
def test_larger_delta_buys_less_at_home(seed: int, delta: float) -> None:
    flows, output = flows_of(seed)
    rng = np.random.default_rng(seed)
    jobs = pd.DataFrame(rng.gamma(1, 50, (4, 6)), columns=output.index)
    low = nw.regionalize(flows, jobs, output=output, delta=delta, sweep=(0.1,))
    high = nw.regionalize(flows, jobs, output=output, delta=delta + 0.1, sweep=(0.1,))
    assert (high.coefficients <= low.coefficients + 1e-12).all()
