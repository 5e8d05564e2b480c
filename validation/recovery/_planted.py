"""Planted clusters on a grid: every pathway, every rule and the oracle, by scenario."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from clusterid.clusters import CandidateClusters
from clusterid.clusters._grow import adjacency
from validation.recovery import _methods as methods
from validation.recovery._calibration import Judged, cells_and_clusters, summary
from validation.recovery._oracle import likelihood_ratio
from validation.recovery._scenarios import (
    INDUSTRIES,
    JUDGING_SEED,
    SCENARIOS,
    Scenario,
    draws,
    neighbours,
    shapes,
)
from validation.recovery._scores import averaged, scores, steps_between

#: An oracle that knows the sd of the roughness, too.
KNOWING = "oracle, roughness known"
PATHWAYS = ["oracle", KNOWING, "default", "jobs alone", "second pathway"]


def one(
    economy: Any, truth: Any, groups: pd.DataFrame, scenario: Scenario
) -> tuple[dict[str, Any], dict[str, float], CandidateClusters]:
    """Return members by method, seconds of the pathways, and the default's result."""
    graph, regions = neighbours(), shapes()
    near = adjacency(graph, list(economy.regions))
    found: dict[str, Any] = {}
    seconds: dict[str, float] = {}
    for name, known in (("oracle", 0.0), (KNOWING, scenario.roughness)):
        found[name] = likelihood_ratio(
            economy, groups, near, truth, scenario.lq, roughness=known
        )
    start = time.process_time()
    default = methods.candidates(economy, groups, regions, graph)
    seconds["default"] = time.process_time() - start
    found["default"] = methods.members_of(default)
    start = time.process_time()
    found["jobs alone"] = methods.members_of(
        methods.candidates(methods.jobs_alone(economy), groups, regions, graph)
    )
    seconds["jobs alone"] = time.process_time() - start
    start = time.process_time()
    found["second pathway"] = methods.second_pathway(economy, groups, graph)
    seconds["second pathway"] = time.process_time() - start
    table = methods.side_by_side(default.cells, economy, regions, graph)
    found |= methods.published(table)
    found |= methods.best_cuts(table, truth)
    return found, seconds, default


def planted(
    replicates: int, scenarios: Sequence[Scenario] = SCENARIOS
) -> dict[str, pd.DataFrame]:
    """Return scores by scenario and method, the acceptance, and the calibration."""
    near = adjacency(neighbours(), list(shapes().index))
    steps = steps_between(near)
    rows: list[dict[str, Any]] = []
    judged: list[Judged] = []
    for number, scenario in enumerate(scenarios):
        split = replace(scenario, industries=INDUSTRIES)
        for economy, truth, groups in draws(split, replicates, JUDGING_SEED + number):
            found, seconds, default = one(economy, truth, groups, scenario)
            judged.append((scenario.name, *cells_and_clusters(default, truth, near)))
            for method, members in found.items():
                rows.append({
                    "scenario": scenario.name,
                    "method": method,
                    **scores(members, truth, near, steps),
                    "seconds": seconds.get(method, float("nan")),
                })
    table = averaged(rows, ["scenario", "method"])
    cells = table["F1"].unstack(sort=False)
    clusters = table["cluster F1"].unstack(sort=False)
    return summary(judged) | {
        "planted: every score": table,
        "planted: acceptance": acceptance(table),
        "planted: pathways": pd.concat(
            {"cells": cells[PATHWAYS], "clusters": clusters[PATHWAYS]}, axis=1
        ),
        "planted: default": table.xs("default", level="method"),
        "planted: rules, best cut": cells[list(methods.SCALES)],
        "planted: all methods, mean of the scenarios": table.groupby(
            "method", sort=False
        ).mean(),
    }


def acceptance(table: pd.DataFrame) -> pd.DataFrame:
    """Return the distance to the oracle and to the best rule tuned on the truth.

    The index of Litzenberger and Sternberg stands apart: it has no published cut.
    """
    cells = table["F1"].unstack(sort=False)
    rules = cells[[name for name in methods.SCALES if name != methods.INDEX]]
    wanted = cells["oracle"].gt(0.8)
    result = pd.DataFrame({
        "oracle": cells["oracle"],
        "default": cells["default"],
        "below the oracle": cells["oracle"] - cells["default"],
        "best rule": rules.max(axis=1),
        "which": rules.idxmax(axis=1).str.split(",").str[0],
        "above it": cells["default"] - rules.max(axis=1),
        "index of L. and S.": cells[methods.INDEX],
        "above the index": cells["default"] - cells[methods.INDEX],
    })
    result["within 0.05"] = result["below the oracle"].le(0.05)
    far = result["above it"].ge(0.4)
    result["0.4 above"] = far.map({True: "yes", False: "no"}).where(wanted, "")
    return result
