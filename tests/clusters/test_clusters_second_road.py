"""Clusters found with their place at once: planted cells come back, chance does not."""

from __future__ import annotations

import networkx as nx
import pandas as pd
import pytest

from clusterid.clusters import cell_clusters
from clusterid.errors import OptionError
from clusterid.simulation import PlantedCluster, simulate_economy
from clusterid.tables import contiguity


def density(made):
    return made.regions["population"] / made.regions["area_km2"]


def economy_with(planted, seed=3):
    made = simulate_economy(
        n_regions=60,
        n_industries=88,
        n_plants=120_000,
        roughness=0.1,
        planted=planted,
        withhold=False,
        seed=seed,
    )
    related = nx.Graph()
    related.add_nodes_from(made.establishments.columns)
    for _, part in made.truth.templates.groupby("template"):
        codes = sorted(part["industry"])
        related.add_weighted_edges_from(
            (a, b, 1.0) for i, a in enumerate(codes) for b in codes[i + 1 :]
        )
    return made, related, contiguity(made.regions, islands="keep")


def test_a_planted_cluster_comes_back_with_its_place():
    first, _, graph = economy_with(0)
    regions = first.regions
    big = regions["population"].nlargest(20).index
    centre = next(r for r in big if len(graph[r]) > 2)
    pair = (centre, sorted(set(graph[centre].index))[0])
    made, related, graph = economy_with([PlantedCluster("S02", pair, 5.0)])
    found = cell_clusters(made.economy(), related, graph, density=density(made))
    industries = set(
        made.truth.templates.loc[made.truth.templates["template"].eq("S02"), "industry"]
    )
    hit = found[found["industry"].isin(industries) & found["region"].isin(pair)]
    assert len(set(hit["cluster"])) == 1
    assert len(hit) >= 3
    again = cell_clusters(made.economy(), related, graph, density=density(made))
    pd.testing.assert_frame_equal(found, again)


def test_little_is_found_where_nothing_is():
    made, related, graph = economy_with(0, seed=5)
    found = cell_clusters(made.economy(), related, graph, density=density(made))
    assert len(set(found["cluster"])) <= 1
    with pytest.raises(OptionError):
        cell_clusters(made.economy(), related, graph, specialised_at=2)
