"""The layer of codes."""

from __future__ import annotations

import pandas as pd
import pytest

from clusterid import networks as nw


def test_codes_close_in_the_tree() -> None:
    graph = nw.code_network(["2611", "2612", "2620", "01", "0111"])
    assert graph.edges["2611", "2612"]["weight"] == pytest.approx(2 / 3)
    assert graph.edges["2611", "2620"]["weight"] == pytest.approx(1 / 3)
    assert graph.edges["01", "0111"]["weight"] == pytest.approx(1 / 3)
    assert not graph.has_edge("0111", "2611")

    class Tree:
        codes = pd.DataFrame(
            {"parent": [None, "C", "C", "C26", "C26"]},
            index=["C", "C26", "C27", "x", "y"],
        )

    graph = nw.code_network(["x", "y", "C27"], classification=Tree())
    assert graph.edges["x", "y"]["weight"] == pytest.approx(2 / 3)
    assert graph.edges["C27", "x"]["weight"] == pytest.approx(1 / 3)
