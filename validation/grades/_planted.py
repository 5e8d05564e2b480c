"""Planted clusters at grade A, beside the first detector, and what each alarms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from validation.first_detector import detect
from validation.grades._found import GRADES, graded_cells, reported_cells
from validation.recovery import _methods as methods
from validation.recovery._scenarios import (
    INDUSTRIES,
    SCENARIOS,
    Scenario,
    draws,
    neighbours,
    shapes,
)
from validation.recovery._scores import f1

__all__ = ["planted"]

FIRST = "first detector"
_BY = ["scenario", "what"]


def planted(
    replicates: int,
    seed: int,
    scenarios: Sequence[Scenario] = SCENARIOS,
    *,
    nulls: int | None = None,
) -> dict[str, pd.DataFrame]:
    """Return scores by grade and of the first detector, with the alarms of both.

    Alarms are counted in ``nulls`` economies of the same kind without clusters (by
    default four times as many as planted ones).
    """
    found: list[dict[str, Any]] = []
    alarms: list[dict[str, Any]] = []
    for number, scenario in enumerate(scenarios):
        split = replace(scenario, industries=INDUSTRIES)
        for economy, truth, groups in draws(split, replicates, seed + number):
            for what, cells in _members(economy, groups).items():
                names = ("precision", "recall", "F1")
                score = dict(zip(names, f1(cells, truth), strict=True))
                found.append({"scenario": scenario.name, "what": what, **score})
        empty = replace(split, lq=1.0)
        n = 4 * replicates if nulls is None else nulls
        for economy, _, groups in draws(empty, n, seed + 500 + number):
            for what, cells in _members(economy, groups).items():
                any_cell = bool(cells.any())
                row = {"scenario": scenario.name, "what": what, "alarm": any_cell}
                alarms.append(row)
    table = pd.DataFrame(found).groupby(_BY, sort=False).mean(numeric_only=True)
    rung = pd.DataFrame(alarms, columns=[*_BY, "alarm"]).groupby(_BY, sort=False)
    if alarms:
        table["alarms"] = rung["alarm"].sum().astype(int)
        table["economies without clusters"] = rung["alarm"].size()
    cells = table["F1"].unstack(sort=False)
    cells.insert(0, "A less first detector", cells["A"] - cells[FIRST])
    result = {"grades: planted": table, "grades: planted, F1": cells}
    if alarms:
        both = pd.concat(
            {"F1": table["F1"], "alarms": table["alarms"]}, axis=1
        ).unstack(sort=False)
        weak = [name for name in both.index if _is_weak(name)]
        shown = [(k, w) for k in ("F1", "alarms") for w in ("A", "A or B", FIRST)]
        result["grades: planted, weak and sparse"] = both.loc[weak, shown]
    return result


def _is_weak(name: str) -> bool:
    return "sparse" in name or name.startswith(("LQ 2, 3,200", "LQ 3, 800"))


def _members(economy: Any, groups: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the cells, regions x groups, at each grade and of the first detector."""
    graph, regions = neighbours(), shapes()
    found = methods.candidates(economy, groups, regions, graph)
    members = {
        "A": graded_cells(found.cells, groups, economy, "A"),
        "A or B": graded_cells(found.cells, groups, economy, "AB"),
        "A, as reported": reported_cells(found, groups, economy, "A"),
        "A or B, as reported": reported_cells(found, groups, economy, "AB"),
        "any grade, as reported": reported_cells(found, groups, economy, GRADES),
        FIRST: detect(economy, groups, regions, graph),
    }
    return members
