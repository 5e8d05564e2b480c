"""Speed of community detection: 1,000 industries, 100 runs, 20 resolutions.

Aim: 20 s on two cores. Simulated layers, sparse and dense (every pair linked, as
input-output profiles are). The last benchmark makes all 100 runs at each of the 20
resolutions, in one process and in two, where the default makes them at the chosen one
only. ``peak_mib`` is the largest memory of the process, the graphs included.
"""

from __future__ import annotations

import resource
from typing import Any

import networkx as nx
import numpy as np
import pytest

from clusterid.communities import detect_communities

pytestmark = pytest.mark.benchmark

INDUSTRIES, GROUPS = 1000, 80


def layer(n: int = 1000, links: int = 40) -> nx.Graph:
    rng = np.random.default_rng(0)
    source = rng.integers(0, n, n * links)
    near = (source // 20) * 20 + rng.integers(0, 20, n * links)
    target = np.where(rng.random(n * links) < 0.5, near, rng.integers(0, n, n * links))
    graph = nx.Graph()
    graph.add_nodes_from(f"{i:04d}" for i in range(n))
    graph.add_weighted_edges_from(
        (f"{a:04d}", f"{b:04d}", float(w))
        for a, b, w in zip(source, target, rng.random(n * links) + 0.1, strict=True)
        if a != b
    )
    return graph


def test_a_thousand_industries(benchmark):
    graph = layer()
    found = benchmark.pedantic(
        detect_communities, args=(graph,), kwargs={"runs": 100}, rounds=3
    )
    assert len(found.labels) == 50


def dense_layer(seed: int, groups: np.ndarray, signal: float) -> nx.Graph[Any]:
    """Return a complete graph with stronger links inside the groups."""
    rng = np.random.default_rng(seed)
    n = len(groups)
    weight = rng.beta(1, 6, (n, n)) + signal * (groups[:, None] == groups[None, :])
    upper = np.triu(weight, 1)
    graph = nx.from_numpy_array(upper)
    return nx.relabel_nodes(graph, {i: f"{i:04d}" for i in range(n)})


def peak_mib() -> float:
    """Return the most memory this process and its children have held, in MiB."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(kind).ru_maxrss for kind in kinds) / 1024


@pytest.fixture(scope="module")
def layers() -> tuple[nx.Graph[Any], nx.Graph[Any]]:
    groups = np.sort(np.random.default_rng(7).integers(0, GROUPS, INDUSTRIES))
    return dense_layer(1, groups, 0.25), dense_layer(2, groups, 0.1)


def test_a_thousand_industries_dense(benchmark: Any, layers: Any) -> None:
    found = benchmark.pedantic(
        lambda: detect_communities(
            layers[0], held_out=layers[1], runs=100, resolutions=20
        ),
        rounds=2,
    )
    benchmark.extra_info["aim_seconds"] = 20
    benchmark.extra_info["peak_mib"] = peak_mib()
    assert len(found.profile) == 20


@pytest.mark.parametrize("processes", [1, 2])
def test_100_runs_at_each_of_20_resolutions(
    benchmark: Any, layers: Any, processes: int
) -> None:
    found = benchmark.pedantic(
        lambda: detect_communities(
            layers[0],
            held_out=layers[1],
            runs=100,
            resolutions=20,
            runs_at="every",
            processes=processes,
        ),
        rounds=1,
    )
    assert found.profile["stability"].notna().sum() == 20
    benchmark.extra_info["aim_seconds"] = 20
    benchmark.extra_info["peak_mib"] = peak_mib()
