"""Tables of flows."""

from __future__ import annotations

import pandas as pd
import pytest

from clusterid.tables import (
    read_flows,
)


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u202f"])
def test_any_space_may_separate_thousands(space):
    table = pd.DataFrame({
        "region": ["a"],
        "industry": "x",
        "employment": [f"-1{space}234{space}567,5"],
    })
    flows = table.set_axis(["seller", "buyer", "value"], axis=1)
    read = read_flows(flows, decimal=",", thousands=" ", negative="keep")
    assert read["value"].tolist() == [-1_234_567.5]
