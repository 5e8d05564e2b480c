"""One simulated economy that several files of tests read."""

from __future__ import annotations

import pytest

from clusterid.simulation import simulate_economy


@pytest.fixture(scope="module")
def simulated():
    return simulate_economy(seed=0)
