"""Cells are withheld, as real statistics do it: what is lost, and are bounds true."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from clusterid.clusters import identify_clusters
from clusterid.concentration import fill_withheld, withheld_bounds
from clusterid.simulation import simulate_economy
from validation.recovery import _methods as methods
from validation.recovery._country import (
    cell_scores,
    found_cells,
    planted_cells,
    true_templates,
)
from validation.recovery._scenarios import JUDGING_SEED
from validation.recovery._scores import averaged

#: Finer industries have smaller cells, of which more are withheld.
INDUSTRIES = (88, 272)
RULES: dict[str, dict[str, Any]] = {
    "nothing withheld": {"withhold": False},
    "jobs withheld, plants published": {"secondary": True},
    "jobs and plants withheld": {"secondary": True, "withhold_plants": True},
}


def withheld(
    replicates: int, industries: Sequence[int] = INDUSTRIES, **size: Any
) -> dict[str, pd.DataFrame]:
    """Return scores by what is withheld and what is done about it, and the bounds."""
    rows: list[dict[str, Any]] = []
    bounds: list[dict[str, Any]] = []
    for n_industries in industries:
        for number in range(replicates):
            seed = JUDGING_SEED + 200 + number
            for rule, options in RULES.items():
                sim = simulate_economy(
                    seed=seed, n_industries=n_industries, **options, **size
                )
                rows += [
                    {"industries": n_industries, "rule": rule, **row}
                    for row in _pathways(sim, rule)
                ]
                if rule == "jobs and plants withheld":
                    bounds.append({"industries": n_industries, **_bounds(sim)})
    return {
        "withheld: what is lost": averaged(rows, ["industries", "rule", "pathway"]),
        "withheld: bounds": averaged(bounds, ["industries"]),
    }


def _pathways(sim: Any, rule: str) -> list[dict[str, Any]]:
    """Return scores on the table as it is, filled in, and with jobs alone."""
    truth, templates, economy = planted_cells(sim), true_templates(sim), sim.economy()
    economies = {"as published": (economy, None)}
    if rule == "jobs and plants withheld":
        filled = fill_withheld(economy, draws=0)
        economies["filled in"] = (filled.point, filled.is_imputed)
    if rule != "jobs withheld, plants published":
        economies["jobs alone"] = (methods.jobs_alone(economy), None)
    result = []
    for pathway, (given, imputed) in economies.items():
        start = time.process_time()
        found = identify_clusters(given, templates, sim.regions, imputed=imputed)
        spent = time.process_time() - start
        cells = found_cells(sim, found)
        shown = float(sim.employment["employment"].isna().mean())
        result.append({
            "pathway": pathway,
            "withheld share": shown,
            **cell_scores(cells, truth),
            "clusters": float(len(found.table)),
            "seconds": spent,
        })
    return result


def _bounds(sim: Any) -> dict[str, float]:
    """Return whether every true value lies in its bounds, how wide they are, the error.

    ``relative width`` is the median of width over true value, ``error`` the median
    absolute error of the filled value over the true one.
    """
    economy = sim.economy()
    start = time.process_time()
    found = withheld_bounds(economy)
    spent = time.process_time() - start
    truth = sim.truth.employment.to_numpy(dtype=float)
    hidden = economy.employment.isna().to_numpy()
    low, high = found.lower.to_numpy()[hidden], found.upper.to_numpy()[hidden]
    true = truth[hidden]
    inside = (low <= true + 1e-6) & (true <= high + 1e-6)
    point = fill_withheld(economy, draws=0).point.employment.to_numpy()[hidden]
    return {
        "withheld share": float(hidden.mean()),
        "true value inside": float(inside.mean()),
        "relative width": float(np.median((high - low) / true)),
        "pinned": float((high - low < 1).mean()),
        "error": float(np.median(np.abs(point - true) / true)),
        "seconds": spent,
    }
