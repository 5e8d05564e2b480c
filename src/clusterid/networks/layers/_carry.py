"""A layer of broad industries, seen from the finer industries inside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.errors import GraphError, OptionError
from clusterid.networks._graph import from_matrix, to_matrix

__all__ = ["carry_network"]


@typed
def carry_network(
    graph: Any, members: Mapping[str, str] | pd.Series, *, own: float | None = None
) -> Any:
    r"""Return the layer between finer industries, each with the links of its own node.

    Input-output tables have few, broad industries. Every industry takes the links of
    the table industry it belongs to; two of the same table industry are as alike as
    the layer allows, and no method on this layer alone can tell them apart.

    .. math:: w_{ij} = w_{h(i)\,h(j)}, \qquad w_{ij} = \text{own if } h(i) = h(j)

    Weights are carried, not divided: right for likeness (profiles, proximities,
    correlations), wrong for flows of money, which :func:`translate_flows` divides.

    Parameters
    ----------
    graph : Graph
        An undirected layer, e.g. of :func:`profile_network`.
    members : mapping or Series, industry -> node of the layer
        Industries without a node (missing, or one the layer does not observe) are
        kept without links and are not ``observed``.
    own : float, optional
        Link between two industries of the same node, above 0; by default the
        strongest link of the layer, or 1 if that is more.

    Returns
    -------
    Graph
        Nodes are the industries of ``members``; attributes as the layer has them.

    Raises
    ------
    GraphError
        If the graph is directed.
    OptionError
        If no industry has a node of the layer, or ``own`` is not above 0.

    Examples
    --------
    >>> import networkx as nx
    >>> layer = nx.Graph()
    >>> layer.add_edge("steel", "cars", weight=0.4)
    >>> fine = carry_network(layer, {"331110": "steel", "331210": "steel",
    ...                              "336111": "cars"})
    >>> sorted(fine.edges(data="weight"))
    [('331110', '331210', 1.0), ('331110', '336111', 0.4), ('331210', '336111', 0.4)]
    """
    if graph.is_directed():
        raise GraphError(
            "The layer is directed; its links are no likeness. Mend: use "
            "profile_network, or translate_flows before building the network."
        )
    if own is not None and not own > 0:
        raise OptionError(f"own={own!r} must be above 0")
    home = pd.Series(members, dtype=object)
    home.index = home.index.map(str)
    home = home.sort_index()
    nodes, matrix = to_matrix(graph)
    place = {code: i for i, code in enumerate(nodes)}
    seen = {str(code) for code in graph.graph.get("observed", nodes)}
    at = np.array(
        [place[str(h)] if str(h) in seen and str(h) in place else -1 for h in home],
        dtype=np.int64,
    )
    known = at >= 0
    if not known.any():
        raise OptionError(
            "no industry of members belongs to a node of the layer "
            f"(nodes: {', '.join(nodes[:5])} ...). Mend: check the correspondence."
        )
    strongest = max(1.0, float(matrix.max(initial=0.0)))
    np.fill_diagonal(matrix, strongest if own is None else own)
    carried = np.where(np.outer(known, known), matrix[np.ix_(at, at)], 0.0)
    kept = {
        key: value
        for key, value in graph.graph.items()
        if key in {"layer", "kind", "absent", "source", "unit", "params"}
    }
    kept.setdefault("layer", "carried")
    kept.setdefault("kind", "industry")
    kept.setdefault("absent", "zero")
    return from_matrix(
        list(home.index),
        carried,
        directed=False,
        observed=[code for code, k in zip(home.index, known, strict=True) if k],
        **kept,
    )
