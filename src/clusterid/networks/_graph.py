"""Labelled graphs: built from sorted arrays, read back into sorted arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from clusterid._columns import IDENTIFIER, SAFE, Network
from clusterid._typed import typed
from clusterid.errors import GraphError

__all__ = [
    "GRAPH_KINDS", "LAYER_KINDS", "Links", "build_graph", "check_graph", "edge_arrays",
    "from_matrix", "to_matrix",
]  # fmt: skip

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Kind = Literal["industry", "place", "organisation", "field"]
_SHOWN = 5

#: What every graph says of itself.
GRAPH_KINDS = dict.fromkeys(
    (
        "layer", "kind", "absent", "observed", "observed_in", "source", "unit",
        "params", "label",
    ),
    IDENTIFIER,
)  # fmt: skip
#: A layer of links that are given: flows, moves, code trees.
LAYER_KINDS = Network(
    links=dict.fromkeys(("weight", "value", "length"), SAFE),
    nodes=dict.fromkeys(("own_use", "breadth", "is_universal"), SAFE),
    attributes=GRAPH_KINDS
    | dict.fromkeys(("observed_without_link", "unknown_pairs"), IDENTIFIER),
)


class Links(NamedTuple):
    """Links as positions of their two ends, and their weights."""

    rows: Integers
    columns: Integers
    weight: Floats


def build_graph(
    codes: Sequence[str],
    links: Links,
    *,
    directed: bool,
    layer: str,
    kind: str,
    absent: str,
    observed: Iterable[str] | None = None,
    source: str = "",
    unit: str = "",
    edges: Mapping[str, Any] | None = None,
    nodes: Mapping[str, Any] | None = None,
    **attributes: Any,
) -> Any:
    """Return a graph with sorted nodes and edges and the keys every graph carries.

    ``codes`` must be sorted. Links of an undirected graph are given once, in either
    order. ``edges`` and ``nodes`` hold further attributes, one array each; a link
    with weight 0 or NaN is left out.
    """
    graph: Any = nx.DiGraph() if directed else nx.Graph()
    labels = [str(code) for code in codes]
    graph.add_nodes_from(labels)
    for name, values in (nodes or {}).items():
        for label, value in zip(labels, values, strict=True):
            graph.nodes[label][name] = _plain(value)
    rows, columns, weight = links
    keep = np.isfinite(weight) & (weight > 0)
    if not directed:
        rows, columns = np.minimum(rows, columns), np.maximum(rows, columns)
    rows, columns, weight = rows[keep], columns[keep], weight[keep]
    order = np.lexsort((columns, rows))
    names = ["weight", *(edges or {})]
    arrays = [weight[order].tolist()]
    for values in (edges or {}).values():
        arrays.append(np.asarray(values)[keep][order].tolist())
    sources = [labels[i] for i in rows[order].tolist()]
    targets = [labels[i] for i in columns[order].tolist()]
    graph.add_edges_from(
        (u, v, dict(zip(names, values, strict=True)))
        for u, v, *values in zip(sources, targets, *arrays, strict=True)
    )
    graph.graph.update(
        layer=layer,
        kind=kind,
        absent=absent,
        observed=sorted(labels if observed is None else {str(c) for c in observed}),
        source=source,
        unit=unit,
        **attributes,
    )
    return graph


@typed
def from_matrix(
    codes: Sequence[str],
    matrix: Floats,
    *,
    directed: bool,
    edges: Mapping[str, Any] | None = None,
    **options: Any,
) -> Any:
    """Return the graph of a square matrix; its diagonal is left out.

    Parameters
    ----------
    codes : list of str
        Sorted codes, one a row and column.
    matrix : array, n x n
        Weights; 0 and NaN are no link. For an undirected graph the upper triangle.
    directed : bool
        Whether rows are sources and columns targets.
    edges : mapping of name to array, n x n
        Further attributes of the links.
    **options
        ``layer``, ``kind``, ``absent``, ``observed``, ``source``, ``unit``, ``nodes``
        (name to array), and anything else to keep with the graph.

    Returns
    -------
    Graph or DiGraph
        With the keys that every graph of this room carries.

    Examples
    --------
    >>> graph = from_matrix(["a", "b"], np.array([[0, 2.0], [1.0, 0]]), directed=True,
    ...                     layer="moves", kind="industry", absent="zero")
    >>> list(graph.edges(data="weight"))
    [('a', 'b', 2.0), ('b', 'a', 1.0)]
    """
    positive = np.isfinite(matrix) & (matrix > 0)
    np.fill_diagonal(positive, False)
    if not directed:
        positive = np.triu(positive, 1)
    rows, columns = np.nonzero(positive)
    taken = {name: values[rows, columns] for name, values in (edges or {}).items()}
    links = Links(rows, columns, matrix[rows, columns])
    return build_graph(codes, links, directed=directed, edges=taken, **options)


def edge_arrays(
    graph: nx.Graph[str], weight: str = "weight"
) -> tuple[list[str], Integers, Integers, Floats]:
    """Return sorted codes, and links as index arrays in canonical order."""
    codes = sorted(map(str, graph.nodes))
    where = {code: i for i, code in enumerate(codes)}
    data: list[tuple[Any, Any, Any]] = list(graph.edges(data=weight))
    rows = np.array([where[str(u)] for u, _, _ in data], dtype=np.int64)
    columns = np.array([where[str(v)] for _, v, _ in data], dtype=np.int64)
    missing = [(u, v) for u, v, w in data if w is None]
    if missing:
        raise GraphError(
            f"{len(missing)} links have no attribute {weight!r} "
            f"(first: {missing[:_SHOWN]}). Mend: name one that all links carry."
        )
    values = np.array([w for _, _, w in data], dtype=np.float64)
    if not graph.is_directed():
        rows, columns = np.minimum(rows, columns), np.maximum(rows, columns)
    order = np.lexsort((columns, rows))
    return codes, rows[order], columns[order], values[order]


@typed
def to_matrix(
    graph: Any, codes: Sequence[str] | None = None, weight: str = "weight"
) -> tuple[list[str], Floats]:
    """Return sorted codes and the square matrix of weights; no link is 0.

    Parameters
    ----------
    graph : Graph or DiGraph
        Any network of this room.
    codes : list of str, optional
        Order of rows and columns; all nodes of the graph must be among them.
    weight : str
        Link attribute.

    Returns
    -------
    (list of str, array n x n)
        Symmetric for an undirected graph.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.Graph()
    >>> graph.add_edge("b", "a", weight=2.0)
    >>> codes, matrix = to_matrix(graph)
    >>> codes, matrix.tolist()
    (['a', 'b'], [[0.0, 2.0], [2.0, 0.0]])
    """
    own, rows, columns, values = edge_arrays(graph, weight)
    labels = own if codes is None else list(codes)
    if codes is not None:
        where = {code: i for i, code in enumerate(labels)}
        place = np.array([where[code] for code in own], dtype=np.int64)
        rows, columns = place[rows], place[columns]
    matrix = np.zeros((len(labels), len(labels)))
    matrix[rows, columns] = values
    if not graph.is_directed():
        matrix[columns, rows] = values
    return labels, matrix


def check_graph(graph: object, *, weight: str = "weight", name: str = "graph") -> None:
    """Raise GraphError unless the graph is simple and its weights are positive."""
    if not isinstance(graph, nx.Graph):
        raise GraphError(
            f"{name} is a {type(graph).__name__}, not a networkx graph. "
            "Mend: build it with supply_network, skill_network ..."
        )
    if graph.is_multigraph():
        raise GraphError(
            f"{name} is a multigraph. Mend: add up parallel links into one weight."
        )
    links: list[Any] = list(graph.edges(data=weight))
    values = [link[2] for link in links]
    if all(type(w) in {float, int} for w in values):
        # the usual case, seen at one look at an array
        array = np.array(values, dtype=np.float64)
        if bool((np.isfinite(array) & (array > 0)).all()):
            return
    bad: list[tuple[Any, Any, Any]] = [
        (u, v, w)
        for u, v, w in list[tuple[Any, Any, Any]](graph.edges(data=weight))
        if not isinstance(w, (int, float, np.number)) or not np.isfinite(w) or w <= 0
    ]
    if bad:
        raise GraphError(
            f"{name}: {len(bad)} links whose {weight!r} is not a positive number "
            f"(first: {bad[:_SHOWN]}). Mend: leave out links that are none; a pair "
            "that is unknown is told by graph.graph['absent'] = 'unknown'."
        )


def _plain(value: object) -> object:
    """Return a Python scalar for a NumPy one."""
    return value.item() if isinstance(value, np.generic) else value
