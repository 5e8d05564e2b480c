"""What one large plant may account for, from plant sizes, size classes and counts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid.tables import Economy

__all__ = ["largest_of_kinds", "largest_plant_share", "largest_possible_plants"]

Floats = npt.NDArray[np.float64]


def largest_possible_plants(economy: Economy, employment: pd.DataFrame) -> pd.DataFrame:
    """Return the most jobs one plant can have in each cell; infinite where unknown.

    The squared share of the largest plant is no more than the plant Herfindahl (its
    upper end), so that no plant is above its root times the industry's jobs. Size
    classes of enterprises bound plants, too: no plant is larger than its enterprise,
    as long as both carry the same code.
    """
    most = pd.DataFrame(np.inf, index=employment.index, columns=employment.columns)
    herfindahl = economy.plant_herfindahl
    if isinstance(herfindahl, pd.DataFrame):
        herfindahl = herfindahl["upper"]
    if herfindahl is not None:
        share = np.sqrt(herfindahl.reindex(employment.columns).astype(float))
        bound = share * employment.sum(axis=0)
        most = most.clip(upper=bound.fillna(np.inf), axis=1)
    if economy.largest_plant is not None:
        known = economy.largest_plant.reindex_like(employment).fillna(np.inf)
        most = most.where(most <= known, known)
    return most


def largest_of_kinds(cells: Floats, weights: Floats) -> Floats:
    """Return the largest cell of one industry of each kind, regions x kinds.

    ``cells`` regions x industries, ``weights`` industries x kinds.
    """
    most = np.zeros((len(cells), weights.shape[1]))
    for kind in range(weights.shape[1]):
        of = np.flatnonzero(weights[:, kind])
        if len(of):
            most[:, kind] = (cells[:, of] * weights[of, kind]).max(axis=1)
    return most


def largest_plant_share(jobs: Floats, plants: Floats | None, most: Floats) -> float:
    """Return the largest share of a cluster's jobs that one plant can have.

    Parameters
    ----------
    jobs, plants, most : array, regions x industries of the cluster
        Jobs, plants (None where not counted), and the most jobs of one plant, infinite
        where unknown (:func:`largest_possible_plants`).

    Returns
    -------
    float
        NaN where nothing bounds a plant: neither sizes nor a cell of one plant. Of an
        industry whose sizes are unknown one plant may be the whole cell.
    """
    held = np.nan_to_num(jobs)
    total = float(held.sum())
    if total <= 0:
        return float("nan")
    if plants is not None:
        single = np.where(plants == 1, held, 0.0)
        if not (np.nan_to_num(plants, nan=2.0) > 1).any():
            return min(1.0, float(single.max()) / total)
    if not np.isfinite(most).any():
        return float("nan")
    return min(1.0, float(np.minimum(held, most).max()) / total)
