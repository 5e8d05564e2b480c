"""Clusters found with their place at once: planted cells come back, chance does not."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from validation.second_pathway import _strongest, cell_clusters
from validation.two_pathways import compare_roads

from clusterid.clusters import identify_clusters
from clusterid.communities import given_templates
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


def both_pathways(planted, seed=3):
    made, related, graph = economy_with(planted, seed)
    templates = given_templates(
        made.truth.templates.drop_duplicates("industry")[["industry", "template"]]
    )
    found = identify_clusters(made.economy(), templates, made.regions)
    pathways = compare_roads(
        found, made.economy(), related, graph, density=density(made)
    )
    return pathways, found


def test_two_pathways_meet_at_a_planted_cluster():
    first, _, graph = economy_with(0)
    big = first.regions["population"].nlargest(20).index
    region = next(r for r in big if len(graph[r]) > 2)
    pathways, found = both_pathways([PlantedCluster("S02", (region,), 5.0)])
    cells = pathways.cells
    n = pathways.agreement
    assert n["n_first"] == cells["first"].ne("").sum()
    assert n["n_second"] == cells["second"].ne("").sum()
    both = cells["first"].ne("") & cells["second"].ne("")
    assert n["n_both"] == both.sum() >= 3
    assert n["jaccard"] == pytest.approx(both.sum() / len(cells))
    # kappa by hand from the two by two table over all cells
    size = first.economy().employment.size
    a, b = n["n_first"] / size, n["n_second"] / size
    same = (size - len(cells) + n["n_both"]) / size
    chance = a * b + (1 - a) * (1 - b)
    assert n["kappa"] == pytest.approx((same - chance) / (1 - chance), rel=1e-9)
    there = found.table["regions"].str.contains(region)
    met = pathways.clusters.loc[there[there].index]
    assert met["n_shared"].max() >= 3
    assert met["second"].ne("").any()
    assert "candidates met" in repr(pathways)
    assert "<table" in pathways._repr_html_()


def test_two_pathways_that_find_nothing_are_laid_side_by_side_too():
    made, related, graph = economy_with(0)
    nothing = identify_clusters(
        made.economy(),
        given_templates({"62": "it", "63": "it"}),
        made.regions,
        alpha=1e-9,
        standing_jobs=1e9,
        levels="templates",
    )
    assert not len(nothing.table)
    empty = cell_clusters(made.economy(), related, graph).iloc[:0]
    pathways = compare_roads(nothing, made.economy(), related, graph, second=empty)
    assert pathways.agreement["n_both"] == 0
    assert pathways.agreement[["jaccard", "adjusted_rand"]].isna().all()
    assert not len(pathways.cells)


def test_only_the_strongest_links_are_kept():
    weights = np.array([
        [0.0, 3.0, 2.0, 1.0],
        [3.0, 0.0, 1.0, 0.0],
        [2.0, 1.0, 0.0, 5.0],
        [1.0, 0.0, 5.0, 0.0],
    ])
    kept = _strongest(weights, 1)
    # each row's best: 0-1, 1-0, 2-3, 3-2
    assert np.argwhere(kept > 0).tolist() == [[0, 1], [1, 0], [2, 3], [3, 2]]
    assert _strongest(weights, 4) is weights
    made, related, graph = economy_with(0, seed=5)
    with pytest.raises(OptionError):
        cell_clusters(made.economy(), related, graph, neighbours=0)


def test_the_old_names_lead_to_validation():
    from clusterid import clusters, communities

    assert clusters.cell_clusters is cell_clusters
    assert clusters.compare_roads is compare_roads
    assert communities.pair_auc.__module__ == "validation.pair_auc"
    with pytest.raises(AttributeError, match="has no attribute 'cell_cluster'"):
        _ = clusters.cell_cluster
