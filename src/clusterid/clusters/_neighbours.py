"""Who neighbours whom, and what hangs together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from clusterid.errors import GraphError

if TYPE_CHECKING:
    from libpysal.graph import Graph

__all__ = ["Neighbourhood", "adjacency", "components", "neighbourhood"]

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Who neighbours whom, and who lies ``within`` 1 + gap steps of whom."""

    neighbours: csr_array
    within: csr_array


def neighbourhood(graph: Graph, regions: list[str], gap: int) -> Neighbourhood:
    """Return the neighbours in the order of regions.

    Raises
    ------
    GraphError
        If the graph lacks regions of the study.
    """
    neighbours = adjacency(graph, regions)
    within = neighbours
    for _ in range(gap):
        within = within + within @ neighbours
    within = csr_array(within)
    within.data[:] = 1.0
    return Neighbourhood(neighbours, within)


def adjacency(graph: Graph, regions: list[str]) -> csr_array:
    """Return who neighbours whom as a symmetric 0/1 matrix in the order of regions.

    Raises
    ------
    GraphError
        If the graph lacks regions of the study.
    """
    known = {str(code) for code in graph.unique_ids}
    missing = [code for code in regions if code not in known]
    if missing:
        raise GraphError(
            f"{len(missing)} of {len(regions)} regions are not in the neighbourhood "
            f"graph ({', '.join(missing[:5])}). Build it with contiguity(regions) from "
            "shapes of the same vintage."
        )
    place = {code: i for i, code in enumerate(regions)}
    pairs = graph.adjacency
    focal = pairs.index.get_level_values(0).astype(str)
    neighbour = pairs.index.get_level_values(1).astype(str)
    keep = [
        (place[a], place[b])
        for a, b, w in zip(focal, neighbour, pairs.to_numpy(), strict=True)
        if w > 0 and a != b and a in place and b in place
    ]
    n = len(regions)
    if not keep:
        return csr_array((n, n))
    rows, columns = np.array(keep).T
    matrix = csr_array((np.ones(len(keep)), (rows, columns)), shape=(n, n))
    matrix = matrix + matrix.T
    matrix.data[:] = 1.0
    return csr_array(matrix)


def components(members: Bools, within: csr_array) -> list[npt.NDArray[np.int64]]:
    """Return the sets of member regions that hang together, by their first region."""
    where = np.flatnonzero(members)
    if not len(where):
        return []
    _, labels = connected_components(within[where][:, where], directed=False)
    groups = [where[labels == k] for k in np.unique(labels)]
    return sorted(groups, key=lambda g: int(g[0]))
