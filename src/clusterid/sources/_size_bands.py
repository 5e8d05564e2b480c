"""Bounds of the plant Herfindahl from numbers of units by size band."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["ENTERPRISE_BANDS", "herfindahl_bounds"]

#: Employment of a unit in each band of the UK Business Counts, persons.
ENTERPRISE_BANDS: dict[str, tuple[float, float]] = {
    "0 to 4": (0, 4),
    "5 to 9": (5, 9),
    "10 to 19": (10, 19),
    "20 to 49": (20, 49),
    "50 to 99": (50, 99),
    "100 to 249": (100, 249),
    "250 to 499": (250, 499),
    "500 to 999": (500, 999),
    "1000+": (1000, np.inf),
}


def herfindahl_bounds(
    counts: pd.DataFrame,
    totals: pd.Series,
    bands: Mapping[str, tuple[float, float]] = ENTERPRISE_BANDS,
) -> pd.DataFrame:
    r"""Return the smallest and the largest Herfindahl that size bands allow.

    .. math:: H_i = \sum_k (s_k / e_i)^2

    over all sizes :math:`s_k` inside their bands that add up to :math:`e_i`.
    Convexity decides both ends: the sum of squares is least where all sizes are as
    equal as their bands allow, and largest where they lie on the edges of their
    bands, the jobs going where an edge is farthest (at most one unit stays inside,
    which is bounded from above by the chord).

    Parameters
    ----------
    counts : DataFrame, industries x bands
        Number of units.
    totals : Series by industry
        Employment of the same industries, persons.
    bands : mapping of band to (smallest, largest) size
        In persons; the largest may be infinite.

    Returns
    -------
    DataFrame by industry
        ``lower``, ``upper`` (0 to 1), ``n_units``, ``reason``: ``""``,
        ``"no_units"``, ``"total_unknown"``, ``"total_below_bands"`` (fewer jobs than
        the bands need at least), ``"total_above_bands"`` (more than they can hold).
        The bounds are NaN where there is a reason.

    Notes
    -----
    Where the units are enterprises and the jobs are those of local units, the two
    need not fit, and the feasibility is the check: an industry whose enterprises have
    their jobs elsewhere is ``total_below_bands``.

    Examples
    --------
    >>> bands = {"1 to 9": (1, 9), "10 to 49": (10, 49)}
    >>> counts = pd.DataFrame({"1 to 9": [8], "10 to 49": [2]}, index=["A"])
    >>> found = herfindahl_bounds(counts, pd.Series({"A": 70.0}), bands)
    >>> found.loc["A", ["lower", "upper"]].astype(float).round(3).tolist()
    [0.105, 0.548]
    """
    names = [band for band in bands if band in counts.columns]
    low = np.array([float(bands[b][0]) for b in names])
    high = np.array([float(bands[b][1]) for b in names])
    n = counts[names].to_numpy(dtype=float)
    total = totals.reindex(counts.index).to_numpy(dtype=float)
    least = n @ low
    most = np.where((n > 0) & np.isinf(high), np.inf, n * np.where(
        np.isinf(high), 0.0, high
    )).sum(axis=1)  # fmt: skip
    reason = np.select(
        [n.sum(axis=1) == 0, np.isnan(total) | (total <= 0), total < least,
         total > most],
        ["no_units", "total_unknown", "total_below_bands", "total_above_bands"],
        default="",
    )  # fmt: skip
    fits = reason == ""
    lower = np.full(len(n), np.nan)
    upper = np.full(len(n), np.nan)
    if fits.any():
        size = total[fits]
        lower[fits] = _most_equal(n[fits], low, high, size) / size**2
        upper[fits] = np.minimum(_most_unequal(n[fits], low, high, size) / size**2, 1)
    return pd.DataFrame(
        {"lower": lower, "upper": upper, "n_units": n.sum(axis=1), "reason": reason},
        index=counts.index.rename("industry"),
    )


def _most_equal(
    n: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    total: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Every unit at one common size, cut to its band: find that size by bisection."""
    below, above = np.zeros(len(n)), total.copy()
    for _ in range(100):
        middle = (below + above) / 2
        sizes = np.clip(middle[:, None], low, np.minimum(high, total[:, None]))
        too_small = (n * sizes).sum(axis=1) < total
        below = np.where(too_small, middle, below)
        above = np.where(too_small, above, middle)
    sizes = np.clip(above[:, None], low, np.minimum(high, total[:, None]))
    return np.asarray((n * sizes**2).sum(axis=1))


def _most_unequal(
    n: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    total: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Start at the lower edges; give what remains where a job adds most squares."""
    squares = n @ low**2
    rest = total - n @ low
    for k in np.flatnonzero(np.isinf(high)):
        takes = n[:, k] > 0
        squares = squares + np.where(takes, (low[k] + rest) ** 2 - low[k] ** 2, 0.0)
        rest = np.where(takes, 0.0, rest)
    finite = np.flatnonzero(np.isfinite(high))
    for k in finite[np.argsort(-(low + high)[finite], kind="stable")]:
        taken = np.minimum(rest, n[:, k] * (high[k] - low[k]))
        squares = squares + taken * (high[k] + low[k])
        rest = rest - taken
    return np.asarray(squares)
