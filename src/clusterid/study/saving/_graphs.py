"""Networks of a result as two tables, nodes and edges, in one order."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from clusterid.study.saving._frames import pack_frame, unpack_frame

__all__ = ["pack_graph", "unpack_graph"]

_Attributes = Mapping[str, Any]


def pack_graph(graph: nx.Graph[Any], folder: Path, name: str) -> dict[str, Any]:
    """Write nodes and edges and return what the index says of them."""
    nodes = sorted(graph.nodes(data=True), key=lambda node: node[0])
    names = [str(node) for node, _ in nodes]
    edges = _edges(graph, {node: i for i, (node, _) in enumerate(nodes)})
    ends = {
        "source": [names[source] for source, _, _ in edges],
        "target": [names[target] for _, target, _ in edges],
    }
    node_table = _table({"node": names}, [data for _, data in nodes])
    edge_table = _table(ends, [data for _, _, data in edges])
    return {
        "graph": "directed" if graph.is_directed() else "undirected",
        "nodes": pack_frame(node_table, folder, f"{name}.nodes"),
        "edges": pack_frame(edge_table, folder, f"{name}.edges"),
    }


def _edges(
    graph: nx.Graph[Any], at: Mapping[Any, int]
) -> list[tuple[int, int, _Attributes]]:
    """Return each edge once, by the positions of its ends, sorted."""
    edges = [
        (at[u], at[v], data)
        for u, around in graph.adjacency()
        for v, data in around.items()
        if graph.is_directed() or at[u] <= at[v]
    ]
    return sorted(edges, key=lambda edge: edge[:2])


def _table(known: dict[str, list[Any]], data: Sequence[_Attributes]) -> pd.DataFrame:
    # column by column: a table of half a million rows given as dicts takes seconds
    for key in dict.fromkeys(key for each in data for key in each):
        known[key] = [each.get(key, np.nan) for each in data]
    return pd.DataFrame(known) if data else pd.DataFrame({"source": []})


def unpack_graph(
    packed: _Attributes, attributes: _Attributes, folder: Path
) -> nx.Graph[Any]:
    """Read back a graph that :func:`pack_graph` wrote."""
    graph: nx.Graph[Any] = nx.DiGraph() if packed["graph"] == "directed" else nx.Graph()
    graph.graph.update(attributes)
    for row in unpack_frame(packed["nodes"], folder).to_dict("records"):
        if "node" in row:
            graph.add_node(row.pop("node"), **_known(row))
    for row in unpack_frame(packed["edges"], folder).to_dict("records"):
        if "target" in row:
            graph.add_edge(row.pop("source"), row.pop("target"), **_known(row))
    return graph


def _known(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        k: v for k, v in row.items() if not (isinstance(v, float) and math.isnan(v))
    }
