"""What must hold of margins."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from tests.property.simulated_data import QUIET, employment_tables

from clusterid.tables import economy, margins


@QUIET
@given(employment_tables())
def test_a_margin_never_takes_withheld_for_nothing(table):
    result = economy(table)
    sums = margins(result.employment)
    for region, row in result.employment.iterrows():
        if row.isna().any():
            assert np.isnan(sums.region[region])
        else:
            assert sums.region[region] == row.sum()
    assert np.isnan(sums.total) == result.employment.isna().to_numpy().any()
