"""The best of Louvain and Leiden at any fixed resolution, chosen on the answer."""

from __future__ import annotations

import random

import igraph
import numpy as np
import pandas as pd

from clusterid.communities import partition_agreement
from validation.partitions._designs import Planted

__all__ = ["METHODS", "agreement", "grid_of"]

METHODS = ("Louvain", "Leiden, modularity", "Leiden, CPM")
#: Resolutions of modularity, and of CPM as multiples of the mean link over all pairs.
MODULARITY = np.geomspace(0.1, 20, 30)
CPM = np.geomspace(0.1, 300, 40)


def agreement(membership: pd.Series, planted: Planted) -> float:
    """Return the adjusted mutual information with the groups planted."""
    truth = pd.Series(planted.truth)
    scores = partition_agreement(membership, truth, missing="single")
    return float(scores["adjusted_mutual_information"])


def grid_of(planted: Planted, seed: int) -> pd.Series:
    """Return the agreement at every resolution of the grid, by method.

    Each search runs once a resolution until it settles (at most 20 iterations). CPM
    takes multiples of the mean link over all pairs, so that one resolution means the
    same in every draw of a design.
    """
    codes = sorted(planted.graph)
    place = {code: i for i, code in enumerate(codes)}
    ends = [(place[a], place[b]) for a, b in planted.graph.edges]
    weights = [w for _, _, w in planted.graph.edges(data="weight")]
    graph = igraph.Graph(n=len(codes), edges=ends)
    mean = 2 * sum(weights) / (len(codes) * (len(codes) - 1))
    searches = [
        *(("Louvain", gamma, gamma) for gamma in MODULARITY),
        *(("Leiden, modularity", gamma, gamma) for gamma in MODULARITY),
        *(("Leiden, CPM", gamma, gamma * mean) for gamma in CPM),
    ]
    igraph.set_random_number_generator(random.Random(seed))
    try:
        scores = {
            (method, float(shown)): agreement(
                pd.Series(_search(graph, weights, method, gamma), codes).astype(str),
                planted,
            )
            for method, shown, gamma in searches
        }
    finally:
        igraph.set_random_number_generator(random)
    return pd.Series(scores).rename_axis(["method", "resolution"])


def _search(
    graph: igraph.Graph, weights: list[float], method: str, gamma: float
) -> list[int]:
    if method == "Louvain":
        found = graph.community_multilevel(weights=weights, resolution=gamma)
    else:
        found = graph.community_leiden(
            objective_function="CPM" if method.endswith("CPM") else "modularity",
            weights=weights,
            resolution=gamma,
            n_iterations=20,
        )
    return list(found.membership)
