"""The layers that take part in detection: what each weighs, and all of them joined."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from clusterid.communities._graph import (
    Edges,
    Layer,
    pair_agreement,
    pruned,
    read_layer,
    stack,
)
from clusterid.communities._rules import CommunityRules
from clusterid.errors import GraphError, OptionError, check_option

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["JoinedLayers", "joined_layers"]


#: Strongest links kept of each industry, by default, and the links up to which one
#: graph is taken as it is: of complete graphs of 300 industries the weaker links say
#: something, too (with 50 the agreement falls by .07).
_NEIGHBOURS, _EVERY_LINK = 50, 50_000


@dataclass(frozen=True, slots=True)
class JoinedLayers:
    """Layers with their weights, and the edges they make together.

    ``judge`` is the layer that took no part, if any; ``names`` of industries as the
    graphs have them; ``edges`` are ``unpruned`` less all but the ``neighbours``
    strongest of each industry.
    """

    used: Mapping[str, Layer]
    judge: Layer | None
    weights: Mapping[str, float]
    contrast: float
    names: Mapping[str, str]
    edges: Edges
    unpruned: Edges
    neighbours: int

    def without(self, name: str) -> dict[str, Layer]:
        """Return the other layers."""
        return {other: self.used[other] for other in self.used if other != name}

    def stacked(self, layers: Mapping[str, Layer]) -> Edges:
        """Return some of the layers joined by rank, whatever their number."""
        shares = {name: self.weights[name] for name in layers}
        if not any(shares.values()):
            shares = dict.fromkeys(shares, 1.0)
        return stack(layers, shares, self.contrast)

    def joined(self, layers: Mapping[str, Layer]) -> Edges:
        """Return some of the layers joined; one alone is taken as it is."""
        if len(layers) == 1:
            return next(iter(layers.values())).edges
        return self.stacked(layers)


def joined_layers(
    layers: Mapping[str, nx.Graph[Any]] | nx.Graph[Any],
    held_out: str | nx.Graph[Any] | None,
    rules: CommunityRules,
) -> JoinedLayers:
    """Return the layers read, weighed and joined.

    Raises
    ------
    GraphError, OptionError
        If no layer is left, a weight cannot be used, or a layer is not there.
    """
    graphs, judging = _split(layers, held_out)
    used = {name: read_layer(graph) for name, graph in graphs.items()}
    judge = None if judging is None else read_layer(judging)
    _check_common(used, judge)
    weights = _weights(used, judge, rules)
    names: dict[str, str] = {}
    for graph in graphs.values():
        for node, data in graph.nodes(data=True):
            if data.get("label"):
                names.setdefault(str(node), str(data["label"]))
    edges = next(iter(used.values())).edges
    if len(used) > 1:
        edges = stack(used, weights, rules.contrast)
    most = rules.neighbours
    if most is None:
        few = len(used) == 1 and len(edges.weight) <= _EVERY_LINK
        most = edges.n_nodes if few else _NEIGHBOURS
    return JoinedLayers(
        used,
        judge,
        weights,
        rules.contrast,
        names,
        pruned(edges, most),
        edges,
        most,
    )


def _split(
    layers: Mapping[str, nx.Graph[Any]] | nx.Graph[Any],
    held_out: str | nx.Graph[Any] | None,
) -> tuple[dict[str, nx.Graph[Any]], nx.Graph[Any] | None]:
    """Return the layers that take part, and the graph that judges, or None."""
    if not isinstance(layers, Mapping):
        if isinstance(held_out, str):
            raise OptionError(
                f"held_out={held_out!r} names a layer, but one graph was given; pass "
                "the layers as a mapping, or the held-out graph itself."
            )
        return {"given graph": layers}, held_out
    used = {str(name): graph for name, graph in layers.items() if graph is not None}
    if isinstance(held_out, str):
        check_option("held_out", held_out, sorted(used))
        held_out = used.pop(held_out)
    if not used:
        raise GraphError("No layer is left to find communities in; pass at least one.")
    return used, held_out


def _check_common(used: Mapping[str, Layer], judge: Layer | None) -> None:
    """Refuse layers that share no industry with the others, or with the judge."""
    codes = {name: set(layer.edges.nodes) for name, layer in used.items()}
    for name in sorted(codes):
        others = set().union(*(codes[other] for other in codes if other != name))
        if len(codes) > 1 and not codes[name] & others:
            raise GraphError(
                f"The layer {name} shares no industry with the other layers "
                f"({_some(codes[name])} against {_some(others)}). Bring all layers to "
                "the same codes, for example with networks.carry_network, or leave it "
                "out."
            )
    every = set().union(*codes.values())
    if judge is not None and not every & set(judge.edges.nodes):
        raise GraphError(
            f"The held-out layer shares no industry with the layers that detect "
            f"({_some(judge.edges.nodes)} against {_some(every)}). Bring both to the "
            "same codes, or leave held_out away."
        )


def _some(codes: Iterable[str]) -> str:
    return ", ".join(sorted(codes)[:3])


def _weights(
    used: Mapping[str, Layer], judge: Layer | None, rules: CommunityRules
) -> dict[str, float]:
    """Return what each layer weighs; all equal where nothing tells them apart."""
    names = sorted(used)
    if rules.layer_weights is not None:
        return _given_weights(rules.layer_weights, names)
    found: dict[str, float] = {}
    if len(names) > 1 and (judge is not None or len(names) > 2):
        for name in names:
            others = [judge] if judge else [used[o] for o in names if o != name]
            alike = [pair_agreement(used[name], o, rules.contrast) for o in others]
            found[name] = max(0.0, float(np.mean(alike)))
    top = max(found.values(), default=0.0)
    if top <= 0:
        return dict.fromkeys(names, 1.0)
    return {name: round(value / top, 12) for name, value in found.items()}


def _given_weights(given: Mapping[str, float], names: list[str]) -> dict[str, float]:
    unknown = sorted(set(map(str, given)) - set(names))
    found = {name: float(given.get(name, 0.0)) for name in names}
    if unknown or min(found.values()) < 0 or not any(found.values()):
        raise OptionError(
            f"layer_weights={dict(given)!r}: give numbers of at least 0, one above "
            f"0, for {', '.join(names)}."
        )
    return found
