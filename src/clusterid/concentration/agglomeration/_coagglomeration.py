"""Which industries sit together: co-agglomeration of pairs and of groups."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.concentration._axis import (
    Array,
    Oriented,
    Reasons,
    oriented,
    shares_and_reasons,
)
from clusterid.concentration._given import given_series
from clusterid.concentration.agglomeration._ellison_glaeser import herfindahl_bounds

__all__ = ["coagglomeration", "group_coagglomeration"]


@typed
def coagglomeration(
    employment: pd.DataFrame,
    *,
    totals: pd.DataFrame | None = None,
    reference: pd.Series | None = None,
) -> pd.DataFrame:
    r"""Return the co-agglomeration of all pairs of industries.

    Two industries are co-agglomerated when both are over-represented in the same
    regions. No plant data are needed.

    .. math:: \gamma^c_{12} = \frac{\sum_j (s_{1j} - x_j)(s_{2j} - x_j)}{1 - X}

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Jobs at the workplace; NaN is withheld, 0 is none.
    totals : DataFrame, optional
        Published totals.
    reference : Series by region, optional
        What the shares x are taken of (total employment by default).

    Returns
    -------
    DataFrame, n_industries x n_industries
        0 = independent of each other, above 0 together, below 0 apart; symmetric, no
        fixed bounds. The diagonal is NaN (a pair needs two). Industries that are
        absent or withheld are NaN with ``attrs["reasons"]``, as are all where one
        region has everything (``one_region``).

    Raises
    ------
    TableError
        If a count is negative or a code stands twice.

    Notes
    -----
    One matrix product for all pairs. REAT ``ellison.c`` and ``ellison.c2`` give
    values of 1.3 to 12 on data where this gives -0.01 to 0.22: they add regional
    shares of the industries instead of pooling them and use weights that do not sum
    to one.

    References
    ----------
    Ellison, G., Glaeser, E. L. and Kerr, W. R. (2010), What causes industry
    agglomeration? Evidence from coagglomeration patterns, American Economic Review
    100, 1195-1213 (not checked against the original; equal to the group form of 1997
    for two industries).

    Examples
    --------
    >>> import pandas as pd
    >>> jobs = pd.DataFrame({"A": [8, 2], "B": [6, 4], "C": [6, 14]}, index=["r", "s"])
    >>> coagglomeration(jobs).loc["A"].round(3).to_dict()
    {'A': nan, 'B': 0.12, 'C': -0.24}
    """
    data = oriented(employment, axis="industry", totals=totals)
    x, reasons = _shares_of_all(data, reference)
    deviation = _deviations(data, x, reasons)
    values = deviation.T @ deviation
    with np.errstate(divide="ignore", invalid="ignore"):
        values /= 1.0 - float((x**2).sum())
    np.fill_diagonal(values, np.nan)
    return data.square(values, reasons)


@typed
def group_coagglomeration(
    employment: pd.DataFrame,
    plant_herfindahl: pd.Series | None = None,
    *,
    groups: pd.Series | None = None,
    totals: pd.DataFrame | None = None,
    reference: pd.Series | None = None,
) -> pd.DataFrame:
    r"""Return the co-agglomeration of groups of industries (Ellison & Glaeser 1997).

    .. math::

        \gamma^c = \frac{G/(1 - X) - H - \sum_r \gamma_r w_r^2 (1 - H_r)}
                        {1 - \sum_r w_r^2}, \qquad H = \sum_r w_r^2 H_r

    with ``w_r`` the industries' shares of the group's employment and G of the pooled
    group. Written out, the plant Herfindahl cancels: no plant data are needed for
    ``gamma_c``.

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Jobs at the workplace; NaN is withheld, 0 is none.
    plant_herfindahl : Series by industry, optional
        Only for ``gamma_pooled``.
    groups : Series industry -> group, optional
        Industries without a group are left out; by default all are one group,
        ``"all"``.
    totals : DataFrame, optional
        Published totals.
    reference : Series by region, optional
        What the shares x are taken of (total employment by default).

    Returns
    -------
    DataFrame by group
        ``gamma_c`` (0 = the industries keep no company beyond chance), ``gamma_pooled``
        (Ellison-Glaeser gamma of the pooled group, NaN without plant Herfindahl),
        ``n_industries`` (with employment), ``employment``, ``reason`` (``withheld``,
        ``reference_withheld``, ``one_region``, ``one_industry`` or empty).

    Raises
    ------
    TableError
        If a count is negative or a code stands twice.

    Notes
    -----
    For two industries this equals the pair form of :func:`coagglomeration` exactly,
    whatever their sizes.

    References
    ----------
    Ellison, G. and Glaeser, E. L. (1997), Geographic concentration in U.S.
    manufacturing industries, Journal of Political Economy 105, 889-927 (checked
    against the pair form, with which it must agree).

    Examples
    --------
    >>> import pandas as pd
    >>> jobs = pd.DataFrame({"A": [8, 2], "B": [6, 4], "C": [6, 14]}, index=["r", "s"])
    >>> pair = pd.Series({"A": "ab", "B": "ab"})
    >>> group_coagglomeration(jobs, groups=pair)["gamma_c"].round(3).to_dict()
    {'ab': 0.12}
    """
    data = oriented(employment, axis="industry", totals=totals)
    x, reasons = _shares_of_all(data, reference)
    X = float((x**2).sum())
    deviation = _deviations(data, x, reasons)
    G = np.einsum("ij,ij->j", deviation, deviation)
    H = np.full(len(data.columns), np.nan)
    if plant_herfindahl is not None:
        H, _ = herfindahl_bounds(data, plant_herfindahl)
    if groups is None:
        group = np.full(len(data.columns), "all", dtype=object)
    else:
        named = given_series(groups, data.columns, name="groups")
        group = named.astype(object).to_numpy()
    known = ~pd.isna(group)
    rows = []
    for name in sorted({str(g) for g in group[known]}):
        member = known & (group.astype(str) == name)
        why = set(reasons[member]) - {"", "industry_absent"}
        use = member & (reasons == "")
        jobs = data.column_totals[use]
        gamma_c = pooled = np.nan
        reason = min(why) if why else ""
        if not why and use.sum() < 2:
            reason = "one_industry"
        elif not why:
            w = jobs / jobs.sum()
            together = deviation[:, use] @ w
            raw = float(together @ together)
            squares = float((w**2).sum())
            apart = float((w**2) @ G[use])
            gamma_c = (raw - apart) / (1.0 - X) / (1.0 - squares)
            h = float((w**2) @ H[use])
            pooled = (raw / (1.0 - X) - h) / (1.0 - h)
        total = float(jobs.sum()) if not why else np.nan
        rows.append((name, gamma_c, pooled, int(use.sum()), total, reason))
    names = ["gamma_c", "gamma_pooled", "n_industries", "employment", "reason"]
    return pd.DataFrame(rows, columns=["group", *names]).set_index("group")


def _shares_of_all(
    data: Oriented, reference: pd.Series | None
) -> tuple[Array, Reasons]:
    x, reasons = shares_and_reasons(data, reference)
    if (x >= 1.0).any():
        reasons[reasons == ""] = "one_region"
    return x, reasons


def _deviations(data: Oriented, x: Array, reasons: Reasons) -> Array:
    """S - x, with columns that have no value set to zero."""
    missing = reasons != ""
    deviation = data.shares
    deviation -= x[:, None]
    if missing.any():
        deviation[:, missing] = 0.0
    return deviation
