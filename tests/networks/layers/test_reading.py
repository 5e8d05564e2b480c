"""Measures of a network by hand."""

from __future__ import annotations

import itertools
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from clusterid import networks as nw
from clusterid.errors import TableError


def random_graph(seed: int, *, directed: bool = False) -> Any:
    rng = np.random.default_rng(seed)
    graph: Any = nx.DiGraph() if directed else nx.Graph()
    codes = [f"n{i:02d}" for i in range(14)]
    graph.add_nodes_from(codes)
    for a, b in itertools.permutations(codes, 2):
        if rng.random() < 0.15:
            graph.add_edge(a, b, weight=float(rng.integers(1, 9)))
    return graph


@pytest.mark.parametrize("directed", [False, True])
def test_measures_equal_networkx(directed: bool) -> None:
    graph = random_graph(1, directed=directed)
    ours = nw.node_measures(graph)
    for a, b in graph.edges:
        graph.edges[a, b]["length"] = 1 / graph.edges[a, b]["weight"]
    between = nx.betweenness_centrality(graph, weight="length")
    core = nx.core_number(graph)
    for node in graph:
        assert ours.loc[node, "betweenness"] == pytest.approx(between[node])
        assert ours.loc[node, "core"] == core[node]
        assert ours.loc[node, "strength"] == graph.degree(node, weight="weight")
        assert ours.loc[node, "degree"] == graph.degree(node)


@pytest.mark.parametrize("directed", [False, True])
def test_brokerage_equals_a_loop_over_triples(directed: bool) -> None:
    graph = random_graph(2, directed=directed)
    groups = {n: "XYZ"[i % 3] for i, n in enumerate(sorted(graph))}
    ours = nw.brokerage(graph, groups)
    for b in graph:
        count = dict.fromkeys(ours.columns[:-1], 0)
        for a, c in itertools.permutations(graph, 2):
            if b in {a, c} or not (graph.has_edge(a, b) and graph.has_edge(b, c)):
                continue
            if graph.has_edge(a, c):
                continue
            one, own, two = groups[a], groups[b], groups[c]
            if one == own == two:
                count["coordinator"] += 1
            elif one == two:
                count["consultant"] += 1
            elif own == two:
                count["gatekeeper"] += 1
            elif one == own:
                count["representative"] += 1
            else:
                count["liaison"] += 1
        assert ours.loc[b, list(count)].to_dict() == count
    if not directed:
        assert (ours["gatekeeper"] == ours["representative"]).all()
    with pytest.raises(TableError, match="without a group"):
        nw.brokerage(graph, {"n00": "X"})


def test_external_internal_index_and_its_expectation() -> None:
    graph = nx.complete_graph(["a", "b", "c", "d"])
    nx.set_edge_attributes(graph, 1.0, "weight")
    table = nw.external_internal_index(graph, dict(zip("abcd", "XXYY", strict=True)))
    # everyone with everyone: the index is what it is expected to be
    assert table["ei"].tolist() == pytest.approx(table["expected"].tolist())
    assert table.loc["TOTAL", "ei"] == pytest.approx((4 - 2) / 6)
    graph.nodes["a"]["within"] = 6.0
    alone = nw.external_internal_index(graph)
    assert alone.loc["a", "ei"] == pytest.approx((3 - 6) / 9)


def test_flags_of_over_embeddedness() -> None:
    graph = nx.Graph()
    graph.add_weighted_edges_from([("a", "b", 1.0), ("b", "c", 1.0), ("b", "d", 1.0)])
    graph.add_edge("b", "e", weight=1.0)
    graph.add_node("lonely")
    graph.nodes["c"]["within"] = 10.0
    table = nw.embeddedness(graph, largest_share=pd.Series({"b": 0.7}))
    assert table["flags"].to_dict() == {
        "a": "low_diversity",
        "b": "dominant_plant",
        "c": "closed_group;low_diversity",
        "d": "low_diversity",
        "e": "low_diversity",
        "lonely": "no_links",
    }
    assert np.isnan(table.loc["a", "largest_share"])


def test_flows_for_the_map_are_sorted_by_strength() -> None:
    graph = nx.Graph()
    graph.add_weighted_edges_from([("R", "S", 1.0), ("S", "T", 5.0), ("R", "T", 1.0)])
    table = nw.place_flows(graph)
    assert table[["source", "target"]].to_numpy().tolist() == [
        ["S", "T"], ["R", "S"], ["R", "T"],
    ]  # fmt: skip
    assert table.loc[0, "share_of_source"] == pytest.approx(5 / 6)
    assert len(nw.place_flows(graph, top=2)) == 2
