"""Planted clusters on a grid: every pathway, every rule and the oracle, by scenario."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from validation.first_detector import detect
from validation.first_detector._neighbours import adjacency
from validation.recovery import _methods as methods
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
PATHWAYS = [
    "oracle", KNOWING, "grade A", "grade A or B", "first detector", "second pathway",
]  # fmt: skip


def one(
    economy: Any, truth: Any, groups: pd.DataFrame, scenario: Scenario
) -> tuple[dict[str, Any], dict[str, float]]:
    """Return members by method, and seconds of the pathways."""
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
    seconds["grade A"] = time.process_time() - start
    found["grade A"] = methods.graded(default, "A")
    found["grade A or B"] = methods.graded(default, "AB")
    start = time.process_time()
    found["first detector"] = detect(economy, groups, regions, graph)
    seconds["first detector"] = time.process_time() - start
    start = time.process_time()
    found["second pathway"] = methods.second_pathway(economy, groups, graph)
    seconds["second pathway"] = time.process_time() - start
    table = methods.side_by_side(default.cells, economy, regions, graph)
    found |= methods.published(table)
    found |= methods.best_cuts(table, truth)
    return found, seconds


def planted(
    replicates: int, scenarios: Sequence[Scenario] = SCENARIOS
) -> dict[str, pd.DataFrame]:
    """Return scores by scenario and method, and the distance to oracle and rules."""
    near = adjacency(neighbours(), list(shapes().index))
    steps = steps_between(near)
    rows: list[dict[str, Any]] = []
    for number, scenario in enumerate(scenarios):
        split = replace(scenario, industries=INDUSTRIES)
        for economy, truth, groups in draws(split, replicates, JUDGING_SEED + number):
            found, seconds = one(economy, truth, groups, scenario)
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
    return {
        "planted: every score": table,
        "planted: acceptance": acceptance(table),
        "planted: pathways": pd.concat(
            {"cells": cells[PATHWAYS], "clusters": clusters[PATHWAYS]}, axis=1
        ),
        "planted: grade A": table.xs("grade A", level="method"),
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
        "grade A": cells["grade A"],
        "below the oracle": cells["oracle"] - cells["grade A"],
        "best rule": rules.max(axis=1),
        "which": rules.idxmax(axis=1).str.split(",").str[0],
        "above it": cells["grade A"] - rules.max(axis=1),
        "index of L. and S.": cells[methods.INDEX],
        "above the index": cells["grade A"] - cells[methods.INDEX],
    })
    result["within 0.05"] = result["below the oracle"].le(0.05)
    far = result["above it"].ge(0.4)
    result["0.4 above"] = far.map({True: "yes", False: "no"}).where(wanted, "")
    return result
