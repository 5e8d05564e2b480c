"""What one large plant may account for, from plant sizes, size classes and counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid.clusters._counts import group_shares
from clusterid.clusters._evidence import Evidence
from clusterid.clusters._roughness import Null
from clusterid.tables import Economy

__all__ = ["largest_plant_share", "largest_possible_plants", "without_largest"]

Floats = npt.NDArray[np.float64]


def without_largest(
    evidence: Evidence, nulls: Sequence[Null], *, singles: bool
) -> Floats:
    """Return p of each cell without what one plant may have added most to it.

    Where plant sizes are known, that is the largest plant they allow; else all the
    jobs of the industry that adds most. Groups of one industry whose plant sizes are
    unknown cannot be checked: 0, or with ``singles`` 1.
    """
    jobs = evidence.jobs
    p = np.full(jobs.observed.shape, 1.0 if singles else 0.0)
    w = evidence.weights.to_numpy(dtype=float)
    used = np.flatnonzero(w.any(axis=1))
    eye = pd.DataFrame(np.eye(len(w))[:, used], index=evidence.weights.index)
    alone = group_shares(evidence.employment, eye)
    plant_sizes = largest_possible_plants(evidence.economy, evidence.employment)
    plant = plant_sizes.to_numpy()[:, used]
    # a plant that may be the whole cell goes with all that is expected of its industry
    bounded = plant < alone.observed
    rows = np.arange(len(p))
    for g, null in enumerate(nulls):
        mine = np.flatnonzero(w[used, g] > 0)
        if len(mine) < 2 and not singles:
            continue
        own = w[used[mine], g]
        here = bounded[:, mine]
        removed = np.where(here, plant[:, mine], alone.observed[:, mine]) * own
        expected = np.where(here, 0.0, alone.expected[:, mine]) * own
        largest = np.argmax(removed - expected, axis=1)
        left = jobs.observed[:, g] - removed[rows, largest]
        mean = jobs.expected[:, g] - expected[rows, largest]
        part = np.divide(
            mean, jobs.expected[:, g], out=np.zeros(len(mean)), where=mean > 1e-12
        )
        smaller = Null(null.mean * part, null.theta, null.weight, null.gradient)
        p[:, g] = np.nan_to_num(
            smaller.p_values(np.maximum(left, 0.0) / evidence.effective[g]), nan=1.0
        )
    return p


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


def largest_plant_share(
    economy: Economy, employment: pd.DataFrame, codes: list[str], regions: list[str]
) -> float:
    """Return the largest share of a cluster's jobs that one plant can have.

    No plant of industry i is larger than sqrt(H_i) of the industry's jobs, nor than
    the industry's jobs in one region; a cell with one plant is that plant. NaN where
    neither the plant Herfindahl of any of its industries nor establishments are known.
    """
    block = employment.loc[regions, codes]
    total = float(np.nansum(block.to_numpy(dtype=float)))
    if total <= 0:
        return float("nan")
    largest = float("nan")
    if economy.establishments is not None:
        n = economy.establishments.loc[regions, codes]
        single = block.where(n.eq(1)).to_numpy(dtype=float)
        if np.isfinite(single).any():
            largest = float(np.nanmax(single))
        if not n.gt(1).to_numpy().any():
            return min(1.0, largest / total)
    herfindahl = economy.plant_herfindahl
    if isinstance(herfindahl, pd.DataFrame):
        herfindahl = herfindahl["upper"]
    if herfindahl is None:
        return float("nan")
    jobs = economy.employment[codes].sum(axis=0)
    bound = np.sqrt(herfindahl.reindex(codes)) * jobs
    if bound.isna().all():
        return float("nan")
    # of an industry whose sizes are unknown one plant may be the whole cell
    most = bound.fillna(np.inf).to_numpy(dtype=float)
    capped = np.minimum(block.to_numpy(dtype=float), most)
    return min(1.0, float(np.nanmax(capped)) / total)
