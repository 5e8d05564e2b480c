"""Networks of a result as two tables, nodes and edges, in one order."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import chain
from operator import itemgetter
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
    source, target, of_edges = _edges(
        graph, {node: i for i, (node, _) in enumerate(nodes)}
    )
    ends = {
        "source": [names[i] for i in source],
        "target": [names[i] for i in target],
    }
    node_table = _table({"node": names}, [data for _, data in nodes])
    edge_table = _table(ends, of_edges)
    return {
        "graph": "directed" if graph.is_directed() else "undirected",
        "nodes": pack_frame(node_table, folder, f"{name}.nodes"),
        "edges": pack_frame(edge_table, folder, f"{name}.edges"),
    }


def _edges(
    graph: nx.Graph[Any], at: Mapping[Any, int]
) -> tuple[list[int], list[int], list[_Attributes]]:
    """Return each edge once, by the positions of its ends, sorted."""
    directed = graph.is_directed()
    source: list[int] = []
    target: list[int] = []
    data: list[_Attributes] = []
    for u, around in sorted(graph.adjacency(), key=lambda node: at[node[0]]):
        i = at[u]
        ends = [(at[v], of_edge) for v, of_edge in around.items()]
        kept = [end for end in ends if directed or i <= end[0]]
        kept.sort(key=itemgetter(0))
        source += [i] * len(kept)
        target += [j for j, _ in kept]
        data += [of_edge for _, of_edge in kept]
    return source, target, data


def _table(known: dict[str, list[Any]], data: Sequence[_Attributes]) -> pd.DataFrame:
    # column by column: a table of half a million rows given as dicts takes seconds
    for key in dict.fromkeys(chain.from_iterable(data)):
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
