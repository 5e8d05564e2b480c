"""Is what is called 90 % sure right nine times in ten?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from clusterid.clusters._grow import adjacency
from validation.recovery import _methods as methods
from validation.recovery._scenarios import (
    INDUSTRIES,
    JUDGING_SEED,
    SCENARIOS,
    Scenario,
    draws,
    neighbours,
    shapes,
)
from validation.recovery._scores import clusters_of, matches

#: Edges of the classes of stated certainty.
EDGES = np.array([0.0, 0.01, 0.05, 0.2, 0.5, 0.8, 0.9, 0.95, 0.99, 1.0])


def certainty(table: pd.DataFrame) -> pd.Series:
    """Return the stated certainty, or 1 less the q-value where none is stated."""
    if "certainty" in table.columns:
        return table["certainty"].astype(float)
    return 1.0 - table["q_value"].astype(float)


def reliability(stated: np.ndarray, real: np.ndarray) -> pd.DataFrame:
    """Return, by class of stated certainty, how much of it is real."""
    known = np.isfinite(stated)
    stated, real = stated[known], real[known].astype(float)
    inner = np.clip(np.searchsorted(EDGES, stated, side="right") - 1, 0, len(EDGES) - 2)
    rows = []
    for k in range(len(EDGES) - 1):
        here = inner == k
        n = int(here.sum())
        share = float(real[here].mean()) if n else float("nan")
        rows.append({
            "stated": f"{EDGES[k]:g} to {EDGES[k + 1]:g}",
            "n": n,
            "mean stated": float(stated[here].mean()) if n else float("nan"),
            "share real": share,
            "standard error": float(np.sqrt(share * (1 - share) / n)) if n else np.nan,
        })
    return pd.DataFrame(rows).set_index("stated")


def brier(stated: np.ndarray, real: np.ndarray) -> dict[str, float]:
    """Return the Brier score, that of the base rate, and the skill over it."""
    known = np.isfinite(stated)
    stated, real = stated[known], real[known].astype(float)
    if not len(real):
        return dict.fromkeys(("n", "Brier", "base rate", "skill", "gap"), float("nan"))
    score = float(np.mean((stated - real) ** 2))
    base = float(real.mean() * (1 - real.mean()))
    inner = np.clip(np.searchsorted(EDGES, stated, side="right") - 1, 0, len(EDGES) - 2)
    count = np.bincount(inner, minlength=len(EDGES) - 1)
    apart = np.abs(np.bincount(inner, stated - real, len(EDGES) - 1)).sum()
    return {
        "n": float(len(real)),
        "Brier": score,
        "base rate": float(real.mean()),
        "skill": 1 - score / base if base > 0 else float("nan"),
        "gap": float(apart / count.sum()),
    }


def cells_and_clusters(
    found: Any, truth: np.ndarray, near: Any
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return stated certainty and truth of every cell, and of every found cluster.

    A cluster is real if it is matched with a planted one, and ``touches`` one if it
    holds a planted cell.
    """
    regions = sorted(found.cells["region"].unique())
    names = sorted(found.cells["template"].unique())
    place = {r: i for i, r in enumerate(regions)}
    column = {t: g for g, t in enumerate(names)}
    cells = pd.DataFrame({
        "stated": certainty(found.cells).to_numpy(),
        "real": truth[
            found.cells["region"].map(place), found.cells["template"].map(column)
        ],
    })
    listed = [
        (column[t], frozenset(place[r] for r in str(rs).split(";")))
        for t, rs in zip(found.table["template"], found.table["regions"], strict=True)
    ]
    planted = clusters_of(truth, near)
    paired = {i for i, _ in matches(listed, planted)}
    clusters = pd.DataFrame({
        "stated": certainty(found.table).to_numpy(dtype=float),
        "real": [i in paired for i in range(len(listed))],
        "touches": [bool(truth[sorted(rs), g].any()) for g, rs in listed],
    })
    return cells, clusters


#: Scenario, then stated certainty and truth of the cells and clusters of one economy.
Judged = tuple[str, pd.DataFrame, pd.DataFrame]


def calibration(
    replicates: int, scenarios: Sequence[Scenario] = SCENARIOS
) -> dict[str, pd.DataFrame]:
    """Return reliability over all scenarios together, and Brier scores by scenario."""
    graph, regions = neighbours(), shapes()
    near = adjacency(graph, list(regions.index))
    judged: list[Judged] = []
    for number, scenario in enumerate(scenarios):
        split = replace(scenario, industries=INDUSTRIES)
        for economy, truth, groups in draws(split, replicates, JUDGING_SEED + number):
            found = methods.candidates(economy, groups, regions, graph)
            judged.append((scenario.name, *cells_and_clusters(found, truth, near)))
    return summary(judged)


def summary(judged: Sequence[Judged]) -> dict[str, pd.DataFrame]:
    """Return the calibration tables of what was judged in many economies."""
    rows = []
    for name in dict.fromkeys(name for name, _, _ in judged):
        cells = pd.concat([c for n, c, _ in judged if n == name])
        sets = pd.concat([s for n, _, s in judged if n == name])
        rows.append({
            "scenario": name,
            **_brier(cells, "real"),
            "clusters": float(len(sets)),
            "mean stated of clusters": float(sets["stated"].mean()),
            "real clusters": float(sets["real"].mean()),
            "touch a planted one": float(sets["touches"].mean()),
        })
    cells = pd.concat([c for _, c, _ in judged])
    sets = pd.concat([s for _, _, s in judged])
    rows.append({"scenario": "all together", **_brier(cells, "real")})
    by_cluster = _reliability(sets, "real")
    by_cluster.insert(3, "share touching", _reliability(sets, "touches")["share real"])
    return {
        "calibration: cells": _reliability(cells, "real"),
        "calibration: clusters": by_cluster,
        "calibration: Brier": pd.DataFrame(rows).set_index("scenario"),
    }


def _reliability(table: pd.DataFrame, truth: str) -> pd.DataFrame:
    return reliability(table["stated"].to_numpy(float), table[truth].to_numpy(bool))


def _brier(table: pd.DataFrame, truth: str) -> dict[str, float]:
    return brier(table["stated"].to_numpy(float), table[truth].to_numpy(bool))
