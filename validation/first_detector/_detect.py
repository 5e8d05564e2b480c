"""The first detector: one gate over the study, then members by certainty."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid.statistics import over_positive, q_values
from clusterid.tables import Economy
from validation.first_detector._certainty import CERTAIN, certainty
from validation.first_detector._counts import (
    Floats,
    expected,
    log_density,
    region_sizes,
    whole,
)
from validation.first_detector._neighbours import adjacency, components
from validation.first_detector._roughness import Null, fit_null, industry_roughness

__all__ = ["detect", "fitted_nulls"]

#: Level of the gate, and what a cluster needed: one of both masses, and two members.
ALPHA = 0.03
MINIMUM_JOBS = 1_000
MINIMUM_PLANTS = 10
MINIMUM_MEMBERS = 2


def detect(
    economy: Economy, groups: pd.DataFrame, regions: Any, graph: Any
) -> npt.NDArray[np.bool_]:
    """Return which regions the first detector put in a cluster of which group.

    Parameters
    ----------
    economy : Economy
        One year, jobs and plants of every cell known.
    groups : DataFrame, industries x groups
        0 or 1.
    regions : DataFrame by region
        ``area_km2`` gives the density gradient; without it the region's size does.
    graph : libpysal.graph.Graph
        Neighbours.

    Returns
    -------
    array of bool, regions x groups
        In the order of the economy's regions and of the columns of ``groups``.
    """
    plants = whole(economy.establishments, "plants")
    jobs = whole(economy.employment, "jobs")
    weights = groups.reindex(economy.industries).fillna(0.0).to_numpy(dtype=float)
    counted = expected(plants, weights, plants.sum(axis=1))
    count, mean = counted.observed / counted.scale, counted.expected / counted.scale
    nulls = fitted_nulls(plants, weights, log_density(economy, regions))
    p = np.ones(count.shape)
    for g, null in enumerate(nulls):
        above = count[:, g] > mean[:, g]
        p[above, g] = null.p_values(count[:, g], where=above)
    p[mean <= 0] = np.nan
    seeds = np.nan_to_num(q_values(p.T.ravel()), nan=1.0) <= ALPHA
    seeds = seeds.reshape(p.T.shape).T
    if not seeds.any():
        return seeds
    near = adjacency(graph, [str(code) for code in economy.regions])
    sure = certainty(count, p, nulls, near).certainty
    # certain or not, what is not above the dartboard is no concentration
    chosen = seeds | ((sure > CERTAIN) & (p < 1))
    size = region_sizes(economy).to_numpy(dtype=float)
    return _with_mass(chosen, plants, jobs, weights, size, near)


def fitted_nulls(
    plants: Floats, weights: Floats, covariate: Floats | None
) -> list[Null]:
    """Return the ordinary unevenness of every group, estimated over all regions."""
    size = plants.sum(axis=1)
    counted = expected(plants, weights, size)
    used = weights.any(axis=1)
    alone = expected(plants, np.eye(len(weights))[:, used], size)
    taus = np.zeros(len(weights))
    taus[used] = industry_roughness(alone.observed, alone.expected, covariate)
    return fit_null(
        counted.observed / counted.scale,
        counted.expected / counted.scale,
        shares=weights * plants.sum(axis=0)[:, None],
        taus=taus,
        density=covariate,
    )


def _with_mass(
    chosen: npt.NDArray[np.bool_],
    plants: Floats,
    jobs: Floats,
    weights: Floats,
    size: Floats,
    near: Any,
) -> npt.NDArray[np.bool_]:
    """Return the members whose contiguous set has mass, more jobs, and two members."""
    ordinary = size[:, None] * (jobs.sum(axis=0) / size.sum())
    members = np.zeros_like(chosen)
    for g in range(chosen.shape[1]):
        own = weights[:, g]
        inside = own > 0
        for where in components(chosen[:, g], near):
            here = jobs[where] @ own
            there = ordinary[where] @ own
            enough = (
                here.sum() >= MINIMUM_JOBS
                or (plants[where] @ own).sum() >= MINIMUM_PLANTS
            )
            quotients = over_positive(
                jobs[where][:, inside].sum(axis=0),
                ordinary[where][:, inside].sum(axis=0),
            )
            strong = int((np.nan_to_num(quotients) > 1).sum()) >= MINIMUM_MEMBERS
            members[where, g] = enough and here.sum() > there[here > 0].sum() and strong
    return members
