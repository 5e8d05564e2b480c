"""Links carried from one country to another."""

from __future__ import annotations

import numpy as np
import pytest

from clusterid import networks as nw
from clusterid.errors import GraphError, OptionError


def test_carried_links_are_those_of_the_home() -> None:
    layer = nw.from_matrix(
        ["x", "y", "z"],
        np.array([[0, 0.5, 0.2], [0.5, 0, 0], [0.2, 0, 0]]),
        directed=False, layer="supply", kind="industry", absent="zero",
        observed=["x", "y"],
    )  # fmt: skip
    home = {"3": "y", "1": "x", "2": "x", "4": "nowhere", "5": None, "6": "z"}
    fine = nw.carry_network(layer, home)
    assert dict(((u, v), w) for u, v, w in fine.edges(data="weight")) == {
        ("1", "2"): 1.0,
        ("1", "3"): 0.5,
        ("2", "3"): 0.5,
    }
    assert list(fine.nodes) == ["1", "2", "3", "4", "5", "6"]
    # z is in the table, but the layer does not observe it
    assert fine.graph["observed"] == ["1", "2", "3"]
    assert fine.graph["layer"] == "supply"
    assert nw.carry_network(layer, home, own=0.7).edges["1", "2"]["weight"] == 0.7
    with pytest.raises(OptionError, match="no industry"):
        nw.carry_network(layer, {"1": "q"})
    with pytest.raises(GraphError, match="directed"):
        nw.carry_network(layer.to_directed(), home)
