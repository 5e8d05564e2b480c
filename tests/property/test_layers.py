"""What must hold for every stack of layers."""

from __future__ import annotations

from typing import Any

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st
from tests.property.simulated_data import QUICK, seeds, weighted

from clusterid import networks as nw


@QUICK
@given(seeds, st.floats(0.1, 100.0))
def test_stacking_sees_ranks_only(seed: int, factor: float) -> None:
    one, two = weighted(seed), weighted(seed + 1)
    scaled = one.copy()
    for a, b in scaled.edges:
        scaled.edges[a, b]["weight"] = factor * scaled.edges[a, b]["weight"] ** 2
    first = nw.stack_layers({"one": one, "two": two})
    second = nw.stack_layers({"two": two, "one": scaled})
    assert list(first.edges(data=True)) == list(second.edges(data=True))
    for *_, weight in first.edges(data="weight"):
        assert 0 < weight <= 1


@QUICK
@given(seeds)
def test_a_layer_that_sees_nothing_changes_nothing(seed: int) -> None:
    one = weighted(seed)
    blind: Any = nx.Graph(absent="unknown", kind="industry", observed=[])
    alone = nw.stack_layers({"one": one})
    both = nw.stack_layers({"one": one, "blind": blind})
    assert list(alone.edges(data=True)) == list(both.edges(data=True))
