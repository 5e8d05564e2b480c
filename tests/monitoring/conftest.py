"""One simulated economy over the years."""

from __future__ import annotations

import pytest
from tests.monitoring.planted import as_candidates

from clusterid.monitoring import monitor
from clusterid.simulation import simulate_economy


@pytest.fixture(scope="module")
def sim():
    return simulate_economy(
        n_regions=150,
        n_plants=500_000,
        size_log_sd=1.0,
        n_years=5,
        planted=20,
        seed=7,
    )


@pytest.fixture(scope="module")
def found(sim):
    years = {y: sim.economy(y) for y in range(2004, 2009)}
    return monitor(years, as_candidates(sim.truth.clusters))
