"""Reading a network: who is central, who brokers, who keeps to themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._faults import faults_of, refuse
from clusterid._typed import typed
from clusterid.errors import OptionError
from clusterid.networks._graph import check_graph, edge_arrays, to_matrix
from clusterid.networks._labels import text_index
from clusterid.statistics import over_positive

__all__ = [
    "brokerage", "embeddedness", "external_internal_index",
    "largest_organisation_share", "node_measures", "place_flows",
]  # fmt: skip

Floats = NDArray[np.float64]


@typed
def node_measures(graph: Any, *, weight: str = "weight") -> pd.DataFrame:
    r"""Return degree, strength, betweenness and core number of every node.

    Parameters
    ----------
    graph : Graph or DiGraph
        Weights above 0; larger is closer.
    weight : str
        Link attribute.

    Returns
    -------
    DataFrame by node
        ``degree`` and ``strength`` (for a directed graph in and out together, with
        ``degree_in``, ``degree_out``, ``strength_in``, ``strength_out`` beside them;
        equal for an undirected one), ``betweenness`` (share of shortest paths between
        other nodes, link length 1/weight, 0..1), ``core`` (largest k such that the
        node belongs to a part in which everyone has k links), and
        ``effective_partners`` :math:`1/\sum_j (w_{ij}/s_i)^2` (1 = all with one; NaN
        without links).

    Examples
    --------
    >>> import networkx as nx
    >>> star = nx.Graph()
    >>> star.add_weighted_edges_from([("m", "a", 2), ("m", "b", 1), ("m", "c", 1)])
    >>> node_measures(star).loc["m", ["degree", "strength", "betweenness"]].tolist()
    [3.0, 4.0, 1.0]
    """
    import igraph

    check_graph(graph, weight=weight)
    codes, rows, columns, w = edge_arrays(graph, weight)
    n, directed = len(codes), bool(graph.is_directed())
    strength_out = np.bincount(rows, weights=w, minlength=n)
    strength_in = np.bincount(columns, weights=w, minlength=n)
    degree_out = np.bincount(rows, minlength=n)
    degree_in = np.bincount(columns, minlength=n)
    squares = np.bincount(rows, weights=w**2, minlength=n)
    squares = squares + np.bincount(columns, weights=w**2, minlength=n)
    degree, strength = degree_in + degree_out, strength_in + strength_out
    if not directed:
        degree_in = degree_out = degree
        strength_in = strength_out = strength
    links = igraph.Graph(
        n=n,
        edges=np.column_stack([rows, columns]).tolist(),
        directed=directed,
    )
    pairs = (n - 1) * (n - 2) / (1 if directed else 2)
    between = np.array(links.betweenness(weights=(1 / w).tolist() if len(w) else None))
    partners = over_positive(strength**2, squares)
    return pd.DataFrame(
        {
            "degree": degree,
            "strength": strength,
            "degree_in": degree_in,
            "degree_out": degree_out,
            "strength_in": strength_in,
            "strength_out": strength_out,
            "betweenness": between / pairs if pairs > 0 else np.zeros(n),
            "core": np.array(links.coreness(), dtype=np.int64),
            "effective_partners": partners,
        },
        index=pd.Index(codes, name="node"),
    )


def _groups(codes: list[str], groups: pd.Series | Mapping[str, str]) -> pd.Series:
    series = groups if isinstance(groups, pd.Series) else pd.Series(dict(groups))
    placed = text_index(series).reindex(codes)
    mend = "give every node a group, or take the others out of the graph"
    lacking = [c for c, g in placed.items() if pd.isna(g)]
    refuse("groups", faults_of("nodes without a group", mend, lacking, None))
    return placed.astype(str)


@typed
def brokerage(graph: Any, groups: pd.Series | Mapping[str, str]) -> pd.DataFrame:
    r"""Return how often a node stands between two others that have no link.

    A broker b sits on an open path a, b, c (a and c without a link). Its role depends
    on the groups of the three (Gould & Fernandez 1989):

    ==================  ============================================================
    ``coordinator``     all three in one group
    ``consultant``      a and c in one group, b in another
    ``gatekeeper``      b and c in one group, a outside: lets in
    ``representative``  a and b in one group, c outside: speaks for
    ``liaison``         three groups
    ==================  ============================================================

    In an undirected graph every open path is read both ways, so gatekeeper and
    representative are equal.

    Parameters
    ----------
    graph : Graph or DiGraph
        Weights do not count.
    groups : Series or mapping of node to group
        For example the Land of a Kreis, or the kind of an organisation.

    Returns
    -------
    DataFrame by node
        Counts by role and their ``total``.

    References
    ----------
    Gould, R., Fernandez, R. (1989), Sociological Methodology 19 [roles as commonly
    given; not checked against the original].

    Examples
    --------
    >>> import networkx as nx
    >>> path = nx.DiGraph([("a", "b"), ("b", "c")])
    >>> roles = brokerage(path, {"a": "X", "b": "Y", "c": "Y"})
    >>> roles.loc["b", "gatekeeper"], roles.loc["b", "total"]
    (np.int64(1), np.int64(1))
    """
    codes = sorted(map(str, graph.nodes))
    where = {code: i for i, code in enumerate(codes)}
    linked = np.zeros((len(codes), len(codes)), dtype=bool)
    for u, v in graph.edges:
        linked[where[str(u)], where[str(v)]] = True
    if not graph.is_directed():
        linked |= linked.T
    np.fill_diagonal(linked, False)
    _, g = np.unique(_groups(codes, groups).to_numpy(str), return_inverse=True)
    g = g.ravel()
    counts = np.zeros((len(codes), 5), dtype=np.int64)
    for b in range(len(codes)):
        before, after = np.flatnonzero(linked[:, b]), np.flatnonzero(linked[b])
        if not len(before) or not len(after):
            continue
        is_open = ~linked[np.ix_(before, after)]
        is_open &= before[:, None] != after[None, :]
        first, last = (g[before] == g[b])[:, None], (g[after] == g[b])[None, :]
        same = g[before][:, None] == g[after][None, :]
        counts[b] = [
            int((is_open & first & last).sum()),
            int((is_open & ~first & ~last & same).sum()),
            int((is_open & ~first & last).sum()),
            int((is_open & first & ~last).sum()),
            int((is_open & ~first & ~last & ~same).sum()),
        ]
    roles = ["coordinator", "consultant", "gatekeeper", "representative", "liaison"]
    result = pd.DataFrame(counts, index=pd.Index(codes, name="node"), columns=roles)
    result["total"] = result.sum(axis=1)
    return result


@typed
def external_internal_index(
    graph: Any,
    groups: pd.Series | Mapping[str, str] | None = None,
    *,
    weight: str = "weight",
) -> pd.DataFrame:
    r"""Return whether links run inside groups or across them.

    .. math:: EI = \frac{E - I}{E + I}

    with E the weight of links across groups and I inside; -1 all inside, 1 all
    across. It depends on the sizes of groups, so the value to be expected of random
    partners stands beside it.

    Parameters
    ----------
    graph : Graph or DiGraph
        Weights above 0.
    groups : Series or mapping of node to group, optional
        Without it every place is its own group, and I is the node attribute
        ``within`` that :func:`collaboration_network` gives.
    weight : str
        Link attribute.

    Returns
    -------
    DataFrame by group
        ``external``, ``internal`` (each link across counts for both of its groups),
        ``ei`` (NaN without links), ``expected`` (n(n-1)/2 pairs inside against all
        pairs with others; NaN without ``groups``), and the row ``TOTAL``.

    References
    ----------
    Krackhardt, D., Stern, R. (1988), Social Psychology Quarterly 51(2).

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.Graph()
    >>> graph.add_weighted_edges_from([("a", "b", 3.0), ("b", "c", 1.0)])
    >>> external_internal_index(graph, {"a": "X", "b": "X", "c": "Y"})["ei"].to_dict()
    {'X': -0.5, 'Y': 1.0, 'TOTAL': -0.5}
    """
    check_graph(graph, weight=weight)
    codes, rows, columns, w = edge_arrays(graph, weight)
    if groups is None:
        names = pd.Series(codes, index=codes)
        inside = pd.Series(
            [float(graph.nodes[c].get("within", 0.0)) for c in codes], index=codes
        )
    else:
        names = _groups(codes, groups)
        inside = pd.Series(0.0, index=sorted(names.unique()))
    labels, g = np.unique(names.to_numpy(str), return_inverse=True)
    g = g.ravel()
    a, b = g[rows], g[columns]
    across = a != b
    internal: Floats = np.bincount(
        a[~across], weights=w[~across], minlength=len(labels)
    ).astype(np.float64)
    internal = internal + inside.reindex(labels).to_numpy(np.float64)
    external: Floats = np.bincount(
        a[across], weights=w[across], minlength=len(labels)
    ).astype(np.float64)
    external = external + np.bincount(
        b[across], weights=w[across], minlength=len(labels)
    )
    external = np.append(external, external.sum() / 2)
    internal = np.append(internal, internal.sum())
    size = np.bincount(g, minlength=len(labels)).astype(float)
    pairs_in, pairs_out = size * (size - 1) / 2, size * (len(codes) - size)
    pairs_in = np.append(pairs_in, pairs_in.sum())
    pairs_out = np.append(pairs_out, pairs_out.sum() / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        ei = (external - internal) / (external + internal)
        expected = (pairs_out - pairs_in) / (pairs_out + pairs_in)
    if groups is None:
        expected = np.full(len(expected), np.nan)
    return pd.DataFrame(
        {"external": external, "internal": internal, "ei": ei, "expected": expected},
        index=pd.Index([*labels.tolist(), "TOTAL"], name="group"),
    )


@typed
def largest_organisation_share(collaborations: pd.DataFrame) -> pd.Series:
    """Return the share of a region's participations that its largest body has.

    Parameters
    ----------
    collaborations : DataFrame
        Columns ``project``, ``organisation``, ``region``.

    Returns
    -------
    Series by region
        0..1.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"project": ["p", "q", "q"], "region": ["R", "R", "R"],
    ...                       "organisation": ["a", "a", "b"]})
    >>> largest_organisation_share(table).round(2).to_dict()
    {'R': 0.67}
    """
    rows = collaborations[["project", "organisation", "region"]].dropna()
    counts = rows.drop_duplicates().groupby(["region", "organisation"]).size()
    total = counts.groupby(level="region").sum()
    share = counts.groupby(level="region").max() / total
    return share.sort_index().rename("largest_organisation_share")


@typed
def embeddedness(
    graph: Any,
    *,
    largest_share: pd.Series | None = None,
    dominant: float = 0.5,
    closed: float = -0.5,
    few: float = 3.0,
    weight: str = "weight",
) -> pd.DataFrame:
    """Return signs that a place depends on too few: one body, itself, few partners.

    The flags are signs to look at, not verdicts; the limits are our choice.

    Parameters
    ----------
    graph : Graph
        Places (or industries); the node attribute ``within``, where there is one,
        counts as internal.
    largest_share : Series by node, optional
        Share of the largest plant or organisation
        (:func:`largest_organisation_share`).
    dominant : float
        ``dominant_plant`` from this share on.
    closed : float
        ``closed_group`` at or below this E-I index.
    few : float
        ``low_diversity`` below this number of effective partners.
    weight : str
        Link attribute.

    Returns
    -------
    DataFrame by node
        ``largest_share`` (NaN unknown), ``ei``, ``effective_partners``, ``flags``
        (joined by ``;``; ``no_links`` where there are none).

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.Graph()
    >>> graph.add_edge("a", "b", weight=1.0)
    >>> graph.nodes["a"]["within"] = 9.0
    >>> embeddedness(graph)["flags"].to_dict()
    {'a': 'closed_group;low_diversity', 'b': 'low_diversity'}
    """
    if not -1 <= closed <= 1:
        raise OptionError(f"closed={closed!r} must lie in -1..1")
    measures = node_measures(graph, weight=weight)
    ei = external_internal_index(graph, weight=weight)["ei"].reindex(measures.index)
    share = pd.Series(np.nan, index=measures.index)
    if largest_share is not None:
        share = text_index(largest_share).reindex(measures.index).astype(float)
    flags = []
    for node in measures.index:
        found = []
        if share[node] >= dominant:
            found.append("dominant_plant")
        if ei[node] <= closed:
            found.append("closed_group")
        if measures.loc[node, "degree"] == 0:
            found.append("no_links")
        elif measures.loc[node, "effective_partners"] < few:
            found.append("low_diversity")
        flags.append(";".join(found))
    return pd.DataFrame({
        "largest_share": share,
        "ei": ei,
        "effective_partners": measures["effective_partners"],
        "flags": flags,
    })


@typed
def place_flows(
    graph: Any, *, top: int | None = None, weight: str = "weight"
) -> pd.DataFrame:
    """Return the links between places as a table for a map of flows.

    Parameters
    ----------
    graph : Graph or DiGraph
        Nodes are region codes.
    top : int, optional
        Only the strongest links (ties: first codes).
    weight : str
        Link attribute.

    Returns
    -------
    DataFrame
        ``source``, ``target``, ``weight``, ``share_of_source``, ``share_of_target``
        (of all their links' weight, 0..1), strongest first.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.Graph()
    >>> graph.add_weighted_edges_from([("R", "S", 3.0), ("R", "T", 1.0)])
    >>> place_flows(graph, top=1).values.tolist()
    [['R', 'S', 3.0, 0.75, 1.0]]
    """
    check_graph(graph, weight=weight)
    codes, matrix = to_matrix(graph, weight=weight)
    _, rows, columns, w = edge_arrays(graph, weight)
    order = np.lexsort((columns, rows, -w))
    if top is not None:
        order = order[:top]
    rows, columns, w = rows[order], columns[order], w[order]
    out, into = matrix.sum(axis=1), matrix.sum(axis=0)
    labels = np.array(codes, dtype=object)
    return pd.DataFrame({
        "source": labels[rows],
        "target": labels[columns],
        "weight": w,
        "share_of_source": w / out[rows],
        "share_of_target": w / into[columns],
    })
