"""Which links are more than size: four backbones of a weighted network."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from clusterid._typed import typed
from clusterid.errors import GraphError, NotConvergedError, OptionError, check_option
from clusterid.networks._graph import check_graph, edge_arrays

__all__ = ["backbone"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_METHODS = (
    "noise_corrected",
    "disparity",
    "maximum_spanning_tree",
    "doubly_stochastic",
)


@typed
def backbone(
    graph: Any,
    *,
    method: str = "noise_corrected",
    delta: float = 1.64,
    alpha: float = 0.05,
    leaves: str = "drop",
    threshold: float | None = None,
    weight: str = "weight",
    count_unit: float | None = None,
    iterations: int = 10_000,
) -> Any:
    r"""Return the links of a network that stand out from the strengths of their ends.

    =========================  =====================================================
    method                     a link is kept if
    =========================  =====================================================
    ``noise_corrected``        its lift over :math:`N_{i.}N_{.j}/N_{..}` exceeds
                               ``delta`` posterior standard deviations (Coscia &
                               Neffke 2017); for counts
    ``disparity``              :math:`(1 - w_{ij}/s_i)^{k_i - 1} < \alpha` at either
                               end (Serrano et al. 2009)
    ``maximum_spanning_tree``  it is on the strongest tree, or at least ``threshold``
    ``doubly_stochastic``      among the largest after all strengths are made equal,
                               down to where the network hangs together (Slater 2009),
                               or down to ``threshold``
    =========================  =====================================================

    Parameters
    ----------
    graph : Graph or DiGraph
        Weights above 0.
    method : str
        One of the table.
    delta : float
        Posterior standard deviations; 1.28, 1.64 and 2.32 are about 10, 5 and 1 %.
    alpha : float
        Level of the disparity filter.
    leaves : {"drop", "keep"}
        What the disparity filter does with a link whose ends both have no other
        link: it cannot be tested.
    threshold : float, optional
        See the table.
    weight : str
        Link attribute to use; for supply networks ``"value"`` holds the flow.
    count_unit : float, optional
        What one count is (``noise_corrected``), in the unit of the weight. The method
        is made for counts: money becomes counts only by a unit that you state, and
        the result depends on it.
    iterations : int
        Most steps of the scaling (``doubly_stochastic``).

    Returns
    -------
    Graph or DiGraph
        All nodes; the links kept, with their attributes and the ``backbone_score``:
        lift score over its standard deviation, smallest disparity alpha, weight, or
        scaled weight. ``graph.graph["backbone"]`` holds the options and how many
        links were kept.

    Raises
    ------
    GraphError
        If weights are not positive, or shares are given to a method for counts.
    NotConvergedError
        If the strengths cannot be made equal (some nodes hang on a single link).

    Notes
    -----
    In an undirected graph the table of links is symmetric: every link counts twice
    in the total, as it does in the strengths. A package that counts it once doubles
    the expectation and keeps too few links. The prior's second parameter is
    :math:`(1-\mu)^2\mu/\sigma^2 - (1-\mu)`, which the two moments give.

    References
    ----------
    Coscia, M., Neffke, F. (2017), ICDE; Serrano, M., Boguna, M., Vespignani, A.
    (2009), PNAS 106(16); Slater, P. (2009), PNAS 106(26) [formulas of the first as
    in the authors' code; the papers not re-read].

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.Graph()
    >>> graph.add_weighted_edges_from(
    ...     [("a", "b", 90), ("b", "c", 4), ("c", "d", 80), ("a", "d", 5)])
    >>> sorted(backbone(graph).edges)
    [('a', 'b'), ('c', 'd')]
    """
    check_option("method", method, _METHODS)
    check_option("leaves", leaves, ("drop", "keep"))
    check_graph(graph, weight=weight)
    if not 0 < alpha < 1:
        raise OptionError(f"alpha={alpha!r} must lie between 0 and 1")
    codes, rows, columns, w = edge_arrays(graph, weight)
    # a link of a place with itself is no link between two
    off = rows != columns
    rows, columns, w = rows[off], columns[off], w[off]
    directed = bool(graph.is_directed())
    if method == "noise_corrected":
        n = _as_counts(w, count_unit)
        score, sd = noise_corrected(len(codes), rows, columns, n, directed=directed)
        with np.errstate(divide="ignore", invalid="ignore"):
            value = np.where(sd > 0, score / sd, np.where(score > 0, np.inf, -np.inf))
        keep = score > delta * sd
    elif method == "disparity":
        value = disparity(len(codes), rows, columns, w, directed=directed)
        keep = value < alpha
        untested = np.isnan(value)
        if leaves == "keep":
            keep |= untested
    elif method == "maximum_spanning_tree":
        value = w.copy()
        keep = spanning_tree(len(codes), rows, columns, w)
        if threshold is not None:
            keep |= w >= threshold
    else:
        value = doubly_stochastic(
            codes, rows, columns, w, directed=directed, iterations=iterations
        )
        keep = _until_connected(len(codes), rows, columns, value, threshold)
    return _kept(
        graph,
        codes,
        rows[keep],
        columns[keep],
        value[keep],
        {
            "method": method,
            "delta": delta,
            "alpha": alpha,
            "leaves": leaves,
            "threshold": threshold,
            "weight": weight,
            "count_unit": count_unit,
            "n_links": len(w),
            "n_kept": int(keep.sum()),
        },
    )


def _as_counts(w: Floats, count_unit: float | None) -> Floats:
    if count_unit is not None:
        if not (np.isfinite(count_unit) and count_unit > 0):
            raise OptionError(f"count_unit={count_unit!r} must be above 0")
        return w / count_unit
    if len(w) and w.max() <= 1:
        raise GraphError(
            "The noise-corrected backbone needs counts, and no weight is above 1: "
            "these are shares. Mend: pass weight='value' for flows with count_unit "
            "(what one count is), or method='disparity'."
        )
    return w


def _kept(
    graph: nx.Graph[str],
    codes: list[str],
    rows: Integers,
    columns: Integers,
    score: Floats,
    options: dict[str, Any],
) -> Any:
    names = {str(n): n for n in graph.nodes}
    result: Any = nx.DiGraph() if graph.is_directed() else nx.Graph()
    result.add_nodes_from((code, dict(graph.nodes[names[code]])) for code in codes)
    for i, j, value in zip(
        rows.tolist(), columns.tolist(), score.tolist(), strict=True
    ):
        data = dict(graph.edges[names[codes[i]], names[codes[j]]])
        result.add_edge(codes[i], codes[j], **{**data, "backbone_score": value})
    result.graph.update(graph.graph, backbone=options)
    return result


def noise_corrected(
    n: int, rows: Integers, columns: Integers, count: Floats, *, directed: bool
) -> tuple[Floats, Floats]:
    """Return score and posterior standard deviation of every link."""
    out = np.bincount(rows, weights=count, minlength=n)
    into = np.bincount(columns, weights=count, minlength=n)
    total = count.sum()
    if not directed:
        out = into = out + into
        total = 2 * total
    s_i, s_j = out[rows], into[columns]
    with np.errstate(divide="ignore", invalid="ignore"):
        kappa = total / (s_i * s_j)
        score = (kappa * count - 1) / (kappa * count + 1)
        mean = s_i * s_j / total**2
        variance = s_i * s_j * (total - s_i) * (total - s_j)
        variance = variance / (total**4 * (total - 1))
        first = mean**2 / variance * (1 - mean) - mean
        second = mean / variance * (1 - mean) ** 2 - (1 - mean)
        chance = (first + count) / (first + second + total)
        spread = chance * (1 - chance) * total
        slope = 1 / (s_i * s_j) - total * (s_i + s_j) / (s_i * s_j) ** 2
        change = 2 * (kappa + count * slope) / (kappa * count + 1) ** 2
        sd = np.sqrt(spread) * np.abs(change)
    # one node with all links on one side: nothing to compare with
    return np.nan_to_num(score, nan=0.0), np.nan_to_num(sd, nan=np.inf)


def disparity(
    n: int, rows: Integers, columns: Integers, w: Floats, *, directed: bool
) -> Floats:
    """Return the smaller alpha of the two ends; NaN where both have one link only."""
    if directed:
        s_out = np.bincount(rows, weights=w, minlength=n)[rows]
        s_in = np.bincount(columns, weights=w, minlength=n)[columns]
        k_out = np.bincount(rows, minlength=n)[rows]
        k_in = np.bincount(columns, minlength=n)[columns]
    else:
        both = np.concatenate([rows, columns])
        strength = np.bincount(both, weights=np.concatenate([w, w]), minlength=n)
        degree = np.bincount(both, minlength=n)
        s_out, s_in = strength[rows], strength[columns]
        k_out, k_in = degree[rows], degree[columns]
    ends = []
    for s, k in ((s_out, k_out), (s_in, k_in)):
        left = np.clip(1 - w / s, 0.0, 1.0)
        ends.append(np.where(k > 1, left ** (k - 1), np.nan))
    return np.fmin(ends[0], ends[1])


def spanning_tree(
    n: int, rows: Integers, columns: Integers, w: Floats
) -> NDArray[np.bool_]:
    """Return the links of the strongest forest; ties go to the first codes."""
    parent = list(range(n))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    keep = np.zeros(len(w), dtype=bool)
    low, high = np.minimum(rows, columns), np.maximum(rows, columns)
    for e in np.lexsort((rows, high, low, -w)).tolist():
        a, b = root(int(rows[e])), root(int(columns[e]))
        if a != b:
            parent[a] = b
            keep[e] = True
    return keep


def doubly_stochastic(
    codes: list[str],
    rows: Integers,
    columns: Integers,
    w: Floats,
    *,
    directed: bool,
    iterations: int,
) -> Floats:
    """Return weights scaled so that every node's strength is 1 both ways."""
    n = len(codes)
    left, right = np.ones(n), np.ones(n)
    active_out = np.bincount(rows, minlength=n) > 0
    active_in = np.bincount(columns, minlength=n) > 0
    if not directed:
        active_out = active_in = active_out | active_in
    gap = np.inf
    for _ in range(iterations):
        if directed:
            sums = np.bincount(rows, weights=w * right[columns], minlength=n)
            left = np.where(active_out, 1 / np.where(sums > 0, sums, 1.0), 0.0)
            sums = np.bincount(columns, weights=w * left[rows], minlength=n)
            right = np.where(active_in, 1 / np.where(sums > 0, sums, 1.0), 0.0)
            check = left * np.bincount(rows, weights=w * right[columns], minlength=n)
            gap = float(np.abs(check[active_out] - 1).max(initial=0.0))
        else:
            sums = np.bincount(rows, weights=w * left[columns], minlength=n)
            sums += np.bincount(columns, weights=w * left[rows], minlength=n)
            check = left * sums
            gap = float(np.abs(check[active_out] - 1).max(initial=0.0))
            # the geometric mean of old and new keeps the symmetric scaling stable
            step = np.sqrt(left / np.where(sums > 0, sums, 1.0))
            left = np.where(active_out, step, 0.0)
            right = left
        if gap < 1e-10 or not np.isfinite(gap):
            break
    if not gap < 1e-10:
        raise NotConvergedError(
            "The strengths cannot be made equal: the largest miss is "
            f"{gap:.3g} after {iterations} steps. Some nodes have all their links with "
            "nodes that need them elsewhere (a star, for instance). Mend: drop nodes "
            "with one link, or use method='disparity'."
        )
    return np.asarray(left[rows] * w * right[columns])


def _until_connected(
    n: int, rows: Integers, columns: Integers, value: Floats, threshold: float | None
) -> NDArray[np.bool_]:
    if threshold is not None:
        return value >= threshold
    if not len(value):
        return np.zeros(0, dtype=bool)

    def parts(keep: NDArray[np.bool_]) -> int:
        table = coo_array(
            (np.ones(int(keep.sum())), (rows[keep], columns[keep])), shape=(n, n)
        )
        count, _ = connected_components(table, directed=False)
        return int(count)

    levels = np.unique(value)[::-1]
    whole = parts(np.ones(len(value), dtype=bool))
    low, high = 0, len(levels) - 1
    while low < high:
        middle = (low + high) // 2
        if parts(value >= levels[middle]) == whole:
            high = middle
        else:
            low = middle + 1
    return np.asarray(value >= levels[low])
