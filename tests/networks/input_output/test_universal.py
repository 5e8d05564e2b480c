"""Suppliers of everybody."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid import networks as nw


def test_universal_suppliers_are_found_weakened_and_dropped() -> None:
    rng = np.random.default_rng(0)
    size = rng.lognormal(3, 1, 12)
    rows = []
    for j in range(12):
        rows.append(("wholesale", f"i{j:02d}", rng.uniform(0.1, 0.3) * size[j]))
        rows.append((f"i{(j + 1) % 12:02d}", f"i{j:02d}", 0.3 * size[j]))
    flows = pd.DataFrame(rows, columns=["seller", "buyer", "value"])
    table = nw.universal_suppliers(flows)
    assert table.index[table["is_universal"]].tolist() == ["wholesale"]
    kept = nw.supply_network(flows)
    weaker = nw.supply_network(flows, universal="downweight")
    gone = nw.supply_network(flows, universal="drop")
    assert kept.nodes["wholesale"]["is_universal"]
    factor = 1 - table.loc["wholesale", "breadth"]
    for _, buyer in kept.out_edges("wholesale"):
        before = kept.edges["wholesale", buyer]["weight"]
        assert weaker.edges["wholesale", buyer]["weight"] == pytest.approx(
            before * factor
        )
    assert gone.out_degree("wholesale") == 0
    assert gone.number_of_edges() == 12
