"""Plants and jobs of kinds by region, observed and expected: what is asked about."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid.clusters._counts import group_shares, point_employment
from clusterid.clusters._sizes import region_sizes
from clusterid.statistics import over_positive
from clusterid.tables import Economy

__all__ = ["Counted", "Table", "counted_kinds", "table_of"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Table:
    """One year, as every question reads it.

    ``employment`` with withheld cells at a point inside their bounds, ``imputed``
    which those are, ``size`` the jobs of a region; ``plants`` None where none are
    counted; ``draws`` (draws x regions x industries) of withheld cells, if any.
    """

    economy: Economy
    employment: pd.DataFrame
    imputed: pd.DataFrame
    size: pd.Series
    plants: pd.DataFrame | None
    draws: Floats | None


def table_of(
    economy: Economy, imputed: pd.DataFrame | None = None, draws: Floats | None = None
) -> Table:
    """Return the table of an economy; withheld cells stand where their bounds allow."""
    employment, marks = point_employment(economy, imputed)
    plants = economy.establishments
    if plants is not None and not plants.notna().to_numpy().any():
        plants = None
    size = region_sizes(economy, employment)
    return Table(economy, employment, marks, size, plants, draws)


@dataclass(frozen=True, slots=True)
class Counted:
    """Plants and jobs of kinds, regions x kinds; withheld cells are on neither side.

    ``plants``, ``expected`` (by the region's share of all plants) and ``total`` (by
    kind) are NaN where no plants are counted. ``jobs`` and ``expected_jobs``;
    ``low_jobs`` and ``high_jobs`` between what withheld cells leave them; ``withheld``
    the share of the expected jobs that is not known at all. ``spread`` is the variance
    of a weighted count over its mean (1 for whole industries); ``is_empty`` by region
    whether it has no jobs at all.
    """

    weights: pd.DataFrame
    plants: Floats
    expected: Floats
    total: Floats
    jobs: Floats
    expected_jobs: Floats
    low_jobs: Floats
    high_jobs: Floats
    withheld: Floats
    spread: Floats
    is_empty: npt.NDArray[np.bool_]

    @property
    def has_plants(self) -> bool:
        """Whether plants are counted at all."""
        return bool(np.isfinite(self.total).any())

    @property
    def lq_plants(self) -> Floats:
        """Plants over expected plants; NaN where none are expected."""
        return over_positive(self.plants, self.expected)

    @property
    def lq_jobs(self) -> Floats:
        """Jobs over expected jobs; NaN where none are expected."""
        return over_positive(self.jobs, self.expected_jobs)


def counted_kinds(table: Table, weights: pd.DataFrame) -> Counted:
    """Return plants and jobs of the kinds (industries x kinds, 0..1)."""
    jobs = group_shares(table.employment, weights, table.size)
    shape = jobs.observed.shape
    unknown = np.full(shape, np.nan)
    plants, expected, total, spread = unknown, unknown, np.full(shape[1], np.nan), None
    if table.plants is not None:
        counts = group_shares(table.plants, weights)
        known = counts.withheld < 1
        plants = np.where(known, counts.observed, np.nan)
        expected = np.where(known, counts.expected, np.nan)
        total = counts.observed.sum(axis=0)
        spread = counts.scale
    low, high = _ends(table, weights, jobs.observed)
    hidden = jobs.withheld >= 1
    return Counted(
        weights,
        plants,
        expected,
        total,
        np.where(hidden, np.nan, jobs.observed),
        np.where(hidden, np.nan, jobs.expected),
        np.where(hidden, np.nan, low),
        np.where(hidden, np.nan, high),
        jobs.withheld,
        np.ones(shape[1]) if spread is None else spread,
        ~(table.size.to_numpy(dtype=float) > 0),
    )


#: Quantiles of the draws between which the jobs of withheld cells are said to lie.
ENDS = (0.05, 0.95)


def _ends(table: Table, weights: pd.DataFrame, point: Floats) -> tuple[Floats, Floats]:
    """Return between what the jobs of kinds lie: by draws, else by the bounds."""
    w = weights.to_numpy(dtype=float)
    low, high = point.copy(), point.copy()
    marks = table.imputed.to_numpy(dtype=float)
    if not marks.any():
        return low, high
    rows, kinds = np.nonzero(marks @ (w > 0))
    if table.draws is not None:
        drawn = np.stack([draw @ w for draw in table.draws])[:, rows, kinds]
        ends = np.quantile(drawn, ENDS, axis=0)
        low[rows, kinds] = np.fmin(ends[0], point[rows, kinds])
        high[rows, kinds] = np.fmax(ends[1], point[rows, kinds])
        return low, high
    values = np.nan_to_num(table.employment.to_numpy(dtype=float))
    # a cell that was filled in without bounds may be empty; above it nothing is known
    ends = (table.economy.lower, 0.0, low), (table.economy.upper, values, high)
    for edge, otherwise, out in ends:
        cells = np.where(marks > 0, otherwise, values)
        if edge is not None:
            known = edge.reindex_like(table.employment).to_numpy(dtype=float)
            cells = np.where((marks > 0) & np.isfinite(known), known, cells)
        out[rows, kinds] = (cells @ w)[rows, kinds]
    return np.minimum(low, point), np.maximum(high, point)
