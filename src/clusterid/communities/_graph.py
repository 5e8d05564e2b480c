"""A labelled graph as sorted arrays: the canonical form every run starts from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from clusterid.errors import GraphError

if TYPE_CHECKING:
    import networkx as nx

__all__ = [
    "Edges",
    "Layer",
    "from_graph",
    "pair_agreement",
    "pruned",
    "read_layer",
    "relatedness",
    "stack",
]

#: Squares of sums of such weights are still numbers.
_LARGEST_WEIGHT = 1e100

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Edges:
    """Undirected weighted edges between sorted nodes.

    ``nodes`` are codes in text order; edge k joins ``source[k] < target[k]`` with
    ``weight[k] > 0``; edges are sorted by (source, target) and stand once. Links in
    both directions of a directed graph are added; loops are left out.
    """

    nodes: tuple[str, ...]
    source: Ints
    target: Ints
    weight: Floats

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.nodes)

    @property
    def strength(self) -> Floats:
        """Sum of the weights at each node."""
        out = np.bincount(self.source, self.weight, self.n_nodes)
        return np.asarray(out + np.bincount(self.target, self.weight, self.n_nodes))

    @property
    def density(self) -> float:
        """Mean weight over all pairs of nodes."""
        n = self.n_nodes
        return 2 * float(self.weight.sum()) / max(1, n * (n - 1))

    def matrix(self) -> Floats:
        """Return the symmetric n x n matrix of weights, zero where no edge is."""
        dense = np.zeros((self.n_nodes, self.n_nodes))
        dense[self.source, self.target] = self.weight
        dense[self.target, self.source] = self.weight
        return dense

    def with_weight(self, weight: Floats) -> Edges:
        """Return the same edges with other weights; edges of weight 0 are dropped."""
        keep = weight > 0
        return Edges(self.nodes, self.source[keep], self.target[keep], weight[keep])


def canonical(nodes: tuple[str, ...], source: Ints, target: Ints, w: Floats) -> Edges:
    """Return edges sorted, merged and without loops."""
    low, high = np.minimum(source, target), np.maximum(source, target)
    keep = (low != high) & (w > 0)
    key = low[keep] * len(nodes) + high[keep]
    # additions run in the sorted order of the weights, so that the order in which
    # edges were inserted cannot change the last bit of a sum
    order = np.lexsort((w[keep], key))
    key, kept = key[order], w[keep][order]
    new = np.append(True, key[1:] != key[:-1]) if len(key) else np.zeros(0, dtype=bool)
    weight = np.asarray(np.bincount(np.cumsum(new) - 1, kept), dtype=float)
    key = key[new]
    n = max(1, len(nodes))
    return Edges(nodes, key // n, key % n, weight)


def from_graph(graph: nx.Graph[Any], *, weight: str = "weight") -> Edges:
    """Return the canonical edges of a networkx graph.

    Raises
    ------
    GraphError
        If the graph has no nodes, or a weight is missing, negative or not finite.
    """
    if not hasattr(graph, "edges") or not hasattr(graph, "nodes"):
        raise GraphError(
            f"A networkx graph is needed, not {type(graph).__name__}; build one with "
            "supply_network, colocation_network, skill_network or stack_layers."
        )
    nodes = tuple(sorted(str(node) for node in graph.nodes))
    if not nodes:
        raise GraphError("The graph has no nodes; check the layers it was built from.")
    if len(set(nodes)) != len(nodes):
        raise GraphError("Two nodes have the same code as text; make codes text.")
    place = {node: i for i, node in enumerate(nodes)}
    at = {node: place[str(node)] for node in graph.nodes}
    source, target, given = _half_edges(graph, at, weight)
    values = _numbers(given, weight)
    if not graph.is_directed() and not graph.is_multigraph():
        once = source <= target  # a neighbour list holds each link from both ends
        source, target, values = source[once], target[once], values[once]
    bad = ~np.isfinite(values) | (values < 0)
    if bad.any():
        first = np.lexsort((target[bad], source[bad]))[:5]
        columns = source[bad][first], target[bad][first], values[bad][first]
        shown = ", ".join(
            f"{nodes[a]}-{nodes[b]}: {v:g}" for a, b, v in zip(*columns, strict=True)
        )
        raise GraphError(
            f"{int(bad.sum())} edges have no usable {weight!r} ({shown}). "
            "Expected: a finite number, 0 or more. Mend: set the attribute, or name "
            "another one."
        )
    if len(values) and values.max() > _LARGEST_WEIGHT:
        raise GraphError(
            f"A link has the {weight!r} {values.max():g}; products of such weights are "
            f"beyond all numbers. Divide all weights so that none is above "
            f"{_LARGEST_WEIGHT:g}."
        )
    return canonical(nodes, source, target, values)


def _numbers(given: list[Any], weight: str) -> Floats:
    """Return the weights as numbers; None is NaN.

    Raises
    ------
    GraphError
        If one is a text or another thing that is no number.
    """
    try:
        return np.array(given, dtype=float)
    except (TypeError, ValueError):
        wrong = next(v for v in given if not isinstance(v, (int, float, type(None))))
        raise GraphError(
            f"A link has {weight!r} = {wrong!r}, which is no number. Make the weights "
            "numbers, 0 or more, or name another attribute."
        ) from None


def _half_edges(
    graph: nx.Graph[Any], at: Mapping[Any, int], weight: str
) -> tuple[Ints, Ints, list[Any]]:
    """Return both ends and the weight of every entry of the neighbour lists.

    Whole lists at a time: a layer of 1,000 industries has half a million links, and
    one by one they take longer than finding communities in them.
    """
    if graph.is_multigraph():
        ends: list[Any] = list(graph.edges(data=weight, default=None))
        first, second, given = zip(*ends, strict=True) if ends else ((), (), ())
        source = np.array([at[node] for node in first], dtype=np.int64)
        target = np.array([at[node] for node in second], dtype=np.int64)
        return source, target, list(given)
    lists = list(graph.adjacency())
    counts = [len(around) for _, around in lists]
    source = np.repeat(np.array([at[node] for node, _ in lists]), counts)
    others = [at[other] for _, around in lists for other in around]
    values = [data.get(weight) for _, around in lists for data in around.values()]
    return source, np.array(others, dtype=np.int64), values


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer, read from its graph once.

    ``edges`` are its links and ``by_rank`` the same with mid-ranks for weights.
    ``observed`` are the codes whose absent links count as 0; None where an absent
    link is unknown.
    """

    edges: Edges
    by_rank: Edges
    observed: frozenset[str] | None


def read_layer(graph: nx.Graph[Any]) -> Layer:
    """Return a layer with its links, their ranks and what it observes."""
    edges = from_graph(graph)
    observed = None
    if graph.graph.get("absent", "zero") != "unknown":
        known = graph.graph.get("observed", edges.nodes)
        observed = frozenset(str(code) for code in known)
    return Layer(edges, ranked(edges), observed)


def relatedness(edges: Edges, nodes: tuple[str, ...]) -> Floats:
    """Return the n x n matrix of weights over ``nodes`` (0 without an edge)."""
    place = {node: i for i, node in enumerate(nodes)}
    where = np.array([place.get(node, -1) for node in edges.nodes], dtype=np.int64)
    a, b = where[edges.source], where[edges.target]
    keep = (a >= 0) & (b >= 0)
    dense = np.zeros((len(nodes), len(nodes)))
    dense[a[keep], b[keep]] = edges.weight[keep]
    dense[b[keep], a[keep]] = edges.weight[keep]
    return dense


def ranked(edges: Edges) -> Edges:
    """Return the edges with weights replaced by their mid-ranks on (0, 1]."""
    _, inverse, counts = np.unique(
        edges.weight, return_inverse=True, return_counts=True
    )
    upper = np.cumsum(counts)
    middle = (upper - (counts - 1) / 2) / max(1, len(edges.weight))
    return Edges(edges.nodes, edges.source, edges.target, middle[inverse])


def stack(
    layers: Mapping[str, Layer], weights: Mapping[str, float], contrast: float
) -> Edges:
    """Return the weighted mean of ranked layers over the pairs any layer observes.

    Each layer enters as its mid-ranks on (0, 1] to the power ``contrast``. A layer
    observes every pair of its known codes, or, where absent links are unknown, only
    the pairs it links. A pair that no layer observes has no edge.
    """
    names = sorted(name for name in layers if weights[name] > 0)
    known_nodes = (layers[name].edges.nodes for name in sorted(layers))
    nodes = tuple(sorted(set().union(*known_nodes)))
    total = np.zeros((len(nodes), len(nodes)))
    seen = np.zeros(total.shape, dtype=bool)
    for name in names:
        part, known = layers[name].by_rank, layers[name].observed
        dense = relatedness(part, nodes) ** contrast
        total += weights[name] * dense
        observed = dense > 0
        if known is not None:
            is_known = np.array([node in known for node in nodes])
            observed |= np.outer(is_known, is_known)
        seen |= observed
        # a pair the layer does not observe stands at the layer's mean: neither weak
        # nor strong, so that what another layer says of it counts, but not alone
        upper = np.triu(observed, 1)
        middle = float(dense[upper].mean()) if upper.any() else 0.0
        total += weights[name] * np.where(observed, 0.0, middle)
    mean = np.where(seen, total / sum(weights[name] for name in names), 0.0)
    source, target = np.nonzero(np.triu(mean, 1))
    return Edges(nodes, source, target, mean[source, target])


def pruned(edges: Edges, neighbours: int) -> Edges:
    """Return the graph of each node's strongest links, either end choosing.

    Ties at the last place are decided by code, so that the result is canonical.
    """
    if len(edges.weight) <= neighbours * edges.n_nodes:
        return edges
    count = len(edges.weight)
    ends = np.concatenate([edges.source, edges.target])
    others = np.concatenate([edges.target, edges.source])
    edge = np.tile(np.arange(count), 2)
    order = np.lexsort((others, -edges.weight[edge], ends))
    first = np.searchsorted(ends[order], np.arange(edges.n_nodes))
    place = np.arange(2 * count) - first[ends[order]]
    keep = np.unique(edge[order][place < neighbours])
    return Edges(
        edges.nodes, edges.source[keep], edges.target[keep], edges.weight[keep]
    )


def pair_agreement(first: Layer, second: Layer, contrast: float) -> float:
    """Return the correlation of two layers over the pairs of their common codes."""
    a, b = first.by_rank, second.by_rank
    common = tuple(sorted(set(a.nodes) & set(b.nodes)))
    if len(common) < 3:
        return 0.0
    upper = np.triu_indices(len(common), 1)
    x = relatedness(a, common)[upper] ** contrast
    y = relatedness(b, common)[upper] ** contrast
    if x.std() < 1e-12 or y.std() < 1e-12:
        return 0.0
    return float(np.corrcoef(x, y)[0, 1])
