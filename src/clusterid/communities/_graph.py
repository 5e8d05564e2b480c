"""A labelled graph as sorted arrays: the canonical form every run starts from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clusterid.errors import GraphError

__all__ = ["Edges", "from_graph", "pair_agreement", "pruned", "relatedness", "stack"]

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
    key, inverse = np.unique(low[keep] * len(nodes) + high[keep], return_inverse=True)
    # additions run in the sorted order of the weights, so that the order in which
    # edges were inserted cannot change the last bit of a sum
    kept = w[keep]
    order = np.lexsort((kept, inverse))
    weight = np.asarray(np.bincount(inverse[order], kept[order], len(key)), float)
    n = max(1, len(nodes))
    return Edges(nodes, key // n, key % n, weight)


def from_graph(graph: Any, *, weight: str = "weight") -> Edges:
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
    source, target, values, faulty = [], [], [], []
    for a, b, value in graph.edges(data=weight, default=None):
        if value is None or not np.isfinite(value) or value < 0:
            faulty.append((str(a), str(b), value))
            continue
        source.append(place[str(a)])
        target.append(place[str(b)])
        values.append(float(value))
    if faulty:
        shown = ", ".join(f"{a}-{b}: {v}" for a, b, v in sorted(faulty, key=str)[:5])
        raise GraphError(
            f"{len(faulty)} edges have no usable {weight!r} ({shown}). "
            "Expected: a finite number, 0 or more. Mend: set the attribute, or name "
            "another one."
        )
    return canonical(
        nodes,
        np.array(source, dtype=np.int64),
        np.array(target, dtype=np.int64),
        np.array(values, dtype=float),
    )


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


def observed_nodes(graph: Any, edges: Edges) -> set[str]:
    """Return the codes a layer knows: ``graph.graph["observed"]``, else its nodes."""
    return {str(code) for code in graph.graph.get("observed", edges.nodes)}


def stack(
    layers: Mapping[str, Any], weights: Mapping[str, float], contrast: float
) -> Edges:
    """Return the weighted mean of ranked layers over the pairs any layer observes.

    Each layer enters as its mid-ranks on (0, 1] to the power ``contrast``. A layer
    with ``absent="zero"`` observes every pair of its known codes; one with
    ``absent="unknown"`` only the pairs it links. A pair that no layer observes has no
    edge.
    """
    names = sorted(name for name in layers if weights[name] > 0)
    parts = [ranked(from_graph(layers[name])) for name in names]
    known_nodes = (from_graph(layers[name]).nodes for name in sorted(layers))
    nodes = tuple(sorted(set().union(*known_nodes)))
    total = np.zeros((len(nodes), len(nodes)))
    seen = np.zeros(total.shape, dtype=bool)
    for name, part in zip(names, parts, strict=True):
        dense = relatedness(part, nodes) ** contrast
        total += weights[name] * dense
        if layers[name].graph.get("absent", "zero") == "unknown":
            observed = dense > 0
        else:
            known = observed_nodes(layers[name], part)
            is_known = np.array([node in known for node in nodes])
            observed = np.outer(is_known, is_known) | (dense > 0)
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


def pair_agreement(first: Any, second: Any, contrast: float) -> float:
    """Return the correlation of two layers over the pairs of their common codes."""
    a, b = ranked(from_graph(first)), ranked(from_graph(second))
    common = tuple(sorted(set(a.nodes) & set(b.nodes)))
    if len(common) < 3:
        return 0.0
    upper = np.triu_indices(len(common), 1)
    x = relatedness(a, common)[upper] ** contrast
    y = relatedness(b, common)[upper] ** contrast
    if x.std() < 1e-12 or y.std() < 1e-12:
        return 0.0
    return float(np.corrcoef(x, y)[0, 1])
