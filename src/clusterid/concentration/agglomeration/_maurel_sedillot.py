"""Maurel & Sedillot's estimator of concentration beyond the dartboard."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.concentration._axis import oriented, shares_and_reasons
from clusterid.concentration.agglomeration._ellison_glaeser import (
    gamma_from,
    herfindahl_bounds,
    refine_reasons,
)

__all__ = ["maurel_sedillot"]


@typed
def maurel_sedillot(
    employment: pd.DataFrame,
    plant_herfindahl: pd.Series | pd.DataFrame,
    *,
    totals: pd.DataFrame | None = None,
    reference: pd.Series | None = None,
) -> pd.DataFrame:
    r"""Return the Maurel-Sedillot index of every industry.

    Another estimator of what :func:`ellison_glaeser` estimates: the chance that two
    plants of an industry share a region, beyond what chance gives.

    .. math:: \gamma_{MS} = \frac{(\sum_j s_{ij}^2 - X)/(1 - X) - H}{1 - H}

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Jobs at the workplace; NaN is withheld, 0 is none.
    plant_herfindahl : Series by industry, or DataFrame with lower and upper
        Sum of squared plant shares, above 0 to 1.
    totals : DataFrame, optional
        Published totals.
    reference : Series by region, optional
        What the shares x are taken of (total employment by default).

    Returns
    -------
    DataFrame by industry
        ``gamma`` (0 = as thrown at random; no fixed bounds; NaN when only bounds of H
        are known), ``gamma_lower``, ``gamma_upper``, ``raw_concentration`` (the first
        ratio), ``herfindahl_lower``, ``herfindahl_upper``, ``reason`` (as in
        :func:`ellison_glaeser`).

    Raises
    ------
    TableError
        If a count is negative, a code stands twice or a plant Herfindahl is not
        between 0 and 1.

    Notes
    -----
    An industry that is thin where jobs are many can come out negative here and
    positive in Ellison & Glaeser's form, and the reverse; with few plants the two can
    be far apart. No program at hand offers it; the value was checked against the
    formula in base R.

    References
    ----------
    Maurel, F. and Sedillot, B. (1999), A measure of the geographic concentration in
    French manufacturing industries, Regional Science and Urban Economics 29, 575-604
    (formula not checked against the original).

    Examples
    --------
    >>> import pandas as pd
    >>> jobs = pd.DataFrame({"A": [8, 2], "B": [12, 18]}, index=["r1", "r2"])
    >>> h = pd.Series({"A": 0.1, "B": 0.05})
    >>> maurel_sedillot(jobs, h)["gamma"].round(4).to_dict()
    {'A': 0.2889, 'B': -0.0105}
    """
    data = oriented(employment, axis="industry", totals=totals)
    lower, upper = herfindahl_bounds(data, plant_herfindahl)
    x, reasons = shares_and_reasons(data, reference)
    X = float((x**2).sum())
    squares = np.einsum("ij,ij->j", data.shares, data.shares)
    refine_reasons(reasons, lower, upper, X)
    with np.errstate(divide="ignore", invalid="ignore"):
        raw = (squares - X) / (1.0 - X)
        # gamma_from expects raw concentration before division by 1 - X
        ends = np.stack([gamma_from(squares - X, H, X) for H in (lower, upper)])
    valid = reasons == ""
    is_point = lower == upper
    reasons[valid & ~is_point] = "plant_herfindahl_interval"
    columns = {
        "gamma": np.where(is_point, ends[0], np.nan),
        "gamma_lower": ends.min(axis=0),
        "gamma_upper": ends.max(axis=0),
        "raw_concentration": raw,
    }
    given = {"herfindahl_lower": lower, "herfindahl_upper": upper}
    return data.frame(columns, reasons, known=valid, given=given)
