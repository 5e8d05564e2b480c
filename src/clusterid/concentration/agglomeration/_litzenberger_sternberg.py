"""The cluster index of Litzenberger & Sternberg and its components."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterid._faults import faults_of, refuse
from clusterid._typed import typed
from clusterid.concentration._axis import Array, tidy_cells
from clusterid.concentration._given import given_numbers
from clusterid.tables import checked_wide, margins

__all__ = ["litzenberger_sternberg"]


@typed
def litzenberger_sternberg(
    employment: pd.DataFrame,
    establishments: pd.DataFrame,
    area: pd.Series,
    population: pd.Series,
    *,
    totals: pd.DataFrame | None = None,
    establishment_totals: pd.DataFrame | None = None,
) -> pd.DataFrame:
    r"""Return the Litzenberger-Sternberg cluster index of every region and industry.

    Industrial density times industrial stock, divided by relative plant size.

    .. math::

        CI_{ij} = \frac{s^e_{ij}}{a_j} \cdot \frac{s^e_{ij}}{p_j} \cdot
                  \frac{s^b_{ij}}{s^e_{ij}} = \frac{s^e_{ij} s^b_{ij}}{a_j p_j}

    with ``s^e``, ``s^b`` the region's share of the industry's jobs and plants, ``a``
    and ``p`` its share of area and of population.

    Parameters
    ----------
    employment, establishments : DataFrame, n_regions x n_industries
        Jobs and local units; NaN is withheld, 0 is none. The same labels on both.
    area : Series by region
        Any unit of area. Take settlement area where you can: with total area in the
        denominator city-states win nearly every industry.
    population : Series by region
        Inhabitants.
    totals, establishment_totals : DataFrame, optional
        Published totals of the two tables.

    Returns
    -------
    DataFrame, one row a region and industry
        ``region``, ``industry``, ``cluster_index`` (1 = as in all regions together, 0
        to infinity), ``density``, ``stock``, ``plant_size`` (each relative, 1 = as in
        all regions), ``reason`` (``withheld``, ``industry_absent``,
        ``attribute_missing`` when area or population is not positive,
        ``establishments_absent`` when there are jobs but no plant, ``jobs_absent`` in
        the reverse case, or empty). With neither the index is 0 and ``plant_size``
        NaN.

    Raises
    ------
    TableError
        If the labels of the two tables differ, or a count is negative.

    Notes
    -----
    The index is not standardised: its level depends on the number of regions. The
    authors' threshold for a cluster is not repeated here because it was not read in
    the original.

    References
    ----------
    Litzenberger, T. and Sternberg, R. (2006), Der Clusterindex - eine Methodik zur
    Identifizierung regionaler Cluster, Geographische Zeitschrift 94, 209-224 (formula
    as in REAT 3.0.3, not checked against the original).

    Examples
    --------
    >>> import pandas as pd
    >>> regions = ["r1", "r2"]
    >>> jobs = pd.DataFrame({"A": [1743, 3997]}, index=regions)
    >>> plants = pd.DataFrame({"A": [35, 18]}, index=regions)
    >>> area = pd.Series([50, 526], regions)
    >>> people = pd.Series([488, 4133], regions)
    >>> result = litzenberger_sternberg(jobs, plants, area, people)
    >>> result["cluster_index"].round(6).tolist()[0]
    21.874911
    """
    jobs = checked_wide(employment).sort_index().sort_index(axis=1)
    plants = checked_wide(establishments, name="establishments")
    _check_labels(jobs, plants)
    plants = plants.reindex(index=jobs.index, columns=jobs.columns)
    s_e = _shares(jobs, totals)
    s_b = _shares(plants, establishment_totals)
    a = _attribute(area, jobs.index, "area")
    p = _attribute(population, jobs.index, "population")
    with np.errstate(divide="ignore", invalid="ignore"):
        density, stock = s_e / a, s_e / p
        size = s_e / s_b
        index = s_e * s_b / (a * p)
    reason = np.full(jobs.shape, "", dtype=object)
    e, b = jobs.to_numpy(), plants.to_numpy()
    reason[(e > 0) & (b == 0)] = "establishments_absent"
    reason[(e == 0) & (b > 0)] = "jobs_absent"
    index[((e > 0) & (b == 0)) | ((e == 0) & (b > 0))] = np.nan
    reason[np.isnan(a + p)[:, 0], :] = "attribute_missing"
    reason[np.isnan(s_e) | np.isnan(s_b)] = "withheld"
    reason[:, (e == 0).all(axis=0)] = "industry_absent"
    size[reason == "establishments_absent"] = np.nan
    parts = {
        "cluster_index": index,
        "density": density,
        "stock": stock,
        "plant_size": size,
        "reason": reason,
    }
    return tidy_cells(jobs.index, jobs.columns, parts)


def _shares(table: pd.DataFrame, totals: pd.DataFrame | None) -> Array:
    by_industry = margins(table, totals).industry.to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        shares: Array = table.to_numpy() / by_industry
    return shares


def _attribute(values: pd.Series, regions: pd.Index, name: str) -> Array:
    numbers = given_numbers(values, regions, name=name)
    numbers = np.where(numbers > 0, numbers, np.nan)
    shares: Array = (numbers / np.nansum(numbers))[:, None]
    return shares


def _check_labels(jobs: pd.DataFrame, plants: pd.DataFrame) -> None:
    faults = []
    for name, first, second in (
        ("region", jobs.index, plants.index),
        ("industry", jobs.columns, plants.columns),
    ):
        rule = f"codes of a {name} stand in one table only"
        mend = "give both tables the same labels"
        faults += faults_of(rule, mend, first.symmetric_difference(second), ...)
    refuse("establishments", faults)
