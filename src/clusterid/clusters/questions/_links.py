"""Question 4, second half: how many industries of a kind take part, and are linked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid.clusters._counts import Dartboard
from clusterid.clusters.questions._counted import Table
from clusterid.networks import industry_layers, observed_pairs

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


@dataclass(frozen=True, slots=True)
class Links:
    """Which industries are linked in each layer, and which pairs any has ``observed``.

    Arrays industries x industries, symmetric.
    """

    layers: Mapping[str, Bools]
    observed: Bools

    def among(self, of: npt.NDArray[np.int64]) -> list[str]:
        """Return the layers in which some of these industries are linked."""
        here = np.ix_(of, of)
        return [name for name, linked in self.layers.items() if linked[here].any()]


def links_between(
    layers: Mapping[str, nx.Graph[Any]] | nx.Graph[Any] | None, industries: pd.Index
) -> Links:
    """Return the links between industries, either way; own links are left out.

    Co-location counts only where there is no other layer.
    """
    codes = [str(code) for code in industries]
    graphs = industry_layers(layers) or industry_layers(layers, colocation=True)
    place = {code: i for i, code in enumerate(codes)}
    found = {}
    observed = np.zeros((len(codes), len(codes)), dtype=bool)
    for name, graph in graphs.items():
        linked = np.zeros(observed.shape, dtype=bool)
        ends = [(str(edge[0]), str(edge[1])) for edge in graph.edges()]
        pairs = [(place[a], place[b]) for a, b in ends if a in place and b in place]
        if pairs:
            at = np.array(pairs, dtype=np.int64)
            linked[at[:, 0], at[:, 1]] = linked[at[:, 1], at[:, 0]] = True
            np.fill_diagonal(linked, False)
        found[name] = linked
        observed |= observed_pairs(graph, codes)
    return Links(found, observed)


def linked_industries(
    weights: pd.DataFrame, takes_part: Bools, links: Links
) -> tuple[Floats, Floats]:
    """Return how many industries of each kind take part, and how many are linked.

    Regions x kinds. Linked is who has a link in some layer to another one of the kind
    that takes part; NaN where no layer observes any two industries of the kind.
    """
    w = weights.to_numpy(dtype=float) > 0
    members = takes_part.astype(np.float64) @ w.astype(np.float64)
    linked = np.full(members.shape, np.nan)
    if not links.layers:
        return members, linked
    any_layer = np.any(list(links.layers.values()), axis=0)
    for kind in range(w.shape[1]):
        of = np.flatnonzero(w[:, kind])
        here = np.ix_(of, of)
        if links.observed[here].any():
            part = takes_part[:, of].astype(np.float32)
            near = part @ any_layer[here].astype(np.float32) > 0
            linked[:, kind] = (near & (part > 0)).sum(axis=1)
    return members, linked
