"""Measures of a network against the golden sums."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np

from clusterid import networks as nw


def test_strength_equals_the_golden_sums(golden: Any) -> None:
    content = golden("partition_agreement")
    phi = np.array(content["inputs"]["proximity"], float)
    W = np.where(phi >= content["inputs"]["edge_threshold"], phi, 0.0)
    np.fill_diagonal(W, 0.0)
    names = [str(c) for c in content["inputs"]["industries"]]
    graph = nx.Graph()
    graph.add_nodes_from(names)
    for i, j in zip(*np.nonzero(np.triu(W, 1)), strict=True):
        graph.add_edge(names[i], names[j], weight=W[i, j])
    theirs = content["by_id"]["strength_eigenvector"]["output"]["strength"]
    ours = nw.node_measures(graph).loc[names, "strength"]
    np.testing.assert_allclose(ours, np.array(theirs, float), rtol=1e-12)
