"""Detect, identify and join cells once, and print what came out as digests.

Run by ``test_reproducible.py`` in processes of their own, with two numbers: SHUFFLE and
PROCESSES. SHUFFLE 0 leaves every table and graph as made; any other number
reorders rows, nodes, edges and the ends of edges.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd

from clusterid.clusters import identify_clusters
from clusterid.communities import detect_communities
from clusterid.networks import colocation_network, profile_network, skill_network
from clusterid.simulation import simulate_economy
from clusterid.tables import contiguity

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from validation.second_pathway import cell_clusters


def mixed(table: Any, shuffle: int) -> Any:
    return table.sample(frac=1, random_state=shuffle) if shuffle else table


def mixed_graph(graph: nx.Graph[Any], shuffle: int) -> nx.Graph[Any]:
    if not shuffle:
        return graph
    order = random.Random(shuffle)
    nodes, edges = list(graph.nodes(data=True)), list(graph.edges(data=True))
    order.shuffle(nodes)
    order.shuffle(edges)
    other = graph.__class__(**graph.graph)
    other.add_nodes_from(nodes)
    other.add_edges_from(
        (b, a, data)
        if not graph.is_directed() and order.random() < 0.5
        else (a, b, data)
        for a, b, data in edges
    )
    return other


def digest(table: pd.DataFrame | pd.Series) -> str:
    text = table.to_csv(float_format="%.17g")
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def main(shuffle: int, processes: int) -> dict[str, str]:
    made = simulate_economy(n_regions=40, n_plants=40_000, n_projects=80, seed=5)
    supply = profile_network(mixed(made.flows, shuffle))
    layers = {
        "supply": mixed_graph(supply, shuffle),
        "skill": mixed_graph(skill_network(mixed(made.links, shuffle)), shuffle + 1),
    }
    judge = colocation_network(mixed(made.truth.employment, shuffle))
    names = sorted(layers, reverse=bool(shuffle))
    templates = detect_communities(
        {name: layers[name] for name in names},
        held_out=mixed_graph(judge, shuffle),
        runs=12,
        resolutions=8,
        runs_at="every",
        surrogates=3,
        processes=processes,
    )
    one_year = replace(
        made,
        employment=mixed(made.employment, shuffle),
        totals=mixed(made.totals, shuffle),
        plant_herfindahl=mixed(made.plant_herfindahl, shuffle),
        industries=mixed(made.industries, shuffle),
    ).economy()
    regions = mixed(made.regions, shuffle)
    found = identify_clusters(
        one_year,
        templates,
        regions,
        layers={"supply": layers["supply"]},
        collaborations=mixed(made.collaborations, shuffle),
    )
    neighbours = contiguity(regions, islands="keep")
    density = regions["population"] / regions["area_km2"]
    cells = cell_clusters(one_year, layers["skill"], neighbours, density=density)
    tables = {
        "membership": templates.membership,
        "confidence": templates.confidence,
        "status": templates.status,
        "labels": templates.labels,
        "profile": templates.profile,
        "significance": templates.significance,
        "stability": templates.stability,
        "clusters": pd.DataFrame(found.table.drop(columns="geometry")),
        "shapes": found.table.geometry.to_wkt(),
        "concentrations": found.concentrations,
        "members": found.members,
        "gaps": found.gaps,
        "cells": found.cells,
        "second_road": cells,
    }
    sizes = {"n_clusters": str(len(found.table)), "n_cells": str(len(cells))}
    return {name: digest(table) for name, table in tables.items()} | sizes


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]))))
