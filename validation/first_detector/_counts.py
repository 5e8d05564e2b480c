"""Plants of groups by region, observed and expected on the dartboard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid.statistics import over_positive
from clusterid.tables import Economy

__all__ = ["Expected", "expected", "log_density", "region_sizes", "whole"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Expected:
    """Observed and expected sums of groups by region, regions x groups.

    ``scale``: variance of the weighted counts over their mean, by group (1 for weights
    0 and 1).
    """

    observed: Floats
    expected: Floats
    scale: Floats


def whole(table: pd.DataFrame | None, what: str) -> Floats:
    """Return a table as an array; the first detector is kept for complete ones alone.

    Raises
    ------
    ValueError
        If there is no such table, or a cell of it is withheld.
    """
    if table is None or table.isna().any(axis=None):
        raise ValueError(f"the first detector needs {what} of every cell.")
    return table.to_numpy(dtype=float)


def expected(values: Floats, weights: Floats, size: Floats) -> Expected:
    """Return sums of groups, each industry thrown on the regions by their size.

    ``values`` are regions x industries, ``weights`` industries x groups.
    """
    total = values.sum(axis=0)
    rate = total / size.sum()
    return Expected(
        observed=values @ weights,
        expected=size[:, None] * (rate @ weights)[None, :],
        scale=over_positive(total @ weights**2, total @ weights, otherwise=1.0),
    )


def region_sizes(economy: Economy) -> pd.Series:
    """Return jobs by region: the published total, else the sum of its cells."""
    published = economy.margins.region
    return published.where(published.notna(), economy.employment.sum(axis=1))


def log_density(economy: Economy, regions: pd.DataFrame) -> Floats:
    """Return log jobs per km2, or log jobs where no area is known; NaN for none."""
    values = region_sizes(economy)
    if "area_km2" in regions and regions["area_km2"].notna().any():
        area = regions["area_km2"].astype(float)
        area = area.set_axis(area.index.astype(str)).reindex(economy.regions)
        values = values / area.where(area > 0)
    array = values.to_numpy(dtype=float)
    return np.log(array, out=np.full(len(array), np.nan), where=array > 0)
