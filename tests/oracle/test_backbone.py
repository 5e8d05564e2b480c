"""Backbones against literal, slow implementations, and what is known to be wrong."""

from __future__ import annotations

import itertools
import math
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from clusterid import networks as nw


def random_graph(seed: int, n: int = 9, *, directed: bool = False) -> Any:
    rng = np.random.default_rng(seed)
    graph: Any = nx.DiGraph() if directed else nx.Graph()
    codes = [f"n{i:02d}" for i in range(n)]
    graph.add_nodes_from(codes)
    pairs = (
        itertools.permutations(codes, 2)
        if directed
        else itertools.combinations(codes, 2)
    )
    for a, b in pairs:
        if rng.random() < 0.6:
            graph.add_edge(a, b, weight=float(rng.integers(1, 60)))
    return graph


def noise_corrected_by_hand(graph: Any) -> dict[tuple[str, str], tuple[float, float]]:
    """Coscia & Neffke 2017 on the full table of both directions, pair by pair."""
    nodes = sorted(graph.nodes)
    table = pd.DataFrame(0.0, index=nodes, columns=nodes)
    for a, b, w in graph.edges(data="weight"):
        table.loc[a, b] += w
        if not graph.is_directed():
            table.loc[b, a] += w
    total = table.to_numpy().sum()
    result = {}
    for a, b in graph.edges:
        n_i, n_j, n = table.loc[a].sum(), table[b].sum(), table.loc[a, b]
        kappa = total / (n_i * n_j)
        score = (kappa * n - 1) / (kappa * n + 1)
        mu = n_i * n_j / total**2
        var = n_i * n_j * (total - n_i) * (total - n_j) / (total**4 * (total - 1))
        first = mu * (mu * (1 - mu) / var - 1)
        second = (1 - mu) * (mu * (1 - mu) / var - 1)
        post = (first + n) / (first + second + total)
        v_n = post * (1 - post) * total
        d = 1 / (n_i * n_j) - total * (n_i + n_j) / (n_i * n_j) ** 2
        sd = math.sqrt(v_n) * abs(2 * (kappa + n * d) / (kappa * n + 1) ** 2)
        result[a, b] = (score, sd)
    return result


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_noise_corrected_equals_the_formula_link_by_link(
    seed: int, directed: bool
) -> None:
    graph = random_graph(seed, directed=directed)
    by_hand = noise_corrected_by_hand(graph)
    for delta in (0.5, 1.64, 2.32):
        kept = nw.backbone(graph, delta=delta)
        expected = {e for e, (score, sd) in by_hand.items() if score > delta * sd}
        assert set(kept.edges) == expected
    everything = nw.backbone(graph, delta=-1e9)
    for (a, b), (score, sd) in by_hand.items():
        value = everything.edges[a, b]["backbone_score"]
        assert value == pytest.approx(score / sd, rel=1e-9)


def test_counting_an_undirected_total_once_doubles_the_expectation() -> None:
    # two blocks of equal links: every link has twice what its ends would give
    graph = nx.Graph()
    for block in ("ab", "cd"):
        graph.add_edge(block[0], block[1], weight=100.0)
    graph.add_edge("a", "c", weight=100.0)
    graph.add_edge("b", "d", weight=100.0)
    strength = dict(graph.degree(weight="weight"))
    once = sum(w for _, _, w in graph.edges(data="weight"))
    right = strength["a"] * strength["b"] / (2 * once)
    wrong = strength["a"] * strength["b"] / once
    assert wrong == 2 * right
    everything = nw.backbone(graph, delta=-1e9)
    # lift 2 over a quarter of all ends: score (2 - 1)/(2 + 1), positive
    assert all(s > 0 for _, _, s in everything.edges(data="backbone_score"))


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_disparity_takes_the_smaller_alpha_of_both_ends(
    seed: int, directed: bool
) -> None:
    graph = random_graph(seed, directed=directed)
    out = dict((graph.out_degree if directed else graph.degree)(weight="weight"))
    into = dict((graph.in_degree if directed else graph.degree)(weight="weight"))
    k_out = dict(graph.out_degree if directed else graph.degree)
    k_in = dict(graph.in_degree if directed else graph.degree)
    alphas = {}
    for a, b, w in graph.edges(data="weight"):
        one = (1 - w / out[a]) ** (k_out[a] - 1) if k_out[a] > 1 else np.nan
        two = (1 - w / into[b]) ** (k_in[b] - 1) if k_in[b] > 1 else np.nan
        alphas[a, b] = np.nanmin([one, two])
    for level in (0.05, 0.3, 0.9):
        kept = nw.backbone(graph, method="disparity", alpha=level)
        assert set(kept.edges) == {e for e, v in alphas.items() if v < level}
        for e in kept.edges:
            value = kept.edges[e]["backbone_score"]
            assert value == pytest.approx(alphas[e], rel=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_spanning_tree_has_the_largest_weight_and_keeps_what_passes(seed: int) -> None:
    graph = random_graph(seed)
    tree = nw.backbone(graph, method="maximum_spanning_tree")
    best = nx.maximum_spanning_tree(graph)
    assert tree.size(weight="weight") == pytest.approx(best.size(weight="weight"))
    more = nw.backbone(graph, method="maximum_spanning_tree", threshold=40.0)
    strong = {
        e for *e, w in graph.edges(data="weight") if w >= 40.0 for e in [tuple(e)]
    }
    assert set(more.edges) == set(tree.edges) | strong


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_doubly_stochastic_weights_sum_to_one_at_every_node(
    seed: int, directed: bool
) -> None:
    rng = np.random.default_rng(seed)
    codes = [f"n{i}" for i in range(7)]
    graph: Any = nx.DiGraph() if directed else nx.Graph()
    pairs = (
        itertools.permutations(codes, 2)
        if directed
        else itertools.combinations(codes, 2)
    )
    graph.add_weighted_edges_from((a, b, float(rng.integers(1, 99))) for a, b in pairs)
    everything = nw.backbone(graph, method="doubly_stochastic", threshold=0.0)
    matrix = nx.to_numpy_array(everything, nodelist=codes, weight="backbone_score")
    np.testing.assert_allclose(matrix.sum(axis=0), 1.0, atol=1e-9)
    np.testing.assert_allclose(matrix.sum(axis=1), 1.0, atol=1e-9)
    # scaling by rows and columns keeps cross ratios
    raw = nx.to_numpy_array(graph, nodelist=codes)
    ratio = raw[0, 1] * raw[2, 3] / (raw[0, 3] * raw[2, 1])
    scaled = matrix[0, 1] * matrix[2, 3] / (matrix[0, 3] * matrix[2, 1])
    assert scaled == pytest.approx(ratio, rel=1e-8)
    # links are added, largest first, until everything hangs together
    kept = nw.backbone(graph, method="doubly_stochastic")
    scores = sorted((d for *_, d in kept.edges(data="backbone_score")), reverse=True)
    assert nx.is_connected(kept.to_undirected())
    fewer = [e for e in kept.edges if kept.edges[e]["backbone_score"] > scores[-1]]
    rest = nx.Graph(fewer)
    rest.add_nodes_from(codes)
    assert not nx.is_connected(rest)
