"""Every published rule beside the grades: what it calls, and what of it is real."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from clusterid.clusters import identify_clusters
from validation.grades._calls import BAR
from validation.grades._economies import Bools, Drawn, design_of, drawn
from validation.grades._found import GRADES, graded_cells
from validation.recovery import _methods as methods

__all__ = ["presets"]

#: Half a country, as many plants in a cell as in a whole one.
COUNTRY: dict[str, Any] = {
    "n_regions": 200,
    "n_industries": 44,
    "n_plants": 180_000,
    "shared_roughness": 0.5,
}
PLANTED = 20


def presets(replicates: int, seed: int, **size: Any) -> dict[str, pd.DataFrame]:
    """Return what grades and rules call with clusters planted, and without.

    Cells are templates in regions; ``below the bar`` is the share of called cells whose
    real rate is 1.5 or less, ``recall`` that of planted cells that are called.
    """
    rows = []
    options = COUNTRY | size
    planted = max(2, PLANTED * options["n_regions"] // COUNTRY["n_regions"])
    for kind, number in (("planted", planted), ("nothing planted", 0)):
        design = design_of(seed, planted=number, **options)
        for made in drawn(design, replicates, (seed, number)):
            groups = made.groups
            weights = groups.to_numpy(dtype=float)
            real = made.rates_of(weights)
            truth = (made.planted @ weights) > 0
            for what, called in _called(made, groups).items():
                rows.append({
                    "economies": kind,
                    "rule": what,
                    "called": int(called.sum()),
                    "below": int((called & (real <= BAR)).sum()),
                    "hit": int((called & truth).sum()),
                    "true": int(truth.sum()),
                })
    sums = pd.DataFrame(rows).groupby(["economies", "rule"], sort=False).sum()
    with_clusters, without = sums.loc["planted"], sums.loc["nothing planted"]
    table = pd.DataFrame({
        "called an economy": with_clusters["called"] / replicates,
        "below the bar": with_clusters["below"] / with_clusters["called"],
        "recall": with_clusters["hit"] / with_clusters["true"],
        "called, nothing planted": without["called"] / replicates,
        "below the bar, nothing planted": without["below"] / without["called"],
    })
    return {"grades: published rules": table.replace([np.inf, -np.inf], np.nan)}


def _called(made: Drawn, groups: pd.DataFrame) -> dict[str, Bools]:
    """Return the cells, regions x groups, of every grade and every published rule."""
    found = identify_clusters(
        made.economy, made.templates, made.design.regions, graph=made.graph
    )
    cells = {
        "grade A": graded_cells(found.cells, groups, made.economy, "A"),
        "grade A or B": graded_cells(found.cells, groups, made.economy, "AB"),
        "any grade": graded_cells(found.cells, groups, made.economy, GRADES),
    }
    table = methods.side_by_side(
        found.cells, made.economy, made.design.regions, made.graph
    )
    return cells | methods.published(table)
