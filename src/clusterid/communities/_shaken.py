"""The data as they could have been: a layer left out, or redrawn from its plants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from clusterid.communities._graph import Edges, Layer, pruned, read_layer
from clusterid.errors import GraphError

if TYPE_CHECKING:
    from clusterid.communities._layers import JoinedLayers
    from clusterid.communities._rules import CommunityRules

__all__ = ["Other", "Redraw", "other_data"]

#: A layer is left out only where at least as many take part. Our choice.
LEAST_LAYERS = 3

#: Draws layers anew: a generator in, some of the layers by name out.
Redraw = Callable[[np.random.Generator], Mapping[str, Any]]
#: Links between the same nodes, and what a resolution is multiplied by on them.
Other = tuple[Edges, float]


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
    joined: JoinedLayers, rules: CommunityRules, *, count: int, seed: int
) -> list[Other | None]:
    """Return what each of ``count`` perturbed runs works on; None is noise on links.

    The kinds take turns. A resolution keeps its place between whole and crumbs: it is
    multiplied by the ratio of the mean densities, since layers differ in theirs.
    """
    names = sorted(joined.used)
    kinds = ["noise"]
    without: list[Other | None] = []
    if rules.drop_layers and len(names) >= LEAST_LAYERS:
        kinds.append("without a layer")
        without = [_other(joined, joined.without(name)) for name in names[:count]]
    if rules.redraw is not None:
        kinds.append("redrawn")
    others: list[Other | None] = []
    for number in range(count):
        turn, kind = divmod(number, len(kinds))
        if kinds[kind] == "without a layer":
            others.append(without[turn % len(names)])
        elif kinds[kind] == "redrawn" and rules.redraw is not None:
            drawn = dict(rules.redraw(np.random.default_rng([seed, number])))
            fresh = _read_redrawn(drawn, names)
            others.append(_other(joined, {**joined.used, **fresh}))
        else:
            others.append(None)
    return others


def _other(joined: JoinedLayers, layers: Mapping[str, Layer]) -> Other | None:
    """Return some layers joined on the nodes of all, or None without any link."""
    links = pruned(joined.joined(layers), joined.neighbours)
    found = _on_nodes(links, joined.edges.nodes)
    if not len(found.weight):
        return None
    return found, found.density / joined.edges.density


def _read_redrawn(drawn: Mapping[str, Any], names: list[str]) -> dict[str, Layer]:
    """Return redrawn layers, which must be some of those that take part."""
    unknown = sorted(set(map(str, drawn)) - set(names))
    if unknown or not drawn:
        raise GraphError(
            f"redraw returned the layers {', '.join(unknown) or 'none'}; it "
            f"must return some of those that detect: {', '.join(names)}."
        )
    return {str(name): read_layer(graph) for name, graph in drawn.items()}
