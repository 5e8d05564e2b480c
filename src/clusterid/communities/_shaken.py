"""The data as they could have been: a layer left out, or redrawn from its plants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from clusterid.communities._graph import Edges, Layer, pruned, read_layer
from clusterid.errors import GraphError

__all__ = ["Other", "Redraw", "other_data"]

#: A layer is left out only where at least as many take part. Ours.
LEAST_LAYERS = 3

#: Draws layers anew: a generator in, some of the layers by name out.
Redraw = Callable[[np.random.Generator], Mapping[str, Any]]
#: Links between the same nodes, and what a resolution is multiplied by on them.
Other = tuple[Edges, float]


def _density(edges: Edges) -> float:
    n = edges.n_nodes
    return 2 * float(edges.weight.sum()) / max(1, n * (n - 1))


def _on_nodes(edges: Edges, nodes: tuple[str, ...]) -> Edges:
    """Return the links between ``nodes`` alone, numbered as they are."""
    if edges.nodes == nodes:
        return edges
    place = {node: i for i, node in enumerate(nodes)}
    where = np.array([place.get(node, -1) for node in edges.nodes], dtype=np.int64)
    a, b = where[edges.source], where[edges.target]
    keep = (a >= 0) & (b >= 0)
    # both lists of nodes are sorted, so that the order of the links stays
    return Edges(nodes, a[keep], b[keep], edges.weight[keep])


def other_data(
    edges: Edges,
    used: Mapping[str, Layer],
    build: Callable[[Mapping[str, Layer]], Edges],
    *,
    drop_layers: bool,
    redraw: Redraw | None,
    neighbours: int,
    count: int,
    seed: int,
) -> list[Other | None]:
    """Return what each of ``count`` perturbed runs works on; None is noise on links.

    The kinds take turns. A resolution keeps its place between whole and crumbs: it is
    multiplied by the ratio of the mean densities, since layers differ in theirs.
    """
    kinds = ["noise"]
    if drop_layers and len(used) >= LEAST_LAYERS:
        kinds.append("without a layer")
    if redraw is not None:
        kinds.append("redrawn")
    base = _density(edges)
    names = sorted(used)
    without: dict[str, Other] = {}

    def finished(layers: Mapping[str, Layer]) -> Other:
        found = _on_nodes(pruned(build(layers), neighbours), edges.nodes)
        return found, _density(found) / base

    others: list[Other | None] = []
    for number in range(count):
        turn, kind = divmod(number, len(kinds))
        if kinds[kind] == "noise":
            others.append(None)
        elif kinds[kind] == "without a layer":
            name = names[turn % len(names)]
            if name not in without:
                rest = {other: used[other] for other in names if other != name}
                without[name] = finished(rest)
            others.append(without[name])
        elif redraw is not None:
            drawn = dict(redraw(np.random.default_rng([seed, number])))
            unknown = sorted(set(map(str, drawn)) - set(names))
            if unknown or not drawn:
                raise GraphError(
                    f"redraw returned the layers {', '.join(unknown) or 'none'}; it "
                    f"must return some of those that detect: {', '.join(names)}."
                )
            fresh = {str(name): read_layer(graph) for name, graph in drawn.items()}
            others.append(finished({**used, **fresh}))
    return [
        other if other is not None and len(other[0].weight) else None
        for other in others
    ]
