"""Who neighbours whom, and which members hang together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from libpysal.graph import Graph
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from clusterid.errors import GraphError

__all__ = ["adjacency", "components"]


def adjacency(graph: Graph, regions: list[str]) -> csr_array:
    """Return who neighbours whom as a symmetric 0/1 matrix in the order of regions.

    Raises
    ------
    GraphError
        If the graph lacks regions of the study.
    """
    place = {code: i for i, code in enumerate(regions)}
    missing = sorted(set(regions) - {str(code) for code in graph.unique_ids})
    if missing:
        raise GraphError(
            f"{len(missing)} of {len(regions)} regions are not in the neighbourhood "
            f"graph ({', '.join(missing[:5])})."
        )
    pairs = graph.adjacency
    ends = [pairs.index.get_level_values(k).astype(str).map(place) for k in (0, 1)]
    focal, neighbour = (np.asarray(end, dtype=float) for end in ends)
    keep = (pairs.to_numpy() > 0) & (focal != neighbour)
    keep &= np.isfinite(focal) & np.isfinite(neighbour)
    rows, columns = focal[keep].astype(int), neighbour[keep].astype(int)
    n = len(regions)
    matrix = csr_array((np.ones(len(rows)), (rows, columns)), shape=(n, n))
    matrix = csr_array(matrix + matrix.T)
    matrix.data[:] = 1.0
    return matrix


def components(
    members: npt.NDArray[np.bool_], near: csr_array
) -> list[npt.NDArray[np.int64]]:
    """Return the sets of member regions that hang together, by their first region."""
    where = np.flatnonzero(members)
    if not len(where):
        return []
    _, labels = connected_components(near[where][:, where], directed=False)
    groups = [where[labels == k] for k in np.unique(labels)]
    return sorted(groups, key=lambda g: int(g[0]))
