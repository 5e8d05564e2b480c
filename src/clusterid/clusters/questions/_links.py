"""Question 4, second half: how many industries of a kind take part, and are linked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid.clusters._counts import Dartboard
from clusterid.clusters.questions._counted import Table

if TYPE_CHECKING:
    import networkx as nx

__all__ = [
    "FEWEST_PLANTS",
    "Links",
    "linked_industries",
    "links_between",
    "participating",
]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Links = Mapping[str, Bools]

#: Plants from which an industry takes part in a cluster, where plants are counted.
FEWEST_PLANTS = 3


def participating(table: Table) -> Bools:
    """Return where an industry takes part: above its usual plants, three or more.

    Regions x industries. Where no plants are counted the jobs decide.
    """
    if table.plants is not None:
        board = Dartboard.of(table.plants)
        return np.asarray(
            (board.filled > board.expected) & (board.filled >= FEWEST_PLANTS)
        )
    board = Dartboard.of(table.employment, table.size)
    return np.asarray((board.filled > 0) & (board.filled > board.expected))


def links_between(
    layers: Mapping[str, nx.Graph[Any]] | None, industries: pd.Index
) -> dict[str, Bools]:
    """Return by layer which industries are linked, either way; own links left out."""
    found: dict[str, Bools] = {}
    place = {str(code): i for i, code in enumerate(industries)}
    for name, graph in (layers or {}).items():
        linked = np.zeros((len(place), len(place)), dtype=bool)
        pairs = [
            (place[a], place[b])
            for a, b in _pairs(graph)
            if a != b and a in place and b in place
        ]
        if pairs:
            ends = np.array(pairs, dtype=np.int64)
            linked[ends[:, 0], ends[:, 1]] = linked[ends[:, 1], ends[:, 0]] = True
            found[str(name)] = linked
    return found


def _pairs(graph: nx.Graph[Any]) -> list[tuple[str, str]]:
    return [(str(edge[0]), str(edge[1])) for edge in graph.edges()]


def linked_industries(
    weights: pd.DataFrame, takes_part: Bools, links: Links
) -> tuple[Floats, Floats]:
    """Return how many industries of each kind take part, and how many are linked.

    Regions x kinds. Linked is who has a link in some layer to another one of the kind
    that takes part; NaN where no layer is at hand.
    """
    w = weights.to_numpy(dtype=float) > 0
    members = takes_part.astype(np.float64) @ w.astype(np.float64)
    if not links:
        return members, np.full(members.shape, np.nan)
    any_layer = np.any(list(links.values()), axis=0)
    linked = np.zeros(members.shape)
    for kind in range(w.shape[1]):
        of = np.flatnonzero(w[:, kind])
        if len(of) > 1:
            here = takes_part[:, of].astype(np.float32)
            near = here @ any_layer[np.ix_(of, of)].astype(np.float32) > 0
            linked[:, kind] = (near & (here > 0)).sum(axis=1)
    return members, linked
