"""The disparity filter against the golden reference."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pytest

from clusterid import networks as nw


def test_disparity_equals_the_golden_reference(golden: Any) -> None:
    content = golden("partition_agreement")
    phi = np.array(content["inputs"]["proximity"], float)
    cut = content["inputs"]["edge_threshold"]
    names = [str(c) for c in content["inputs"]["industries"]]
    W = np.where(phi >= cut, phi, 0.0)
    np.fill_diagonal(W, 0.0)
    graph = nx.Graph()
    graph.add_nodes_from(names)
    for i, j in zip(*np.nonzero(np.triu(W, 1)), strict=True):
        graph.add_edge(names[i], names[j], weight=W[i, j])
    theirs = np.array(
        content["by_id"]["disparity_filter_reference"]["output"], dtype=float
    )
    both = np.fmin(theirs, theirs.T)
    kept = nw.backbone(graph, method="disparity", alpha=0.999999)
    for a, b in kept.edges:
        i, j = names.index(a), names.index(b)
        value = kept.edges[a, b]["backbone_score"]
        assert value == pytest.approx(both[i, j], rel=1e-9)
    assert kept.number_of_edges() == (np.triu(both < 0.999999, 1)).sum()
    tree = nw.backbone(graph, method="maximum_spanning_tree")
    expected = content["by_id"]["maximum_spanning_tree"]["output"]
    assert tree.number_of_edges() == expected["edges"]
    assert tree.size(weight="weight") == pytest.approx(expected["weight"], rel=1e-12)
    assert nx.number_connected_components(tree) == expected["components"]
