"""Location quotients in which neighbouring regions count, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._faults import faults_of, refuse
from clusterid._typed import typed
from clusterid.concentration.quotients._location_quotient import (
    QuotientParts,
    checked_employment,
    quotient_parts,
)
from clusterid.errors import OptionError, check_option
from clusterid.statistics import over_positive
from clusterid.tables import Margins

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["focal_location_quotient"]

Kernel = Literal["given", "uniform", "triangular", "bisquare"]


@typed
def focal_location_quotient(
    employment: pd.DataFrame,
    graph: Any,
    *,
    kernel: Kernel = "given",
    bandwidth: float | None = None,
    self_weight: float = 1.0,
    totals: pd.DataFrame | Margins | None = None,
) -> pd.DataFrame:
    r"""Return location quotients of a region together with its neighbours.

    A concentration does not end at an administrative border; neighbours enter with
    weights that fall with distance.

    .. math:: \frac{\sum_k w_{jk} e_{ik} / \sum_k w_{jk} e_k}{e_i/e}

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Jobs; NaN is withheld.
    graph : libpysal.graph.Graph
        Neighbours of every region, on the same codes. Its weights are taken as
        weights (``kernel="given"``) or as distances (the other kernels).
    kernel : {"given", "uniform", "triangular", "bisquare"}
        Of the distance d with bandwidth H: 1, :math:`1-d/H`, :math:`(1-(d/H)^2)^2`
        within H, 0 beyond.
    bandwidth : float, optional
        H in the unit of the distances; by default each region's farthest neighbour
        (adaptive; that neighbour itself then weighs 0 unless the kernel is uniform).
    self_weight : float
        Weight of the region itself (distance 0).
    totals : DataFrame or Margins, optional
        Published totals.

    Returns
    -------
    DataFrame, n_regions x n_industries
        0 to infinity, neutral 1. NaN where a withheld cell has weight, or a total is
        zero or unknown. An island is its plain location quotient.

    Raises
    ------
    TableError
        If a region is not in the graph, or the other way round.
    OptionError
        If the kernel is not offered or the bandwidth not positive.

    References
    ----------
    Cromley & Hanink (2012), Focal location quotients: specification and application,
    Geographical Analysis 44. The bi-square kernel is that of the R package lctools;
    the equations were not checked against the original.

    Examples
    --------
    >>> from libpysal.graph import Graph
    >>> jobs = pd.DataFrame({"A": [8.0, 0.0, 2.0], "B": [2.0, 10.0, 8.0]}, list("rst"))
    >>> line = Graph.from_arrays(list("rsst"), list("srts"), [1, 1, 1, 1])
    >>> focal_location_quotient(jobs, line).loc["s", "A"].round(3).item()
    1.0
    """
    check_option("kernel", kernel, get_args(Kernel))
    if bandwidth is not None and not bandwidth > 0:
        raise OptionError(f"bandwidth={bandwidth!r} must be positive")
    table = checked_employment(employment)
    parts = quotient_parts(table, None, totals)
    weights = _weights(graph, table.index, kernel, bandwidth, self_weight)
    region = parts.region_total[:, 0]
    focal = QuotientParts(
        _weighted(weights, parts.cell),
        _weighted(weights, region[:, None]),
        parts.industry_total,
        parts.all_total,
    )
    return pd.DataFrame(focal.ratio(), index=table.index, columns=table.columns)


def _weighted(weights: csr_array, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum with weights; unknown where an unknown value has weight."""
    hidden = np.isnan(values)
    sums = np.asarray(weights @ np.where(hidden, 0.0, values))
    if hidden.any():
        sums[np.asarray(weights @ hidden.astype(float)) > 0] = np.nan
    return sums


def _weights(
    graph: Any,
    regions: pd.Index,
    kernel: str,
    bandwidth: float | None,
    self_weight: float,
) -> csr_array:
    from scipy import sparse

    nodes = pd.Index(graph.unique_ids)
    faults = faults_of(
        "a region is not in the graph",
        "build the graph from the same regions",
        map(str, regions.difference(nodes)),
    )
    faults += faults_of(
        "a node of the graph is not in employment",
        "subset the graph to the regions of employment",
        map(str, nodes.difference(regions)),
    )
    refuse("graph", faults)
    pairs = graph.adjacency.reset_index()
    pairs.columns = ["focal", "neighbor", "value"]
    pairs = pairs[pairs["focal"] != pairs["neighbor"]]
    row = regions.get_indexer(pd.Index(pairs["focal"]))
    column = regions.get_indexer(pd.Index(pairs["neighbor"]))
    value = pairs["value"].to_numpy(dtype=float)
    if kernel != "given":
        reach = np.zeros(len(regions))
        np.maximum.at(reach, row, value)
        reach = reach if bandwidth is None else np.full(len(regions), bandwidth)
        near = over_positive(value, reach[row], otherwise=0.0)
        value = {
            "uniform": np.where(near <= 1.0, 1.0, 0.0),
            "triangular": np.maximum(1.0 - near, 0.0),
            "bisquare": np.maximum(1.0 - near**2, 0.0) ** 2,
        }[kernel]
    n = len(regions)
    neighbours = sparse.csr_array((value, (row, column)), shape=(n, n))
    own = sparse.diags_array(np.full(n, float(self_weight)))
    return sparse.csr_array(neighbours + own)
