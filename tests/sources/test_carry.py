"""Flows carried to other codes."""

from __future__ import annotations

import pandas as pd

from clusterid.sources import carry_flows


def test_carried_flows_by_hand() -> None:
    from clusterid.classifications import read_correspondence

    flows = pd.DataFrame({
        "seller": ["a", "b"],
        "buyer": ["b", "b"],
        "value": [8.0, 4.0],
    })
    halves = pd.DataFrame(
        {"source": ["a", "b", "b"], "target": ["x", "y", "z"],
         "weight": [1.0, 0.75, 0.25]}
    )  # fmt: skip
    carried = carry_flows(flows, read_correspondence(halves))
    found = {(r.seller, r.buyer): r.value for r in carried.itertuples()}
    assert found == {
        ("x", "y"): 6.0, ("x", "z"): 2.0,
        ("y", "y"): 2.25, ("y", "z"): 0.75, ("z", "y"): 0.75, ("z", "z"): 0.25,
    }  # fmt: skip
