"""Two worlds of one study from plants, run once for all tests of this folder."""

from __future__ import annotations

import pytest
from tests.attacks.studies import ECONOMY, Worlds, two_worlds


@pytest.fixture(scope="session")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    """Two worlds of two years, with clusters at every level of kind."""
    return two_worlds(tmp_path_factory.mktemp("worlds"), ECONOMY, years=2, most=4)


@pytest.fixture(scope="session")
def small_worlds(tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    """Two worlds small enough for linear programmes to guard them."""
    options = {"n_regions": 12, "n_industries": 88, "n_plants": 9_000,
               "n_projects": 30, "seed": 3}  # fmt: skip
    folder = tmp_path_factory.mktemp("small_worlds")
    return two_worlds(folder, options, years=1, most=5)
