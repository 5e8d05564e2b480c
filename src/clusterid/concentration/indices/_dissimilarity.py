"""Half and whole sums of absolute differences of shares: Hoover and Krugman."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.concentration._axis import (
    Array,
    Axis,
    Oriented,
    oriented,
    reference_shares,
)
from clusterid.errors import check_option

__all__ = ["hoover_index", "krugman_concentration", "krugman_specialization"]

KrugmanReference = Literal["total", "rest", "others_mean", "pairwise"]
KRUGMAN = ("total", "rest", "others_mean", "pairwise")


@typed
def hoover_index(
    employment: pd.DataFrame,
    *,
    axis: Axis = "industry",
    reference: Literal["total", "rest", "uniform"] | pd.Series = "total",
    totals: pd.DataFrame | None = None,
) -> pd.Series:
    r"""Return the Hoover index (half the sum of absolute differences of shares).

    The part of an industry's jobs that would have to move to another region for it to
    be spread as the reference is; or, by region, the part of its jobs that would have
    to change industry.

    .. math:: H_i = \tfrac12 \sum_j |s_{ij} - x_j|

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Jobs at the workplace; NaN is withheld, 0 is none.
    axis : {"industry", "region"}
        What the index is of: industries (concentration) or regions (specialisation).
    reference : {"total", "rest", "uniform"} or Series
        ``"total"``: all employment, the industry (or region) itself included;
        ``"rest"``: all other employment, which makes it the dissimilarity index of
        Duncan & Duncan; ``"uniform"``: the same share everywhere; a Series by region
        (by industry for ``axis="region"``), such as area or population.
    totals : DataFrame, optional
        Published totals.

    Returns
    -------
    Series
        0 = as the reference, up to 1. NaN with ``attrs["reasons"]``.

    Raises
    ------
    TableError
        If a count is negative, a code stands twice or the reference lacks a code.

    Notes
    -----
    REAT ``hoover`` and EconGeo ``hoover_index`` (in per cent, rounded) without a
    reference use ``"uniform"``.

    References
    ----------
    Hoover, E. M. (1936), The measurement of industrial localization, Review of
    Economics and Statistics 18 (not checked against the original). Duncan, O. D. and
    Duncan, B. (1955), American Sociological Review 20, for ``reference="rest"``.

    Examples
    --------
    >>> import pandas as pd
    >>> jobs = pd.DataFrame({"A": [8, 2], "B": [2, 8]}, index=["r1", "r2"])
    >>> hoover_index(jobs).round(3).to_dict()
    {'A': 0.3, 'B': 0.3}
    >>> hoover_index(jobs, reference="rest").round(3).to_dict()
    {'A': 0.6, 'B': 0.6}
    """
    data = oriented(employment, axis=axis, totals=totals)
    against = reference_shares(data, reference, ("total", "rest", "uniform"))
    needs_reference = isinstance(reference, str) and reference != "uniform"
    values = 0.5 * np.abs(data.shares - against).sum(axis=0)
    reasons = data.reasons(reference=needs_reference)
    if isinstance(reference, str) and reference == "rest":
        reasons[(reasons == "") & (data.column_totals >= data.total)] = "no_other"
    return data.series(values, "hoover_index", reasons=reasons)


@typed
def krugman_specialization(
    employment: pd.DataFrame,
    *,
    reference: KrugmanReference = "total",
    totals: pd.DataFrame | None = None,
) -> pd.Series | pd.DataFrame:
    r"""Return the Krugman index of specialisation of every region.

    .. math:: K_j = \sum_i |w_{ij} - w_i|

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Jobs at the workplace; NaN is withheld, 0 is none.
    reference : {"total", "rest", "others_mean", "pairwise"}
        What a region is held against. ``"total"``: the mix of all regions, itself
        included (EconGeo, econcomplex); ``"rest"``: the mix of all other regions
        together; ``"others_mean"``: the unweighted mean of the other regions' shares
        (REAT ``krugman.spec2``); ``"pairwise"``: each other region, as in Krugman
        (1991).
    totals : DataFrame, optional
        Published totals.

    Returns
    -------
    Series by region, or DataFrame region x region for ``"pairwise"``
        0 = the same mix, 2 = nothing in common. NaN with ``attrs["reasons"]``.

    Raises
    ------
    TableError
        If a count is negative or a code stands twice.

    References
    ----------
    Krugman, P. (1991), Geography and Trade, MIT Press (not checked against the
    original).

    Examples
    --------
    >>> import pandas as pd
    >>> jobs = pd.DataFrame([[8, 2], [2, 8]], index=["r1", "r2"], columns=["A", "B"])
    >>> krugman_specialization(jobs).round(3).to_dict()
    {'r1': 0.6, 'r2': 0.6}
    >>> krugman_specialization(jobs, reference="pairwise").round(3).loc["r1"].to_dict()
    {'r1': 0.0, 'r2': 1.2}
    """
    check_option("reference", reference, KRUGMAN)
    data = oriented(employment, axis="region", totals=totals)
    return _krugman(data, reference, "krugman_specialization")


@typed
def krugman_concentration(
    employment: pd.DataFrame,
    *,
    reference: KrugmanReference = "total",
    totals: pd.DataFrame | None = None,
) -> pd.Series | pd.DataFrame:
    r"""Return the Krugman index of concentration of every industry.

    .. math:: K_i = \sum_j |s_{ij} - x_j|

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Jobs at the workplace; NaN is withheld, 0 is none.
    reference : {"total", "rest", "others_mean", "pairwise"}
        As in :func:`krugman_specialization`, with industries for regions.
    totals : DataFrame, optional
        Published totals.

    Returns
    -------
    Series by industry, or DataFrame industry x industry for ``"pairwise"``
        0 = spread alike, 2 = no region in common. NaN with ``attrs["reasons"]``.

    Raises
    ------
    TableError
        If a count is negative or a code stands twice.

    References
    ----------
    Krugman, P. (1991), Geography and Trade, MIT Press (not checked against the
    original).

    Examples
    --------
    >>> import pandas as pd
    >>> jobs = pd.DataFrame([[8, 2], [2, 8]], index=["r1", "r2"], columns=["A", "B"])
    >>> krugman_concentration(jobs, reference="rest").round(3).to_dict()
    {'A': 1.2, 'B': 1.2}
    """
    check_option("reference", reference, KRUGMAN)
    data = oriented(employment, axis="industry", totals=totals)
    return _krugman(data, reference, "krugman_concentration")


def _krugman(data: Oriented, reference: str, name: str) -> pd.Series | pd.DataFrame:
    shares = data.shares
    if reference == "pairwise":
        return _pairwise(data, shares)
    if reference == "others_mean":
        known = data.reasons(reference=False) == ""
        others = known.sum() - 1
        total = shares[:, known].sum(axis=1, keepdims=True)
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.abs(shares - (total - shares) / others).sum(axis=0)
        reasons = data.reasons(reference=False)
        if others < 1:
            reasons[reasons == ""] = "no_other"
        return data.series(values, name, reasons=reasons)
    against = reference_shares(data, reference, ("total", "rest"))
    reasons = data.reasons()
    if reference == "rest":
        alone = data.column_totals >= data.total
        reasons[(reasons == "") & alone] = "no_other"
    return data.series(np.abs(shares - against).sum(axis=0), name, reasons=reasons)


def _pairwise(data: Oriented, shares: Array) -> pd.DataFrame:
    n = shares.shape[1]
    values = np.zeros((n, n))
    by_column = np.ascontiguousarray(shares.T)
    for i in range(n):
        values[i] = np.abs(by_column - by_column[i]).sum(axis=1)
    return data.square(values, data.reasons(reference=False))
