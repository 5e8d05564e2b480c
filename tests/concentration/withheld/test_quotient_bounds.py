"""Quotients of withheld cells are intervals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.concentration.withheld.economies import simulated

from clusterid.concentration import location_quotient, location_quotient_bounds


@pytest.mark.parametrize("with_totals", [True, False])
def test_quotients_of_withheld_cells_are_intervals_that_hold_the_truth(with_totals):
    economy, truth = simulated(6)
    if not with_totals:
        economy = replace(economy, totals=None)
    found, true = location_quotient_bounds(economy), location_quotient(truth)
    known = true.notna()
    assert (found.lower <= true + 1e-9).where(known, True).to_numpy().all()
    assert (found.upper >= true - 1e-9).where(known, True).to_numpy().all()
    assert (found.lower.isna() == true.isna()).to_numpy().all()
    pinned = (~economy.withheld & known).to_numpy()
    width = found.width.to_numpy()
    assert (width[~pinned & known.to_numpy()] > 0).any()
    if with_totals:
        assert np.abs(width[pinned]).max() < 1e-9
    else:
        assert np.median(width[pinned]) > 0.01
