"""The pathways and rules that are judged, each from an economy to members.

Members are a table of bool, regions x groups: which regions a method says belong to a
cluster of the group. All methods know the groups; what it costs to find them, too,
is measured by ``_whole_pathway``.
"""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from clusterid.clusters import (
    CandidateClusters,
    apply_presets,
    identify_clusters,
    presets,
)
from clusterid.communities import given_templates
from clusterid.tables import Economy
from validation.recovery._scores import f1, tuned
from validation.second_pathway import cell_clusters


def wide(cells: pd.DataFrame, column: str) -> np.ndarray:
    """Return one column of the cell table as regions x groups."""
    return cells.pivot(index="region", columns="template", values=column).to_numpy()


def candidates(
    economy: Economy, groups: pd.DataFrame, regions: Any, graph: Any, **options: Any
) -> CandidateClusters:
    """Return what a user gets of given templates, all else by default."""
    home = groups.idxmax(axis=1)[groups.max(axis=1) > 0]
    return identify_clusters(
        economy,
        given_templates(home),
        regions,
        graph=graph,
        **options,
    )


def graded(found: CandidateClusters, grades: str) -> np.ndarray:
    """Return the regions in which each template has one of the grades."""
    return np.isin(wide(found.cells, "grade").astype(str), list(grades))


def jobs_alone(economy: Economy, herfindahl: pd.Series | None = None) -> Economy:
    """Return the same economy as a statistic that counts jobs and no plants.

    ``herfindahl``: the plant Herfindahl by industry, where such a statistic tells it.
    """
    return Economy(
        employment=economy.employment,
        plant_herfindahl=herfindahl,
        totals=economy.totals,
        hierarchies=economy.hierarchies,
        metadata=economy.metadata,
    )


def related_within(groups: pd.DataFrame) -> nx.Graph:
    """Return the true relatedness: 1 inside a group, nothing across."""
    graph = nx.Graph()
    graph.add_nodes_from(groups.index)
    for name in groups:
        codes = sorted(groups.index[groups[name] > 0])
        graph.add_weighted_edges_from(
            (a, b, 1.0) for i, a in enumerate(codes) for b in codes[i + 1 :]
        )
    return graph


def second_pathway(
    economy: Economy, groups: pd.DataFrame, graph: Any, **options: Any
) -> np.ndarray:
    """Return the regions in which the second pathway puts an industry of each group."""
    found = cell_clusters(economy, related_within(groups), graph, **options)
    rows = {region: i for i, region in enumerate(economy.regions)}
    home = groups.idxmax(axis=1)[groups.max(axis=1) > 0]
    columns = {name: g for g, name in enumerate(groups.columns)}
    members = np.zeros((len(rows), len(columns)), dtype=bool)
    for region, industry in zip(found["region"], found["industry"], strict=True):
        if industry in home.index:
            members[rows[region], columns[home[industry]]] = True
    return members


def settlement_area(area: pd.Series, population: pd.Series) -> pd.Series:
    """Return a simulated settlement area: people need land, less of it in cities.

    ``0.0004 km2`` a head at 200 inhabitants per km2, elasticity to density -0.3; our
    choice.
    """
    density = population / area
    return 0.0004 * population * (density / 200.0) ** -0.3


def with_land(regions: Any, economy: Economy) -> Any:
    """Return regions with area, population, settlement area; simulated if missing."""
    frame = regions.copy()
    jobs = economy.employment.sum(axis=1)
    if "population" not in frame or frame["population"].isna().all():
        frame["population"] = 2.2 * jobs.reindex(frame.index)
    if "area_km2" not in frame or frame["area_km2"].isna().all():
        frame["area_km2"] = 900.0
    frame["settlement_km2"] = settlement_area(frame["area_km2"], frame["population"])
    return frame


def side_by_side(
    cells: pd.DataFrame, economy: Economy, regions: Any, graph: Any
) -> pd.DataFrame:
    """Return all published rules in one call, beside the quotient."""
    return apply_presets(
        cells,
        size=economy.employment.sum(axis=1),
        regions=with_land(regions, economy),
        graph=graph,
        components=True,
    )


def published(table: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the members by every rule with a cut, as published (one star suffices)."""
    ranks = presets()["is_index"]
    return {
        name: np.nan_to_num(wide(table, name).astype(float)) >= 1
        for name in ranks.index[~ranks]
    }


#: An index that ranks; no cut of it is published.
INDEX = "Litzenberger-Sternberg, best cut"
#: Every rule with the number that its cut is laid on: where a rule has no number of its
#: own, the choice among its published grades.
SCALES = {
    "LQ, best cut": ["lq_jobs"],
    "ECO 2008, best number of stars": ["eco_2008"],
    "ECO 2011, best number of stars": ["eco_2011"],
    "cluster mapping, best flag": [
        "cluster_mapping_qualifying",
        "cluster_mapping_significant",
        "cluster_mapping_strong",
        "cluster_mapping_strong10",
    ],
    INDEX: ["litzenberger_sternberg_2006"],
    "Feser-Sweeney-Renski, best cut": ["gi_employment_z"],
}


def best_cuts(table: pd.DataFrame, truth: np.ndarray) -> dict[str, np.ndarray]:
    """Return the members by every rule with its cut tuned on the truth."""
    result = {}
    for name, columns in SCALES.items():
        total = sum(np.nan_to_num(wide(table, c).astype(float)) for c in columns)
        score = np.asarray(total)
        score = np.where(score > score.min(), score, -np.inf)
        result[name] = tuned(score, truth)[1]
    return result


def best_rule(table: pd.DataFrame, truth: np.ndarray) -> float:
    """Return the largest F1 of cells that any rule reaches with its cut tuned."""
    return max(f1(found, truth)[2] for found in best_cuts(table, truth).values())
