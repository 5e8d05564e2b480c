"""Minimal flow analysis: its filters and its layers of demand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterid import networks as nw


def test_minimal_flow_reports_every_filter(
    three: tuple[pd.DataFrame, pd.Series],
) -> None:
    flows, x = three
    result = nw.minimal_flow_analysis(flows, output=x, filters=8)
    assert len(result.profile) == 8
    states = result.profile[["n_none", "n_weak", "n_one_way", "n_two_way"]]
    assert (states.sum(axis=1) == 3).all()
    direct = result.profile["n_direct"].to_numpy()
    assert (np.diff(direct) <= 0).all()
    best = result.profile["entropy"].idxmax()
    assert result.filter == result.profile["filter"].iloc[best]
    low = nw.minimal_flow_analysis(flows, output=x, filters=[1e-9])
    # every industry reaches every other round the circle
    assert (low.structure.to_numpy()[~np.eye(3, dtype=bool)] == 3).all()


def test_layers_of_demand_add_up_to_the_flows(
    three: tuple[pd.DataFrame, pd.Series],
) -> None:
    from clusterid.networks.input_output._flows import flow_table
    from clusterid.networks.input_output._minimal_flow import layers_of_demand
    from clusterid.networks.input_output._requirements import input_shares

    flows, x = three
    table = flow_table(flows, output=x)
    A, y = input_shares(table), table.output - table.flows.sum(axis=1)
    layers = layers_of_demand(A, y, 1e-16)
    np.testing.assert_allclose(sum(layers), table.flows, atol=1e-12)
