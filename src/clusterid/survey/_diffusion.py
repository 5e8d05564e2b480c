"""How declared clusters spread over years: first ones, hazard, logistic curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clusterid.survey._survey import Survey

__all__ = ["diffusion"]


def diffusion(survey: Survey) -> pd.DataFrame:
    """Describe how declared clusters spread over years.

    Parameters
    ----------
    survey : Survey
        Places and the clusters that they declare.

    Returns
    -------
    DataFrame by year
        ``records`` (clusters founded), ``first`` (places that found their first),
        ``at_risk`` (places that answered and had none before), ``hazard`` (first /
        at_risk), ``cumulative`` (share of places that answered with at least one),
        ``fitted`` (logistic curve through ``cumulative``, for display),
        ``information`` (mean bits of the labels founded so far in the field
        shares of all records: high is unusual), ``herfindahl`` (of fields so far),
        ``cross_field`` (share of the year's records with several fields).

    Notes
    -----
    Only places that answered are at risk. Records without a year are left out;
    their number is ``attrs["without_year"]``.
    """
    rows = survey.declared[survey.declared["year_founded"].notna()].copy()
    answered = survey.places.loc[survey.places["answered"].astype(bool), "place"]
    rows = rows[rows["place"].isin(set(answered))]
    columns = ["records", "first", "at_risk", "hazard", "cumulative", "fitted",
               "information", "herfindahl", "cross_field"]  # fmt: skip
    if rows.empty:
        empty = pd.DataFrame(columns=columns, index=pd.Index([], name="year"))
        empty.attrs["without_year"] = len(survey.declared)
        return empty
    year = rows["year_founded"].astype(int)
    years = range(int(year.min()), int(year.max()) + 1)
    first = year.groupby(rows["place"]).min().value_counts()
    exploded = rows.assign(year=year).explode("fields").dropna(subset=["fields"])
    share = exploded["fields"].value_counts(normalize=True)
    bits = -np.log2(exploded["fields"].map(share).astype(float))
    records = []
    before = 0
    for t in years:
        at_risk = len(answered) - before
        new = int(first.get(t, 0))
        so_far = exploded["year"].le(t)
        now = rows[year.eq(t)]
        parts = exploded.loc[so_far, "fields"].value_counts(normalize=True)
        records.append({
            "year": t,
            "records": len(now),
            "first": new,
            "at_risk": at_risk,
            "hazard": new / at_risk if at_risk else np.nan,
            "cumulative": (before + new) / len(answered),
            "information": float(bits[so_far].mean()),
            "herfindahl": float((parts**2).sum()) if len(parts) else np.nan,
            "cross_field": float(now["fields"].map(len).gt(1).mean())
            if len(now)
            else np.nan,
        })
        before += new
    table = pd.DataFrame(records).set_index("year")
    table["fitted"] = _logistic(table["cumulative"])
    table.attrs["without_year"] = int(survey.declared["year_founded"].isna().sum())
    return table[columns]


def _logistic(cumulative: pd.Series) -> pd.Series:
    """Fit ``k / (1 + exp(-b (t - m)))`` by least squares; NaN below four years."""
    if len(cumulative) < 4 or cumulative.max() <= 0:
        return pd.Series(np.nan, index=cumulative.index)
    from scipy.optimize import least_squares

    t = np.arange(len(cumulative), dtype=float)
    y = cumulative.to_numpy(dtype=float)

    def curve(p: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(p[0] / (1 + np.exp(-p[1] * (t - p[2]))))

    start = np.array([float(y.max()), 0.3, float(len(y)) / 2])
    bounds = ([1e-6, 1e-3, -50.0], [1.0, 5.0, 200.0])
    fit = least_squares(lambda p: curve(p) - y, np.clip(start, *bounds), bounds=bounds)
    return pd.Series(curve(fit.x), index=cumulative.index)
