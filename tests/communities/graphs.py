"""Graphs on which several files of tests detect communities."""

from __future__ import annotations

import networkx as nx
import numpy as np

RTOL = 1e-9


def as_text(graph: nx.Graph, weight: float | None = 1.0) -> nx.Graph:
    graph = nx.relabel_nodes(
        graph, lambda node: f"{node:03d}" if isinstance(node, int) else node
    )
    if weight is not None:
        nx.set_edge_attributes(graph, weight, "weight")
    return graph


def noisy_groups(n: int = 90, seed: int = 2) -> nx.Graph:
    rng = np.random.default_rng(seed)
    graph = nx.Graph()
    for a in range(n):
        for b in range(a):
            weight = float(rng.beta(1, 6)) + 0.15 * (a % 9 == b % 9)
            graph.add_edge(f"{a:02d}", f"{b:02d}", weight=weight)
    return graph
