"""Entry, exit and growth of specialisations between two dates."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.concentration._axis import tidy_cells
from clusterid.concentration._territory import same_territory
from clusterid.statistics import at_least
from clusterid.tables import checked_wide

__all__ = ["growth", "specialization_change"]


@typed
def specialization_change(
    start: pd.DataFrame, end: pd.DataFrame, *, minimum: float = 1.0
) -> pd.DataFrame:
    """Tell which specialisations a region won, kept or lost.

    Parameters
    ----------
    start, end : DataFrame, n_regions x n_industries
        Location quotients (or any measure, such as 0/1 presence) at two dates; NaN is
        unknown.
    minimum : float
        From here on a region counts as specialised.

    Returns
    -------
    DataFrame, one row a region and industry known at either date
        ``region``, ``industry``, ``start``, ``end``, ``change`` (``entered``,
        ``kept``, ``left``, ``absent`` or empty), ``entry`` (1, 0; NaN where already
        specialised, so not at risk), ``exit`` (1, 0; NaN where not specialised),
        ``log_growth`` (ln end - ln start; NaN where one is 0), ``reason``
        (``withheld``, ``not_in_start``, ``not_in_end`` or empty).

    Raises
    ------
    TableError
        If a value is negative or infinite, a code stands twice, or a known reform
        sets the regions of the dates apart.

    References
    ----------
    Boschma, R., Balland, P.-A. and Kogler, D. F. (2015), Relatedness and
    technological change in cities, Industrial and Corporate Change 24, for entry and
    exit of specialisations (not checked against the original).

    Examples
    --------
    >>> import pandas as pd
    >>> old = pd.DataFrame({"A": [0.5, 2.0], "B": [1.5, 0.4]}, index=["r", "s"])
    >>> new = pd.DataFrame({"A": [1.2, 0.8], "B": [1.4, 0.4]}, index=["r", "s"])
    >>> specialization_change(old, new)["change"].tolist()
    ['entered', 'kept', 'left', 'absent']
    """
    first, second = checked_wide(start, name="start"), checked_wide(end, name="end")
    same_territory(first.index, second.index, taken="")
    regions = first.index.union(second.index).sort_values()
    industries = first.columns.union(second.columns).sort_values()
    in_first = _knows(first, regions, industries)
    in_second = _knows(second, regions, industries)
    a = first.reindex(index=regions, columns=industries).to_numpy()
    b = second.reindex(index=regions, columns=industries).to_numpy()
    known = np.isfinite(a) & np.isfinite(b)
    had, has = at_least(a, minimum), at_least(b, minimum)
    words = np.select(
        [~known, ~had & has, had & has, had & ~has],
        ["", "entered", "kept", "left"],
        "absent",
    )
    reason = np.where(known, "", "withheld").astype(object)
    reason[~in_second] = "not_in_end"
    reason[~in_first] = "not_in_start"
    with np.errstate(divide="ignore", invalid="ignore"):
        log_growth = np.log(b) - np.log(a)
    columns = {
        "start": a,
        "end": b,
        "change": words,
        "entry": np.where(known & ~had, has.astype(float), np.nan),
        "exit": np.where(known & had, (~has).astype(float), np.nan),
        "log_growth": np.where(np.isfinite(log_growth), log_growth, np.nan),
        "reason": reason,
    }
    return tidy_cells(regions, industries, columns, words=("change", "reason"))


def _knows(frame: pd.DataFrame, regions: pd.Index, industries: pd.Index) -> np.ndarray:
    rows, columns = regions.isin(frame.index), industries.isin(frame.columns)
    return np.outer(rows, columns)


@typed
def growth(start: pd.Series, end: pd.Series) -> pd.Series:
    """Return the growth rate of every region or industry between two dates.

    Parameters
    ----------
    start, end : Series
        Jobs by region or by industry.

    Returns
    -------
    Series
        end/start - 1: 0 = no change, -1 = gone; NaN with ``attrs["reasons"]`` where
        the start is 0 (``no_start``) or a value is unknown (``withheld``).

    Examples
    --------
    >>> import pandas as pd
    >>> growth(pd.Series({"r": 10.0}), pd.Series({"r": 12.0})).round(3).to_dict()
    {'r': 0.2}
    """
    same_territory(start.index, end.index, taken="")
    labels = start.index.union(end.index).sort_values()
    a = start.reindex(labels).to_numpy(dtype=float, na_value=np.nan)
    b = end.reindex(labels).to_numpy(dtype=float, na_value=np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(a > 0, b / a - 1.0, np.nan)
    result = pd.Series(rate, index=labels, name="growth")
    result.attrs["reasons"] = {
        str(code): "no_start" if first == 0 else "withheld"
        for code, first, value in zip(labels, a, rate, strict=True)
        if np.isnan(value)
    }
    return result
