"""How densely the regions are populated with jobs, for the gradient of the null."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from clusterid._typed import typed
from clusterid.tables import Economy

__all__ = ["region_density", "region_sizes"]


def region_sizes(economy: Economy, employment: pd.DataFrame) -> pd.Series:
    """Return jobs by region: the published total, else the sum of what is known."""
    published = economy.margins.region
    return published.where(published.notna(), employment.sum(axis=1))


@typed
def region_density(
    economy: Economy, regions: pd.DataFrame
) -> pd.Series | Literal["size"]:
    """Return the jobs per km2 of every region, or ``"size"`` where no area is known.

    What :func:`test_groups` takes for ``density``. A region's jobs are its published
    total, which holds whatever cells are withheld; without one they are the sum of the
    cells that are known.

    Parameters
    ----------
    economy : Economy
        One year.
    regions : GeoDataFrame or DataFrame by region
        ``area_km2``, where it is known.

    Returns
    -------
    Series by region, or "size"
        Jobs per km2; NaN where a region has no area above 0 (it then stands at the
        mean of the others). ``"size"`` without any area: the number of jobs then takes
        the place of density.

    Examples
    --------
    >>> from clusterid.tables import economy
    >>> table = economy(pd.DataFrame(
    ...     [("r", "A", 30.0), ("r", "B", 70.0), ("s", "A", 10.0), ("s", "B", 10.0)],
    ...     columns=["region", "industry", "employment"],
    ... ))
    >>> shapes = pd.DataFrame({"area_km2": [50.0, None]}, index=["r", "s"])
    >>> region_density(table, shapes).tolist()
    [2.0, nan]
    >>> region_density(table, shapes[[]])
    'size'
    """
    if "area_km2" not in regions.columns or regions["area_km2"].isna().all():
        return "size"
    area = regions["area_km2"].astype(float)
    area = area.set_axis(area.index.astype(str)).reindex(economy.regions)
    jobs = region_sizes(economy, economy.employment)
    per_km2: pd.Series = jobs / area.where(area > 0)
    return per_km2
