"""Partitions of known graphs, and their quality by hand and against golden values."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from tests.communities.graphs import RTOL, as_text

from clusterid.communities._graph import Edges, from_graph
from clusterid.communities._partition import (
    infomap,
    leiden,
    modularity,
    quality_of,
)


@pytest.fixture
def case(golden):
    return golden("partition_agreement")


def thresholded(case) -> Edges:
    phi = np.array(case["inputs"]["proximity"], dtype=float)
    keep = np.triu(phi >= case["inputs"]["edge_threshold"], 1)
    graph = nx.Graph()
    graph.add_nodes_from(f"{i:02d}" for i in range(len(phi)))
    graph.add_weighted_edges_from(
        (f"{i:02d}", f"{j:02d}", phi[i, j]) for i, j in np.argwhere(keep)
    )
    return from_graph(graph)


def test_modularity_equals_golden(case):
    edges = thresholded(case)
    peer = case["by_id"]["modularity"]["output"]
    declared = np.array(case["inputs"]["declared"])
    found = np.array(case["inputs"]["found"])
    assert modularity(edges, declared) == pytest.approx(peer["declared"], rel=RTOL)
    assert modularity(edges, found) == pytest.approx(peer["found"], rel=RTOL)
    assert modularity(edges, found, 0.5) == pytest.approx(
        peer["found_res_0_5"], rel=RTOL
    )


@pytest.fixture
def karate() -> nx.Graph:
    return as_text(nx.karate_club_graph())


def test_karate_modularity_is_the_known_optimum(karate):
    edges = from_graph(karate)
    found, value = leiden(
        edges, quality="modularity", resolution=1.0, seed=1, starts=50
    )
    assert value == pytest.approx(0.4197896, abs=1e-7)
    assert len(np.unique(found)) == 4
    assert modularity(edges, found) == pytest.approx(
        nx.community.modularity(
            karate,
            [{edges.nodes[i] for i in np.flatnonzero(found == c)} for c in range(4)],
        )
    )


def test_weighted_karate_modularity():
    edges = from_graph(as_text(nx.karate_club_graph(), weight=None))
    found, value = leiden(
        edges, quality="modularity", resolution=1.0, seed=1, starts=50
    )
    assert value == pytest.approx(0.4449036, abs=1e-7)
    assert len(np.unique(found)) == 4


@pytest.mark.parametrize(
    ("resolution", "groups"), [(0.05, 2), (0.1, 5), (0.2, 7), (1.0, 34)]
)
def test_karate_cpm_groups(karate, resolution, groups):
    edges = from_graph(karate)
    found, _ = leiden(edges, quality="cpm", resolution=resolution, seed=3, starts=30)
    assert len(np.unique(found)) == groups


def test_karate_infomap(karate):
    edges = from_graph(karate)
    found, length = infomap(edges, seed=1, trials=100)
    assert len(np.unique(found)) == 3
    # the map equation by hand; igraph before 1.0 said 4.606059 for the same modules
    visits = edges.strength / edges.strength.sum()
    leave = np.zeros(3)
    for a, b, w in zip(edges.source, edges.target, edges.weight, strict=True):
        if found[a] != found[b]:
            leave[[found[a], found[b]]] += w / edges.strength.sum()

    def plogp(values):
        values = np.atleast_1d(values)
        return float((values * np.log2(values)).sum())

    by_hand = plogp(leave.sum()) - 2 * plogp(leave) - plogp(visits)
    by_hand += plogp(leave + np.bincount(found, visits))
    assert length == pytest.approx(by_hand, abs=1e-9)
    assert length == pytest.approx(4.311793, abs=1e-6)


@pytest.mark.parametrize(("weighted", "best"), [(False, 0.5600084), (True, 0.5666880)])
def test_les_miserables_modularity(weighted, best):
    graph = as_text(nx.les_miserables_graph(), weight=None if weighted else 1.0)
    found, value = leiden(
        from_graph(graph), quality="modularity", resolution=1.0, seed=2, starts=60
    )
    assert value == pytest.approx(best, abs=1e-6)
    assert len(np.unique(found)) == 6


def test_ring_of_cliques_shows_the_resolution_limit_of_modularity_only():
    edges = from_graph(as_text(nx.ring_of_cliques(30, 5)))
    single = np.repeat(np.arange(30), 5)
    assert modularity(edges, single) == pytest.approx(0.8757576, abs=1e-7)
    assert modularity(edges, single // 2) == pytest.approx(0.8878788, abs=1e-7)
    found, _ = leiden(edges, quality="cpm", resolution=0.5, seed=0)
    assert len(np.unique(found)) == 30


def test_quality_is_recomputed_by_hand():
    edges = from_graph(as_text(nx.complete_graph(3)))
    assert quality_of(edges, np.array([0, 0, 1]), "cpm", 0.25) == pytest.approx(
        (1 - 0.25) / 3
    )
