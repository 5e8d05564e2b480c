"""Supply networks: weights by hand, faults, industries without flows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from clusterid import networks as nw
from clusterid.errors import OptionError, TableError


def test_weights_by_hand(three: tuple[pd.DataFrame, pd.Series]) -> None:
    flows, x = three
    assert nw.supply_network(flows, output=x).edges["a", "b"]["weight"] == 20 / 80
    out = nw.supply_network(flows, output=x, weight="output")
    assert out.edges["a", "b"]["weight"] == 20 / 100
    best = nw.supply_network(flows, output=x, weight="max")
    assert best.edges["a", "b"]["weight"] == 20 / 80
    same = nw.supply_network(flows, output=x, weight="maximum")
    assert list(same.edges(data=True)) == list(best.edges(data=True))
    # without output: shares of purchases among the industries of the table
    bare = nw.supply_network(flows)
    assert bare.edges["c", "a"]["weight"] == pytest.approx(5 / 15)
    assert bare.nodes["a"]["own_use"] == pytest.approx(10 / 15)
    assert not bare.has_edge("a", "a")


def test_total_requirements_and_lengths_equal_the_power_series(
    three: tuple[pd.DataFrame, pd.Series],
) -> None:
    flows, x = three
    codes = ["a", "b", "c"]
    Z = flows.pivot(index="seller", columns="buyer", values="value")
    Z = Z.reindex(index=codes, columns=codes).fillna(0).to_numpy()
    A, B = Z / x.to_numpy(), Z / x.to_numpy()[:, None]
    power_a, power_b = np.eye(3), np.eye(3)
    total_a, total_b, steps = np.zeros((3, 3)), np.zeros((3, 3)), np.zeros((3, 3))
    for r in range(1, 200):
        power_a, power_b = power_a @ A, power_b @ B
        total_a += power_a
        total_b += power_b
        steps += r * power_a
    graph = nw.supply_network(flows, output=x, weight="total")
    expected = (total_a + total_b) / 2
    assert graph.edges["a", "c"]["weight"] == pytest.approx(expected[0, 2], rel=1e-12)
    length = nw.average_propagation_lengths(flows, output=x)
    ratio = steps / total_a
    np.fill_diagonal(ratio, np.nan)
    np.testing.assert_allclose(length, ratio, rtol=1e-10)
    apl = nw.supply_network(flows, output=x, weight="apl", minimum=1e-9)
    assert apl.edges["a", "c"]["length"] == pytest.approx(ratio[0, 2], rel=1e-10)


def test_all_faults_are_told_at_once() -> None:
    flows = pd.DataFrame(
        [("a", "b", -1.0), ("a", "c", None), ("b", "c", 2.0), ("b", "c", 3.0)],
        columns=["seller", "buyer", "value"],
    )
    with pytest.raises(TableError) as caught:
        nw.supply_network(flows)
    assert len(caught.value.faults) == 3
    assert set(caught.value.rows["row"]) == {1, 2, 4}
    with pytest.raises(OptionError, match="input"):
        nw.supply_network(flows, weight="inputs")


def test_falling_inventories_may_be_negative_final_demand() -> None:
    flows = pd.DataFrame(
        [("a", "b", 5.0), ("a", "stocks", -2.0), ("a", "use", 10.0), ("b", "use", 9.0)],
        columns=["seller", "buyer", "value"],
    )
    graph = nw.supply_network(flows, industries=["a", "b"], weight="output")
    assert graph.edges["a", "b"]["weight"] == pytest.approx(5 / 13)


def test_industries_without_flows_are_not_observed(data_dir: Path) -> None:
    wide = pd.read_csv(data_dir / "wiod_niot_deu/z_domestic_deu_2014.csv", index_col=0)
    flows = wide.stack().rename_axis(["seller", "buyer"]).rename("value").reset_index()
    graph: Any = nw.supply_network(flows, source="WIOD 2016")
    assert len(graph) == 56
    assert set(graph) - set(graph.graph["observed"]) == {"T", "U"}
    universal = {n for n, u in graph.nodes(data="is_universal") if u}
    assert {"G46", "L68", "N"} <= universal
