"""The whole pathway on a simulated country: templates detected, too, or given."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from clusterid.clusters import identify_clusters
from clusterid.communities import Templates, detect_communities, partition_agreement
from clusterid.networks import colocation_network, skill_network, supply_network
from clusterid.simulation import SimulatedEconomy, simulate_economy
from validation.recovery import _methods as methods
from validation.recovery._country import (
    cell_scores,
    found_cells,
    listed_cells,
    planted_cells,
    true_groups,
    true_templates,
)
from validation.recovery._reliability import brier, reliability
from validation.recovery._scenarios import JUDGING_SEED
from validation.recovery._scores import averaged
from validation.second_pathway import cell_clusters

#: Clusters planted in 401 regions, beside the 40 of the default.
COUNTRIES: dict[str, dict[str, Any]] = {
    "as by default, 40 clusters": {},
    "sparse, 5 clusters": {"planted": 5},
    "dense, 80 clusters": {"planted": 80},
    "roughness 0.4": {"roughness": 0.4},
    "rough with neighbours": {"neighbour_roughness": 0.5},
}


def detected(sim: SimulatedEconomy, seed: int) -> Templates:
    """Return templates as a study finds them: co-location is held out."""
    economy = sim.economy()
    layers = {"supply": supply_network(sim.flows), "skill": skill_network(sim.links)}
    judge = colocation_network(economy.employment, totals=economy.totals)
    return detect_communities(layers, held_out=judge, seed=seed)


def right_industries(sim: SimulatedEconomy, templates: Templates) -> pd.DataFrame:
    """Return stated confidence and whether each industry is in the right company.

    Right is an industry whose planted template is that of most planted industries of
    its detected template; industries of no planted template are left out.
    """
    home = sim.truth.templates.drop_duplicates("industry").set_index("industry")
    both = pd.DataFrame({
        "found": templates.membership.astype(object),
        "true": home["template"].reindex(templates.membership.index),
        "stated": templates.confidence.astype(float),
    })
    both = both[both["found"].notna() & both["true"].notna()]
    main = both.groupby("found")["true"].agg(lambda x: x.value_counts().index[0])
    both["real"] = both["true"].to_numpy() == main.reindex(both["found"]).to_numpy()
    return both[["stated", "real"]]


def whole_pathway(
    replicates: int, countries: Sequence[str] = tuple(COUNTRIES), **size: Any
) -> dict[str, pd.DataFrame]:
    """Return scores of cells and templates by country and pathway."""
    rows: list[dict[str, Any]] = []
    agreement: list[dict[str, Any]] = []
    confidence = []
    for name in countries:
        first = JUDGING_SEED + 400 + 20 * list(COUNTRIES).index(name)
        for seed in range(first, first + replicates):
            sim = simulate_economy(seed=seed, **{**COUNTRIES[name], **size})
            start = time.process_time()
            templates = detected(sim, seed)
            spent = time.process_time() - start
            agreement.append({
                "country": name, **_agreement(sim, templates), "seconds": spent
            })  # fmt: skip
            confidence.append(right_industries(sim, templates))
            rows += [{"country": name, **row} for row in _pathways(sim, templates)]
    stated = pd.concat(confidence)
    a, b = stated["stated"].to_numpy(), stated["real"].to_numpy(dtype=bool)
    return {
        "whole pathway: cells": averaged(rows, ["country", "pathway"]),
        "whole pathway: templates": averaged(agreement, ["country"]),
        "whole pathway: confidence of industries": reliability(a, b),
        "whole pathway: Brier score of the confidence": pd.DataFrame([
            brier(a, b)
        ]).set_index("n"),
    }


def _agreement(sim: SimulatedEconomy, templates: Templates) -> dict[str, float]:
    """Return agreement with the planted templates over the industries in one."""
    home = sim.truth.templates.drop_duplicates("industry").set_index("industry")
    scores = partition_agreement(
        home["template"], templates.membership.reindex(home.index), missing="single"
    )
    names = ("adjusted_mutual_information", "adjusted_rand", "element_centric")
    return {
        "templates found": float(templates.membership.nunique()),
        **dict(zip(("AMI", "ARI", "element-centric"),
                   (float(scores[n]) for n in names), strict=True)),
    }  # fmt: skip


def _pathways(sim: SimulatedEconomy, templates: Templates) -> list[dict[str, Any]]:
    """Return scores of region-industry cells by every pathway."""
    truth, economy = planted_cells(sim), sim.economy()
    given = true_templates(sim)
    skill = skill_network(sim.links)
    density = sim.regions["population"] / sim.regions["area_km2"]
    graph = _graph(sim)
    result = []

    def add(pathway: str, cells: np.ndarray, start: float, n: int) -> None:
        spent = time.process_time() - start
        result.append({
            "pathway": pathway, **cell_scores(cells, truth), "clusters": float(n),
            "seconds": spent,
        })  # fmt: skip

    for pathway, used, table in (
        ("true templates", given, economy),
        ("true templates, jobs alone", given, methods.jobs_alone(economy)),
        (
            "true templates, jobs and Herfindahl",
            given,
            methods.jobs_alone(economy, economy.plant_herfindahl),
        ),
        ("detected templates", templates, economy),
    ):
        start = time.process_time()
        found = identify_clusters(table, used, sim.regions, graph=graph)
        add(pathway, found_cells(sim, found), start, len(found.table))
    for pathway, links in (
        ("second pathway, skill links", skill),
        ("second pathway, true links", methods.related_within(true_groups(sim))),
    ):
        start = time.process_time()
        second = cell_clusters(economy, links, graph, density=density)
        n = int(second["cluster"].nunique())
        add(pathway, listed_cells(sim, second), start, n)
    return result


def _graph(sim: SimulatedEconomy) -> Any:
    from clusterid.tables import contiguity

    return contiguity(sim.regions, islands="keep")
