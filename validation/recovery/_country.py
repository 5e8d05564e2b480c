"""A whole simulated country, judged by cells of industries under any templates."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterid.clusters import CandidateClusters
from clusterid.communities import Templates, given_templates
from clusterid.simulation import SimulatedEconomy
from validation.recovery._scores import f1


def true_templates(sim: SimulatedEconomy) -> Templates:
    """Return the planted definitions as given templates."""
    rows = sim.truth.templates.drop_duplicates("industry")
    return given_templates(rows[["industry", "template"]])


def true_groups(sim: SimulatedEconomy) -> pd.DataFrame:
    """Return the planted definitions as industries x groups of 0 and 1."""
    rows = sim.truth.templates.drop_duplicates("industry")
    return pd.crosstab(rows["industry"], rows["template"]).astype(float)


def _table(sim: SimulatedEconomy) -> pd.DataFrame:
    return pd.DataFrame(
        False,
        index=sim.establishments.index,
        columns=sim.establishments.columns,
    )


def planted_cells(sim: SimulatedEconomy) -> np.ndarray:
    """Return the planted cells, regions x industries."""
    table = _table(sim)
    rows = table.index.get_indexer(sim.truth.cells["region"])
    columns = table.columns.get_indexer(sim.truth.cells["industry"])
    result = table.to_numpy(copy=True)
    result[rows, columns] = True
    return result


def found_cells(sim: SimulatedEconomy, found: CandidateClusters) -> np.ndarray:
    """Return the cells of candidate clusters: their regions x their industries.

    A candidate claims every industry of its template, or of the part of it that it is
    reported as, in every region it covers; without a single job there is none.
    """
    return listed_cells(sim, found.members)


def listed_cells(sim: SimulatedEconomy, table: pd.DataFrame) -> np.ndarray:
    """Return the cells of a table with region and industry."""
    frame = _table(sim)
    result = frame.to_numpy(copy=True)
    rows = frame.index.get_indexer(table["region"])
    columns = frame.columns.get_indexer(table["industry"])
    result[rows, columns] = True
    return result


def cell_scores(found: np.ndarray, planted: np.ndarray) -> dict[str, float]:
    """Return precision, recall and F1 of cells under their names."""
    return dict(zip(("precision", "recall", "F1"), f1(found, planted), strict=True))
