"""Location quotients of withheld cells, as intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._typed import typed
from clusterid.concentration.quotients._location_quotient import checked_employment
from clusterid.concentration.withheld._withheld import Bounds, withheld_bounds
from clusterid.tables import Economy, margins

__all__ = ["location_quotient_bounds"]

Matrix = NDArray[np.float64]


@typed
def location_quotient_bounds(
    economy: Economy, *, bounds: Bounds | None = None
) -> Bounds:
    r"""Return between what each location quotient lies, withheld cells included.

    .. math:: \frac{L_{ij}\,e^L}{e_j^U e_i^U} \le LQ_{ij} \le
              \frac{U_{ij}\,e^U}{e_j^L e_i^L}

    Parameters
    ----------
    economy : Economy
        Employment, totals, ranges: as in :func:`withheld_bounds`.
    bounds : Bounds, optional
        Of the cells; computed by :func:`withheld_bounds` if not given.

    Returns
    -------
    Bounds
        ``lower`` and ``upper`` quotients, regions x industries; equal where cell and
        totals are known; ``upper`` is ``inf`` where nothing bounds a cell or total.
        NaN only where the region or the industry is empty.

    Notes
    -----
    A published total is taken as it is, any other lies between the sums of its
    cells' bounds. With published totals the interval is as tight as the cell's; with
    unknown ones it is valid and may be wider than need be.

    Examples
    --------
    >>> jobs = pd.DataFrame({"A": [10.0, None], "B": [30.0, 20.0]}, index=["r", "s"])
    >>> low, high = jobs.fillna(5.0), jobs.fillna(10.0)
    >>> totals = pd.DataFrame(
    ...     [("s", "TOTAL", 28.0), ("TOTAL", "A", 18.0)],
    ...     columns=["region", "industry", "value"],
    ... )
    >>> economy = Economy(jobs, lower=low, upper=high, totals=totals)
    >>> found = location_quotient_bounds(economy)
    >>> found.lower.loc["s", "A"].round(3).item(), found.width.loc["s", "A"].item()
    (1.079, 0.0)
    """
    found = bounds or withheld_bounds(economy)
    table = checked_employment(economy.employment)
    published = margins(table, economy.totals)
    low, high = (t.to_numpy(dtype=float) for t in (found.lower, found.upper))

    def between(total: pd.Series | float, axis: int | None) -> tuple[Matrix, Matrix]:
        known = np.asarray(total, dtype=float)
        return (
            np.where(np.isnan(known), low.sum(axis=axis), known),
            np.where(np.isnan(known), high.sum(axis=axis), known),
        )

    region = between(published.region, 1)
    industry = between(published.industry, 0)
    grand = between(published.total, None)
    with np.errstate(invalid="ignore", divide="ignore"):
        lower = low * grand[0] / np.outer(region[1], industry[1])
        upper = high * grand[1] / np.outer(region[0], industry[0])
    # 0 jobs of an unknown total are 0; jobs of a total that may be 0 are unbounded
    empty = (region[1] == 0)[:, None] | (industry[1] == 0)[None, :]
    lower = np.where(np.isnan(lower), 0.0, lower)
    upper = np.where(np.isnan(upper), np.where(high > 0, np.inf, 0.0), upper)
    lower, upper = (np.where(empty, np.nan, a) for a in (lower, upper))
    frames = [pd.DataFrame(a, table.index, table.columns) for a in (lower, upper)]
    return Bounds(frames[0], frames[1], {**found.params, "of": "location quotients"})
