"""What kind of place makes a product: PRODY, product Gini, likeness of mixes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.concentration._axis import Array, Oriented, oriented
from clusterid.concentration._given import given_numbers
from clusterid.statistics import at_least

__all__ = ["mix_similarity", "product_gini", "prody"]


def _quotients(data: Oriented) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        result: Array = data.shares / data.reference[:, None]
    return result


@typed
def prody(
    employment: pd.DataFrame,
    income: pd.Series,
    *,
    totals: pd.DataFrame | None = None,
) -> pd.Series:
    r"""Return the income level behind every industry.

    .. math:: PRODY_i = \sum_j Y_j LQ_{ij} \Big/ \sum_j LQ_{ij}

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Jobs, or exports of countries; NaN is withheld, 0 is none.
    income : Series by region
        Income a head.
    totals : DataFrame, optional
        Published totals.

    Returns
    -------
    Series by industry
        In the unit of income; NaN with ``attrs["reasons"]``.

    Raises
    ------
    TableError
        If a count is negative or a code stands twice.

    References
    ----------
    Hausmann, R., Hwang, J. and Rodrik, D. (2007), What you export matters, Journal of
    Economic Growth 12 (not checked against the original).

    Examples
    --------
    >>> import pandas as pd
    >>> jobs = pd.DataFrame({"A": [10, 0], "B": [10, 20]}, index=["r", "s"])
    >>> prody(jobs, pd.Series({"r": 3.0, "s": 1.0}))["A"].item()
    3.0
    """
    return _weighted(employment, income, totals, "prody", presence=False)


@typed
def product_gini(
    employment: pd.DataFrame,
    inequality: pd.Series,
    *,
    totals: pd.DataFrame | None = None,
) -> pd.Series:
    r"""Return the level of inequality behind every industry.

    .. math:: PGI_i = \sum_j M_{ij} w_{ij} Gini_j \Big/ \sum_j M_{ij} w_{ij}

    with M = 1 where the location quotient is at least one, and w the share of the
    industry in the region.

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Jobs, or exports of countries; NaN is withheld, 0 is none.
    inequality : Series by region
        Gini coefficient of income, 0 to 1.
    totals : DataFrame, optional
        Published totals.

    Returns
    -------
    Series by industry
        In the unit of the inequality given; NaN with ``attrs["reasons"]``.

    Raises
    ------
    TableError
        If a count is negative or a code stands twice.

    References
    ----------
    Hartmann, D. et al. (2017), Linking economic complexity, institutions, and income
    inequality, World Development 93 (formula not checked against the original).

    Examples
    --------
    >>> import pandas as pd
    >>> jobs = pd.DataFrame({"A": [10, 0], "B": [10, 20]}, index=["r", "s"])
    >>> product_gini(jobs, pd.Series({"r": 0.3, "s": 0.5})).round(2).to_dict()
    {'A': 0.3, 'B': 0.5}
    """
    return _weighted(employment, inequality, totals, "product_gini", presence=True)


def _weighted(
    employment: pd.DataFrame,
    attribute: pd.Series,
    totals: pd.DataFrame | None,
    name: str,
    *,
    presence: bool,
) -> pd.Series:
    data = oriented(employment, axis="industry", totals=totals)
    y = given_numbers(attribute, data.rows, name=name)
    quotient = _quotients(data)
    used = data.row_totals > 0
    weight = quotient
    if presence:
        with np.errstate(divide="ignore", invalid="ignore"):
            inside = data.values / data.row_totals[:, None]
        weight = np.where(at_least(quotient, 1.0), inside, 0.0)
    weight = np.where(used[:, None], weight, 0.0)
    reasons = data.reasons()
    lost = (weight > 0) & np.isnan(y)[:, None]
    reasons[(reasons == "") & lost.any(axis=0)] = "attribute_missing"
    total = weight.sum(axis=0)
    reasons[(reasons == "") & (total == 0)] = "no_specialised_region"
    with np.errstate(divide="ignore", invalid="ignore"):
        values = (weight * np.where(np.isnan(y), 0.0, y)[:, None]).sum(axis=0) / total
    return data.series(values, name, reasons=reasons)


@typed
def mix_similarity(
    employment: pd.DataFrame,
    *,
    offset: float = 0.1,
    totals: pd.DataFrame | None = None,
) -> pd.DataFrame:
    r"""Return how alike the specialisations of every two regions are.

    Pearson correlation of :math:`\ln(LQ + offset)` over industries.

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Jobs, or exports of countries; NaN is withheld, 0 is none.
    offset : float
        Added before the logarithm, so that absent industries count.
    totals : DataFrame, optional
        Published totals.

    Returns
    -------
    DataFrame, n_regions x n_regions
        -1 to 1; 0 = unrelated, 1 on the diagonal. NaN with ``attrs["reasons"]``.

    Raises
    ------
    TableError
        If a count is negative or a code stands twice.

    References
    ----------
    Bahar, D., Hausmann, R. and Hidalgo, C. A. (2014), Neighbors and the evolution of
    the comparative advantage of nations, Journal of International Economics 92 (not
    checked against the original).

    Examples
    --------
    >>> import pandas as pd
    >>> jobs = pd.DataFrame({"A": [8, 2], "B": [2, 8], "C": [5, 5]}, index=["r", "s"])
    >>> mix_similarity(jobs).round(2).loc["r"].to_dict()
    {'r': 1.0, 's': -0.95}
    """
    data = oriented(employment, axis="region", totals=totals)
    reasons = data.reasons()
    present = data.row_totals > 0
    good = reasons == ""
    values = np.full((len(data.columns), len(data.columns)), np.nan)
    logs = np.log(_quotients(data)[present][:, good] + offset)
    logs = logs - logs.sum(axis=0) / max(len(logs), 1)
    length = np.sqrt((logs**2).sum(axis=0))
    varied = length > 1e-12
    reasons[np.flatnonzero(good)[~varied]] = "no_variation"
    good = reasons == ""
    logs = logs[:, varied] / length[varied]
    values[np.ix_(good, good)] = np.clip(logs.T @ logs, -1.0, 1.0)
    return data.square(values, reasons)
