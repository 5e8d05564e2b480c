"""Speed of community detection: 1,000 industries, 100 runs, 20 resolutions."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from clusterid.communities import detect_communities

pytestmark = pytest.mark.benchmark


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
