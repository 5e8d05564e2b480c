"""Devereux, Griffith & Simpson's measure of agglomeration."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterid._faults import faults_at, refuse
from clusterid._typed import typed
from clusterid.concentration._axis import oriented
from clusterid.concentration._given import given_numbers
from clusterid.concentration.agglomeration._ellison_glaeser import herfindahl_bounds

__all__ = ["devereux"]


@typed
def devereux(
    employment: pd.DataFrame,
    plant_herfindahl: pd.Series | pd.DataFrame,
    n_plants: pd.Series,
    *,
    totals: pd.DataFrame | None = None,
) -> pd.DataFrame:
    r"""Return the agglomeration measure of Devereux, Griffith & Simpson.

    Geographic concentration net of concentration in few plants, held against an even
    spread, not against where all jobs are: it measures absolute concentration.

    .. math::

        \alpha_i = F_i - M_i, \quad
        F_i = \sum_j s_{ij}^2 - \frac{1}{\min(J, N_i)}, \quad
        M_i = H_i - \frac{1}{N_i}

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Jobs at the workplace; NaN is withheld, 0 is none.
    plant_herfindahl : Series by industry, or DataFrame with lower and upper
        Sum of squared plant shares, above 0 to 1.
    n_plants : Series by industry
        Number of plants.
    totals : DataFrame, optional
        Published totals.

    Returns
    -------
    DataFrame by industry
        ``alpha`` (0 = even but for plant sizes, up to 1; NaN when only bounds of H
        are known), ``alpha_lower``, ``alpha_upper``, ``geographic`` (F), ``industrial``
        (M), ``reason`` (``withheld``, ``industry_absent``,
        ``plant_herfindahl_unknown``, ``plant_herfindahl_interval``,
        ``n_plants_unknown``, ``single_plant`` or empty).

    Raises
    ------
    TableError
        If a count is negative, a code stands twice, a plant Herfindahl is outside 1/N
        to 1, or jobs stand in more regions than there are plants.

    References
    ----------
    Devereux, M. P., Griffith, R. and Simpson, H. (2004), The geographic distribution
    of production activity in the UK, Regional Science and Urban Economics 34, 533-564
    (formula not checked against the original).

    Examples
    --------
    >>> import pandas as pd
    >>> jobs = pd.DataFrame({"A": [8, 2], "B": [5, 5]}, index=["r1", "r2"])
    >>> h, n = pd.Series({"A": 0.2, "B": 0.2}), pd.Series({"A": 5, "B": 5})
    >>> devereux(jobs, h, n)["alpha"].round(4).to_dict()
    {'A': 0.18, 'B': 0.0}
    """
    data = oriented(employment, axis="industry", totals=totals)
    lower, upper = herfindahl_bounds(data, plant_herfindahl)
    N = given_numbers(n_plants, data.columns, name="n_plants")
    with np.errstate(divide="ignore", invalid="ignore"):
        impossible = (upper < 1.0 / N - 1e-9) | (N < 1)
        crowded = (data.values > 0).sum(axis=0) > N
        # of N plants no Herfindahl is below that of equal ones
        lower = np.where(lower < 1.0 / N, np.minimum(1.0 / N, upper), lower)
        squares = (data.shares**2).sum(axis=0)
        geographic = squares - 1.0 / np.minimum(len(data.rows), N)
        from_lower = geographic - (lower - 1.0 / N)
        from_upper = geographic - (upper - 1.0 / N)
    rule = "a plant Herfindahl is below 1/N, or N below 1"
    mend = "take both from the same plants"
    faults = faults_at(rule, mend, impossible, data.columns, upper)
    rule = "jobs stand in more regions than there are plants"
    mend = "count the plants of the same table and year"
    refuse("n_plants", [*faults, *faults_at(rule, mend, crowded, data.columns, N)])
    reasons = data.reasons(reference=False)
    reasons[(reasons == "") & np.isnan(lower + upper)] = "plant_herfindahl_unknown"
    reasons[(reasons == "") & np.isnan(N)] = "n_plants_unknown"
    reasons[(reasons == "") & (N == 1)] = "single_plant"
    valid = reasons == ""
    is_point = lower == upper
    reasons[valid & ~is_point] = "plant_herfindahl_interval"
    columns = {
        "alpha": np.where(is_point, from_lower, np.nan),
        "alpha_lower": from_upper,
        "alpha_upper": from_lower,
        "geographic": geographic,
        "industrial": np.where(is_point, lower - 1.0 / N, np.nan),
    }
    return data.frame(columns, reasons, known=valid)
