"""Backbones: what is refused, and what happens at the margin."""

from __future__ import annotations

import networkx as nx
import pytest

from clusterid import networks as nw
from clusterid.errors import GraphError, NotConvergedError


def test_shares_are_refused_where_counts_are_needed() -> None:
    graph = nx.Graph()
    graph.add_weighted_edges_from([("a", "b", 0.4), ("b", "c", 0.2)])
    with pytest.raises(GraphError, match="needs counts"):
        nw.backbone(graph)
    assert nw.backbone(graph, count_unit=0.01).number_of_nodes() == 3


def test_a_pair_alone_follows_the_rule_for_leaves() -> None:
    graph = nx.Graph()
    graph.add_weighted_edges_from([("a", "b", 5.0)])
    assert not nw.backbone(graph, method="disparity").edges
    kept = nw.backbone(graph, method="disparity", leaves="keep")
    assert list(kept.edges) == [("a", "b")]
    # a link whose other end can be tested is tested there
    graph.add_weighted_edges_from([("b", "c", 1.0), ("b", "d", 1.0), ("b", "e", 1.0)])
    assert ("a", "b") in nw.backbone(graph, method="disparity", alpha=0.3).edges


def test_a_star_cannot_be_doubly_stochastic_and_that_is_said() -> None:
    star = nx.star_graph(["m", "a", "b", "c"])
    nx.set_edge_attributes(star, 1.0, "weight")
    with pytest.raises(NotConvergedError, match="star"):
        nw.backbone(star, method="doubly_stochastic", iterations=200)
