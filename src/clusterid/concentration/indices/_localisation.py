"""Segregation indices read as localisation: an industry against all the rest."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.concentration._axis import Array, oriented, reference_shares
from clusterid.concentration.indices._gini import lorenz_gini
from clusterid.concentration.indices._theil import divergence

__all__ = ["localisation_indices", "overall_localisation"]


@typed
def localisation_indices(
    employment: pd.DataFrame, *, totals: pd.DataFrame | None = None
) -> pd.DataFrame:
    r"""Return how far each industry is set apart from the rest of the economy.

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Jobs at the workplace; NaN is withheld, 0 is none.
    totals : DataFrame, optional
        Published totals.

    Returns
    -------
    DataFrame by industry
        ``dissimilarity`` (half the sum of absolute differences of shares to the
        rest), ``gini`` (of the same two distributions), ``entropy`` (Theil's H: one
        minus the regions' mean two-group entropy over that of all), each 0 = spread
        as the rest, 1 = apart; ``isolation`` (share of the industry among the jobs of
        the region of its average job; at least its share of all jobs); ``reason``.

    Raises
    ------
    TableError
        If a count is negative or a code stands twice.

    References
    ----------
    Duncan, O. D. and Duncan, B. (1955), American Sociological Review 20; Massey, D. S.
    and Denton, N. A. (1988), Social Forces 67 (formulas as in the Python package
    segregation 2.6.0, not checked against the originals).

    Examples
    --------
    >>> import pandas as pd
    >>> jobs = pd.DataFrame({"A": [8, 2], "B": [2, 8]}, index=["r", "s"])
    >>> localisation_indices(jobs).loc["A", ["dissimilarity", "isolation"]].tolist()
    [0.6000000000000001, 0.6800000000000002]
    """
    data = oriented(employment, axis="industry", totals=totals)
    s = data.shares
    rest = reference_shares(data, "rest", ("rest",))
    t, T = data.row_totals[:, None], data.total
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = np.where(t > 0, data.values / t, 0.0)
        mean = _two_group_entropy(data.column_totals / T)
        entropy = 1.0 - (t / T * _two_group_entropy(inside)).sum(axis=0) / mean
    columns = {
        "dissimilarity": 0.5 * np.abs(s - rest).sum(axis=0),
        "gini": lorenz_gini(s, rest),
        "entropy": entropy,
        "isolation": (s * inside).sum(axis=0),
    }
    reasons = data.reasons()
    with np.errstate(invalid="ignore"):
        alone = (reasons == "") & (data.column_totals >= T)
    reasons[alone] = "no_other_industry"
    return data.frame(columns, reasons)


@typed
def overall_localisation(
    employment: pd.DataFrame, *, totals: pd.DataFrame | None = None
) -> pd.Series:
    r"""Return how far the mixes of all regions differ, in four single numbers.

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Jobs at the workplace; NaN is withheld, 0 is none.
    totals : DataFrame, optional
        Published totals.

    Returns
    -------
    Series
        ``dissimilarity``, ``gini`` and ``information`` (each 0 = all mixes alike, 1 =
        no industry in two regions), ``divergence`` (mean Kullback-Leibler divergence
        of a region's mix from that of all, nats; the mean of Theil's T). NaN with
        ``attrs["reasons"]`` when a cell is withheld.

    Raises
    ------
    TableError
        If a count is negative or a code stands twice.

    References
    ----------
    Reardon, S. F. and Firebaugh, G. (2002), Measures of multigroup segregation,
    Sociological Methodology 32 (formulas as in the Python package segregation 2.6.0,
    not checked against the original).

    Examples
    --------
    >>> import pandas as pd
    >>> jobs = pd.DataFrame({"A": [5, 5], "B": [5, 5]}, index=["r", "s"])
    >>> overall_localisation(jobs)["dissimilarity"].item()
    0.0
    """
    data = oriented(employment, axis="region", totals=totals)
    names = ("dissimilarity", "gini", "information", "divergence")
    why = sorted(set(data.reasons()) - {"", "region_empty"})
    if why:
        result = pd.Series(np.nan, index=list(names), dtype=float)
        result.attrs["reasons"] = dict.fromkeys(names, why[0])
        return result
    use = data.column_totals > 0
    w = data.shares[:, use]  # industries x regions
    mix = data.reference
    weight = data.column_totals[use] / data.total
    interaction = float((mix * (1.0 - mix)).sum())
    between = float((weight * np.abs(w - mix[:, None])).sum())
    distance = 0.0
    for row in w:
        order = np.argsort(row, kind="stable")
        value, size = row[order], weight[order]
        below = np.cumsum(size) - size
        first = np.cumsum(size * value) - size * value
        distance += 2.0 * float((size * (value * below - first)).sum())
    spread = divergence(w, mix[:, None])
    entropy = -float((mix[mix > 0] * np.log(mix[mix > 0])).sum())
    mean = float(weight @ spread)
    found = {
        "dissimilarity": between / (2.0 * interaction) if interaction > 0 else 0.0,
        "gini": distance / (2.0 * interaction) if interaction > 0 else 0.0,
        "information": mean / entropy if entropy > 0 else 0.0,
        "divergence": mean,
    }
    return pd.Series(found, name="overall_localisation")


def _two_group_entropy(share: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(share > 0, share * np.log(share), 0.0)
        other = 1.0 - share
        terms = terms + np.where(other > 0, other * np.log(other), 0.0)
    result: Array = np.where(np.isnan(share), np.nan, -terms)
    return result
