"""One partition of a graph: Leiden or Infomap from a canonical start, and its quality.

igraph draws its random numbers from one generator per process. It is set for the time
of a call and given back afterwards; with nodes and edges in canonical order the same
seed gives the same partition whatever the order of the input.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from clusterid._typed import typed
from clusterid.communities._graph import Edges, Floats, Ints, canonical

if TYPE_CHECKING:
    import igraph

__all__ = [
    "cpm_quality",
    "generator",
    "infomap",
    "is_connected",
    "leiden",
    "modularity",
    "partition_of_links",
    "relabel",
    "settled",
    "split_disconnected",
    "to_igraph",
    "two_iterations",
]

#: Iterations of one Leiden run end here; -1 may not end on dense weighted layers.
MAX_ITERATIONS = 50
_GAIN = 1e-10


@contextmanager
def generator(seed: int) -> Iterator[None]:
    """Let igraph draw from ``random.Random(seed)`` inside the block."""
    import igraph

    igraph.set_random_number_generator(random.Random(seed))
    try:
        yield
    finally:
        igraph.set_random_number_generator(random)


def to_igraph(edges: Edges) -> igraph.Graph:
    """Return the graph as igraph sees it: integer nodes, edges in canonical order."""
    import igraph

    pairs = np.column_stack([edges.source, edges.target])
    return igraph.Graph(n=edges.n_nodes, edges=pairs)


def relabel(membership: Ints) -> Ints:
    """Return labels 0, 1, ... by falling size, ties by the first member."""
    _, first, inverse, sizes = np.unique(
        membership, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.lexsort((first, -sizes))
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    labels: Ints = rank[inverse]
    return labels


def cpm_quality(edges: Edges, membership: Ints, resolution: float) -> float:
    r"""Return the constant Potts quality of a partition.

    .. math:: Q = \sum_c m_c - \gamma\, n_c (n_c - 1) / 2

    ``m_c`` is the weight inside community c and ``n_c`` its size (Traag, Van Dooren
    and Nesterov 2011, not checked against the original).
    """
    inside = membership[edges.source] == membership[edges.target]
    sizes = np.bincount(membership)
    pairs = float((sizes * (sizes - 1)).sum()) / 2
    return float(edges.weight[inside].sum()) - resolution * pairs


def modularity(edges: Edges, membership: Ints, resolution: float = 1.0) -> float:
    r"""Return the weighted modularity of a partition.

    .. math:: Q = \sum_c \frac{m_c}{m} - \gamma \left(\frac{k_c}{2m}\right)^2
    """
    total = float(edges.weight.sum())
    if total == 0:
        return 0.0
    inside = membership[edges.source] == membership[edges.target]
    volume = np.bincount(membership, edges.strength)
    expected = float(((volume / (2 * total)) ** 2).sum())
    return float(edges.weight[inside].sum()) / total - resolution * expected


def quality_of(
    edges: Edges, membership: Ints, quality: str, resolution: float
) -> float:
    """Return the quality that ``quality`` names, per unit of total weight."""
    if quality == "cpm":
        total = float(edges.weight.sum()) or 1.0
        return cpm_quality(edges, membership, resolution) / total
    return modularity(edges, membership, resolution)


def two_iterations(
    graph: igraph.Graph,
    weights: list[float],
    quality: str,
    resolution: float,
    start: Ints | None = None,
) -> Ints:
    """Return what two Leiden iterations make of a partition, by default of singles."""
    result = graph.community_leiden(
        objective_function="CPM" if quality == "cpm" else "modularity",
        weights=weights,
        resolution=resolution,
        n_iterations=2,
        initial_membership=None if start is None else start.tolist(),
    )
    return np.asarray(result.membership, dtype=np.int64)


def settled(
    edges: Edges, graph: igraph.Graph, start: Ints, *, quality: str, resolution: float
) -> tuple[Ints, float]:
    """Return where further iterations from ``start`` end, and its quality.

    They end when a pair of iterations gains less than 1e-10, and after 50.
    """
    weights = edges.weight.tolist()
    found, value = start, quality_of(edges, start, quality, resolution)
    for _ in range(2, MAX_ITERATIONS, 2):
        again = two_iterations(graph, weights, quality, resolution, found)
        better = quality_of(edges, again, quality, resolution)
        if better <= value + _GAIN:
            break
        found, value = again, better
    return found, value


def leiden(
    edges: Edges,
    *,
    quality: str,
    resolution: float,
    seed: int,
    starts: int = 1,
    converge: bool = True,
    graph: igraph.Graph | None = None,
) -> tuple[Ints, float]:
    """Return the best partition of several starts and its quality.

    Each start goes on until it settles; with ``converge=False`` it stops after the
    first two iterations. ``graph`` is the same graph as igraph sees it, when several
    runs share it.
    """
    if graph is None:
        graph = to_igraph(edges)
    weights = edges.weight.tolist()
    best, best_quality = np.arange(edges.n_nodes), -np.inf
    with generator(seed):
        for _ in range(starts):
            found = two_iterations(graph, weights, quality, resolution)
            value = quality_of(edges, found, quality, resolution)
            if converge:
                found, value = settled(
                    edges, graph, found, quality=quality, resolution=resolution
                )
            if value > best_quality + _GAIN:
                best, best_quality = relabel(found), value
    return best, best_quality


def infomap(edges: Edges, *, seed: int, trials: int = 10) -> tuple[Ints, float]:
    """Return the modules of Infomap and their code length (bits, smaller is better).

    Nodes without an edge stand alone.
    """
    graph = to_igraph(edges)
    with generator(seed):
        result = graph.community_infomap(
            edge_weights=edges.weight.tolist(), trials=trials
        )
    membership = relabel(np.asarray(result.membership, dtype=np.int64))
    return membership, float(result.codelength)


def _component_labels(edges: Edges, membership: Ints) -> Ints:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    inside = membership[edges.source] == membership[edges.target]
    n = edges.n_nodes
    ones = np.ones(int(inside.sum()))
    graph = coo_array(
        (ones, (edges.source[inside], edges.target[inside])), shape=(n, n)
    )
    _, labels = connected_components(graph, directed=False)
    return np.asarray(labels, dtype=np.int64)


def is_connected(edges: Edges, membership: Ints) -> bool:
    """Return whether every community hangs together inside itself."""
    parts = _component_labels(edges, membership)
    return len(np.unique(parts)) == len(np.unique(membership))


def split_disconnected(edges: Edges, membership: Ints) -> Ints:
    """Return the partition with every community split into its connected parts."""
    return relabel(_component_labels(edges, membership))


@typed
def partition_of_links(
    n_nodes: int,
    source: Ints,
    target: Ints,
    weight: Floats,
    *,
    resolution: float,
    seed: int = 0,
    starts: int = 1,
) -> Ints:
    """Return Leiden CPM communities of integer nodes, connected, in canonical order.

    Examples
    --------
    >>> links = np.array([0, 1, 2, 3, 4, 3]), np.array([1, 2, 0, 4, 5, 5])
    >>> partition_of_links(6, *links, np.ones(6), resolution=0.5).tolist()
    [0, 0, 0, 1, 1, 1]
    """
    nodes = tuple(f"{i:09d}" for i in range(n_nodes))
    edges = canonical(nodes, source, target, weight)
    labels, _ = leiden(
        edges,
        quality="cpm",
        resolution=resolution,
        seed=seed,
        starts=starts,
        converge=False,
    )
    return split_disconnected(edges, labels)
