"""Theil's T and L over regions or industries, with their parts between and within."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from clusterid._faults import faults_of, refuse
from clusterid._typed import typed
from clusterid.concentration._axis import (
    Array,
    Axis,
    Oriented,
    oriented,
    reference_shares,
)
from clusterid.concentration._given import given_series
from clusterid.errors import check_option

__all__ = ["divergence", "theil_decomposition", "theil_index"]

TheilVariant = Literal["T", "L"]


def divergence(first: Array, second: Array) -> Array:
    """Return sum first * ln(first / second) by column; 0 ln 0 = 0."""
    first, second = np.broadcast_arrays(first, second)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(first == 0, 0.0, first * np.log(first / second))
    result: Array = terms.sum(axis=0)
    return result


def _theil(s: Array, x: Array, variant: str) -> Array:
    return divergence(s, x) if variant == "T" else divergence(x, s)


@typed
def theil_index(
    employment: pd.DataFrame,
    *,
    axis: Axis = "industry",
    variant: TheilVariant = "T",
    reference: Literal["total", "uniform"] | pd.Series = "total",
    totals: pd.DataFrame | None = None,
) -> pd.Series:
    r"""Return Theil's index of an industry's spread (or a region's mix), in nats.

    .. math:: T_i = \sum_j s_{ij} \ln (s_{ij}/x_j), \qquad
              L_i = \sum_j x_j \ln (x_j/s_{ij})

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Jobs at the workplace; NaN is withheld, 0 is none.
    axis : {"industry", "region"}
        Of industries over regions, or of regions over industries.
    variant : {"T", "L"}
        T weighs a region by its share of the industry (generalised entropy with
        parameter 1), L by its share of the reference (mean log deviation, parameter
        0; infinite where the industry is absent from a region).
    reference : {"total", "uniform"} or Series
        All employment; the same share everywhere (the classical index of a vector);
        or given weights such as population.
    totals : DataFrame, optional
        Published totals.

    Returns
    -------
    Series
        0 = as the reference; T up to ``-ln(min x)``, L without bound. NaN with
        ``attrs["reasons"]``.

    Raises
    ------
    TableError
        If a count is negative or a code stands twice.

    Notes
    -----
    REAT ``theil`` is L, pysal ``Theil`` is T, both with a uniform reference. REAT's
    weighted form divides by n once more and uses the unweighted mean; it can be
    negative.

    References
    ----------
    Theil, H. (1967), Economics and Information Theory, North-Holland (not checked
    against the original).

    Examples
    --------
    >>> import pandas as pd
    >>> jobs = pd.DataFrame({"A": [10, 10, 10, 20, 50]})
    >>> theil_index(jobs, variant="L", reference="uniform").round(7).item()
    0.2326302
    """
    check_option("variant", variant, ("T", "L"))
    data = oriented(employment, axis=axis, totals=totals)
    against = reference_shares(data, reference, ("total", "uniform"))
    values = _theil(data.shares, against, variant)
    needs_reference = isinstance(reference, str) and reference == "total"
    return data.series(values, "theil_index", reference=needs_reference)


@typed
def theil_decomposition(
    employment: pd.DataFrame,
    groups: pd.Series,
    *,
    axis: Axis = "industry",
    variant: TheilVariant = "T",
    reference: Literal["total", "uniform"] | pd.Series = "total",
    totals: pd.DataFrame | None = None,
) -> pd.DataFrame:
    r"""Split Theil's index into a part between groups of rows and a part within them.

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Jobs at the workplace; NaN is withheld, 0 is none.
    groups : Series
        Group of every region (``axis="industry"``) or industry (``axis="region"``):
        a Land, a division.
    axis, variant, reference, totals
        As in :func:`theil_index`.

    Returns
    -------
    DataFrame by industry (or region)
        ``total``, ``between``, ``within`` in nats; ``total = between + within``;
        ``reason`` is empty or says why they are NaN.

    Raises
    ------
    TableError
        If a region (industry) has no group, a count is negative or a code stands
        twice.

    References
    ----------
    Theil, H. (1967), Economics and Information Theory, North-Holland (not checked
    against the original).

    Examples
    --------
    >>> import pandas as pd
    >>> jobs = pd.DataFrame({"A": [4, 4, 1, 1]}, index=list("abcd"))
    >>> land = pd.Series(["N", "N", "S", "S"], index=list("abcd"))
    >>> theil_decomposition(jobs, land, reference="uniform").round(4).to_dict("records")
    [{'total': 0.1927, 'between': 0.1927, 'within': 0.0, 'reason': ''}]
    """
    check_option("variant", variant, ("T", "L"))
    data = oriented(employment, axis=axis, totals=totals)
    against = reference_shares(data, reference, ("total", "uniform"))
    member = group_matrix(data, groups)
    shares = data.shares
    total = _theil(shares, against, variant)
    between = _theil(member @ shares, member @ against, variant)
    needs_reference = isinstance(reference, str) and reference == "total"
    reasons = data.reasons(reference=needs_reference)
    columns = {"total": total, "between": between, "within": total - between}
    return data.frame(columns, reasons)


def group_matrix(data: Oriented, groups: pd.Series) -> Array:
    """Return n_groups x n_rows of zeros and ones, groups sorted."""
    aligned = given_series(groups, data.rows, name="groups")
    rule = "codes of the employment table have no group"
    mend = "give a group for each, or drop them from the table"
    refuse("groups", faults_of(rule, mend, data.rows[aligned.isna()], ...))
    names, number = np.unique(aligned.astype(str).to_numpy(), return_inverse=True)
    member = np.zeros((len(names), len(data.rows)))
    member[number, np.arange(len(data.rows))] = 1.0
    return member
