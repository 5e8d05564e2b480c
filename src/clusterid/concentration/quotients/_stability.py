"""By how much one more plant would move a location quotient."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._typed import typed
from clusterid.concentration._given import given_numbers
from clusterid.concentration.quotients._location_quotient import (
    QuotientParts,
    checked_employment,
    quotient_parts,
)
from clusterid.tables import Margins

__all__ = ["one_more_plant", "quotient_stability"]


@typed
def quotient_stability(
    employment: pd.DataFrame,
    plant_size: pd.Series,
    *,
    totals: pd.DataFrame | Margins | None = None,
) -> pd.DataFrame:
    r"""Return by how much one more plant would move each location quotient.

    .. math:: |LQ(e_{ij}+m_i) - LQ(e_{ij})| / LQ(e_{ij})

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Jobs; NaN is withheld.
    plant_size : Series by industry
        Jobs of the additional plant; the industry's median plant.
    totals : DataFrame or Margins, optional
        Published totals.

    Returns
    -------
    DataFrame, n_regions x n_industries
        0 = immovable; 1 = one plant doubles the quotient; ``inf`` where the industry
        is absent from the region; NaN where the quotient is.

    References
    ----------
    Crawley, Gabe & Pominova (2021), The pitfalls of using location quotients to
    identify clusters in small regions, FRB IFDP 1329 (the idea; our formula).

    Examples
    --------
    >>> jobs = pd.DataFrame({"A": [10.0, 90.0], "B": [90.0, 810.0]}, index=["r", "s"])
    >>> quotient_stability(jobs, pd.Series({"A": 5.0, "B": 5.0})).loc["r", "A"].round(3)
    np.float64(0.367)
    """
    table = checked_employment(employment)
    parts = quotient_parts(table, None, totals)
    size = given_numbers(plant_size, table.columns, name="plant_size")
    values = one_more_plant(parts, size)
    return pd.DataFrame(values, index=table.index, columns=table.columns)


def one_more_plant(
    parts: QuotientParts, size: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the relative change of each quotient by one more plant of this size."""
    e, e_j, e_i = parts.cell, parts.region_total, parts.industry_total
    total, before = parts.all_total, parts.ratio()
    with np.errstate(invalid="ignore", divide="ignore"):
        after = ((e + size) / (e_j + size)) / ((e_i + size) / (total + size))
        change = np.abs(after - before) / before
    return np.where(np.isnan(before), np.nan, change)
