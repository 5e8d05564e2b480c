"""Several layers of links made one network, without taking unknown for none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from clusterid._columns import SAFE, Network, Table
from clusterid._typed import typed
from clusterid.errors import GraphError, OptionError, check_option, nearest
from clusterid.networks._graph import GRAPH_KINDS, check_graph, from_matrix, to_matrix

__all__ = ["STACK_KINDS", "leave_one_out", "observed_pairs", "stack_layers"]

#: Links are mean ranks over the layers.
STACK_KINDS = Network(
    links={"weight": SAFE, "n_layers": SAFE},
    attributes=GRAPH_KINDS
    | {
        "coverage": Table(
            dict.fromkeys(
                (
                    "n_nodes", "n_links", "n_pairs_observed", "share_of_pairs",
                    "weight", "agreement",
                ),
                SAFE,
            )
        )
    },
)  # fmt: skip

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
_SYMMETRIES = ("max", "mean", "sum")


@typed
def observed_pairs(graph: Any, codes: list[str]) -> Booleans:
    """Return which pairs of codes the layer has seen, whether linked or not.

    With ``absent = "zero"`` those are all pairs of observed codes, less
    ``unknown_pairs``; with ``"unknown"`` only pairs with a link, and those in
    ``observed_without_link``.

    Parameters
    ----------
    graph : Graph or DiGraph
        A layer, as the functions of this room return it.
    codes : list of str
        Order of rows and columns; what the layer links beyond them is left out.

    Returns
    -------
    array of bool, n_codes x n_codes
        Symmetric; the diagonal is False.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.Graph(absent="unknown", observed=["a", "b", "c"])
    >>> graph.add_edge("a", "b", weight=1.0)
    >>> observed_pairs(graph, ["a", "b", "c"]).sum()
    np.int64(2)
    """
    where = {code: i for i, code in enumerate(codes)}
    listed = graph.graph.get("observed", [str(n) for n in graph.nodes])
    absent = graph.graph.get("absent", "zero")
    if absent not in {"zero", "unknown"}:
        raise GraphError(
            f"graph.graph['absent'] is {absent!r}; it must be 'zero' or 'unknown'"
        )
    seen = np.zeros((len(codes), len(codes)), dtype=bool)
    if absent == "zero":
        known = np.array([where[c] for c in listed if c in where], dtype=np.int64)
        seen[np.ix_(known, known)] = True
        pairs, state = graph.graph.get("unknown_pairs", []), False
    else:
        pairs, state = graph.graph.get("observed_without_link", []), True
    inside = [(where[a], where[b]) for a, b in pairs if a in where and b in where]
    if inside:
        a, b = np.array(inside, dtype=np.int64).T
        seen[a, b] = seen[b, a] = state
    ends = [(str(edge[0]), str(edge[1])) for edge in graph.edges]
    linked = [(where[a], where[b]) for a, b in ends if a in where and b in where]
    if linked:
        a, b = np.array(linked, dtype=np.int64).T
        seen[a, b] = seen[b, a] = True
    np.fill_diagonal(seen, False)
    return seen


def _ranked(matrix: Floats, seen: Booleans) -> Floats:
    """Return ranks of the positive links among 0..1, symmetric; none stays 0."""
    upper = np.triu(seen & (matrix > 0), 1)
    a, b = np.nonzero(upper)
    result = np.zeros_like(matrix)
    if len(a):
        result[a, b] = rankdata(matrix[a, b]) / len(a)
        result[b, a] = result[a, b]
    return result


def _symmetric(matrix: Floats, rule: str) -> Floats:
    if rule == "max":
        return np.maximum(matrix, matrix.T)
    total = matrix + matrix.T
    return total if rule == "sum" else total / 2


@typed
def stack_layers(
    layers: Mapping[str, Any],
    *,
    weights: Mapping[str, float] | None = None,
    symmetrise: str = "max",
    minimum_layers: int = 1,
    normalise: bool = True,
) -> Any:
    r"""Return one undirected network out of several layers of links.

    Money, correlations and moves have no common unit, so the links of each layer
    are replaced by their ranks (0..1; 1 is the strongest link of the layer) and
    averaged. A pair that a layer has not observed is left out of its mean, not
    counted as zero; ``n_layers`` tells how many layers saw it.

    .. math:: w_{ij} = \frac{\sum_k \omega_k o^k_{ij}\, \mathrm{rank}_k(w^k_{ij})/m_k}
                            {\sum_k \omega_k o^k_{ij}}

    where :math:`o^k_{ij}` is 1 where layer k observes the pair and :math:`m_k` is its
    number of links; a pair observed without a link has rank 0.

    Parameters
    ----------
    layers : mapping of name to graph
        Graphs of one kind (all industries, or all places). Directed layers are made
        symmetric first.
    weights : mapping of name to weight, optional
        Weight of each layer, above 0; equal by default.
    symmetrise : {"max", "mean", "sum"}
        How the two directions of a directed layer become one link; for ``"mean"`` a
        missing direction is 0.
    minimum_layers : int
        Pairs that fewer layers observe get no link.
    normalise : bool
        False keeps each layer's own weights; they then need a common unit.

    Returns
    -------
    Graph
        Links carry ``weight`` (0..1) and ``n_layers``.
        ``graph.graph["coverage"]`` is a DataFrame by layer: ``n_nodes``, ``n_links``,
        ``n_pairs_observed``, ``share_of_pairs`` (of all pairs of the stack),
        ``weight``, and ``agreement``: the rank correlation of the layer with the
        stack of the others over pairs that both observe (NaN where there are none).

    Raises
    ------
    GraphError
        If layers mix kinds, or a weight is not positive.
    OptionError
        If a weight names a layer that is not given.

    Notes
    -----
    Layers in different classifications share no codes: translate the flows first
    (:func:`translate_flows`). Codes that only one layer knows show in ``coverage``.

    Examples
    --------
    >>> import networkx as nx
    >>> supply = nx.DiGraph(kind="industry", absent="zero", observed=["a", "b", "c"])
    >>> supply.add_weighted_edges_from([("a", "b", 0.2), ("c", "b", 0.1)])
    >>> skill = nx.Graph(kind="industry", absent="unknown", observed=["a", "b", "c"])
    >>> skill.add_weighted_edges_from([("a", "b", 0.9)])
    >>> stack = stack_layers({"supply": supply, "skill": skill})
    >>> {(u, v): (d["weight"], d["n_layers"]) for u, v, d in stack.edges(data=True)}
    {('a', 'b'): (1.0, 2), ('b', 'c'): (0.5, 1)}
    """
    check_option("symmetrise", symmetrise, _SYMMETRIES)
    if not layers:
        raise OptionError("layers is empty; give at least one graph")
    if minimum_layers < 1:
        raise OptionError(f"minimum_layers={minimum_layers!r} must be 1 or more")
    share = _layer_weights(layers, weights)
    kinds = {str(g.graph.get("kind", "industry")) for g in layers.values()}
    if len(kinds) > 1:
        raise GraphError(
            f"layers mix kinds ({', '.join(sorted(kinds))}). Mend: stack industries "
            "with industries, places with places."
        )
    names = sorted(layers)
    for name in names:
        check_graph(layers[name], name=f"layer {name!r}")
    codes = sorted({str(n) for g in layers.values() for n in g.nodes})
    n = len(codes)
    ranked, seen = [], []
    for name in names:
        graph = layers[name]
        _, matrix = to_matrix(graph, codes)
        if graph.is_directed():
            matrix = _symmetric(matrix, symmetrise)
        np.fill_diagonal(matrix, 0.0)
        pairs = observed_pairs(graph, codes)
        ranked.append(_ranked(matrix, pairs) if normalise else matrix)
        seen.append(pairs)
    total, base = np.zeros((n, n)), np.zeros((n, n))
    count = np.zeros((n, n), dtype=np.int64)
    for name, values, pairs in zip(names, ranked, seen, strict=True):
        total += np.where(pairs, share[name] * values, 0.0)
        base += share[name] * pairs
        count += pairs
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where((base > 0) & (count >= minimum_layers), total / base, 0.0)
    coverage = _coverage(names, layers, ranked, seen, share, total, base)
    return from_matrix(
        codes,
        mean,
        directed=False,
        layer="stack",
        kind=kinds.pop(),
        absent="zero",
        observed=[codes[i] for i in np.flatnonzero((count > 0).any(axis=0))],
        source="; ".join(
            sorted({str(g.graph.get("source", "")) for g in layers.values()} - {""})
        ),
        unit="mean rank over layers (0..1)" if normalise else "mean over layers",
        edges={"n_layers": count},
        coverage=coverage,
        params={
            "weights": dict(share),
            "symmetrise": symmetrise,
            "minimum_layers": minimum_layers,
            "normalise": normalise,
        },
    )


def _layer_weights(
    layers: Mapping[str, Any], weights: Mapping[str, float] | None
) -> dict[str, float]:
    share = dict.fromkeys(sorted(layers), 1.0)
    for name, value in (weights or {}).items():
        if name not in share:
            raise OptionError(
                f"weights name a layer that is not given: {name!r}."
                f"{nearest(name, share)}"
            )
        if not (np.isfinite(value) and value > 0):
            raise OptionError(f"weights[{name!r}]={value!r} must be above 0")
        share[name] = float(value)
    return share


def _coverage(
    names: list[str],
    layers: Mapping[str, Any],
    ranked: list[Floats],
    seen: list[Booleans],
    share: Mapping[str, float],
    total: Floats,
    base: Floats,
) -> pd.DataFrame:
    n = len(base)
    upper = np.triu(np.ones((n, n), dtype=bool), 1)
    rows = []
    for name, values, pairs in zip(names, ranked, seen, strict=True):
        others = base - share[name] * pairs
        both = upper & pairs & (others > share[name] * 1e-12)
        agreement = np.nan
        if both.sum() > 2:
            rest = (total - np.where(pairs, share[name] * values, 0.0))[both]
            x, y = rankdata(values[both]), rankdata(rest / others[both])
            x, y = x - x.mean(), y - y.mean()
            length = np.sqrt((x @ x) * (y @ y))
            agreement = float(x @ y / length) if length > 0 else np.nan
        n_pairs = int((pairs & upper).sum())
        rows.append({
            "layer": name,
            "n_nodes": len(layers[name].graph.get("observed", layers[name].nodes)),
            "n_links": int(((values > 0) & upper).sum()),
            "n_pairs_observed": n_pairs,
            "share_of_pairs": n_pairs / max(n * (n - 1) / 2, 1),
            "weight": share[name],
            "agreement": agreement,
        })
    return pd.DataFrame(rows).set_index("layer")


@typed
def leave_one_out(layers: Mapping[str, Any], **options: Any) -> dict[str, Any]:
    """Return, for every layer, the stack of all the others.

    What changes when one kind of evidence is taken away? Options go to
    :func:`stack_layers`.

    Parameters
    ----------
    layers : mapping of name to graph
        Two or more layers.
    **options
        As in :func:`stack_layers`.

    Returns
    -------
    dict of name of the layer left out to Graph

    Examples
    --------
    >>> import networkx as nx
    >>> a, b = nx.Graph(absent="zero"), nx.Graph(absent="zero")
    >>> a.add_edge("x", "y", weight=1.0); b.add_edge("y", "z", weight=1.0)
    >>> {name: list(g.edges) for name, g in leave_one_out({"a": a, "b": b}).items()}
    {'a': [('y', 'z')], 'b': [('x', 'y')]}
    """
    if len(layers) < 2:
        raise OptionError("leave_one_out needs two or more layers")
    weights = dict(options.pop("weights", None) or {})
    return {
        name: stack_layers(
            {k: g for k, g in layers.items() if k != name},
            weights={k: w for k, w in weights.items() if k != name},
            **options,
        )
        for name in sorted(layers)
    }
