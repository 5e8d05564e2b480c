"""Maurel-Sedillot on plants that only the golden files hold."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from tests.golden.peers import Golden, plant_tables, plants_of

from clusterid.concentration import maurel_sedillot


def test_a8_maurel_sedillot_with_own_totals(golden: Callable[[str], Golden]) -> None:
    jobs, H, _ = plant_tables(plants_of(golden("reat_ellison_glaeser")))
    found = maurel_sedillot(jobs, H)["gamma"]
    known = [0.1862477, -0.5980208, 0.4538845, -0.0044226]
    np.testing.assert_allclose(found, known, atol=5e-8)
