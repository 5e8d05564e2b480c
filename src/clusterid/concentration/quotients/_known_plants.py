"""What is known of the plants of an economy: counts, sizes, the plant Herfindahl."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._faults import (
    faults_at,
    faults_in_rows,
    faults_of,
    refuse,
)
from clusterid.concentration._given import given_numbers
from clusterid.concentration.quotients._location_quotient import checked_employment
from clusterid.errors import DataWarning, Fault

__all__ = ["KnownPlants", "known_plants", "sorted_codes"]

Matrix = NDArray[np.float64]
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class KnownPlants:
    """What is known of plants, in the order of a sorted table.

    Parameters
    ----------
    counts : array, n_regions x n_industries
        Plants; NaN where unknown.
    n_industry : array, n_industries
        Plants of the industry; NaN where unknown.
    median_size : array, n_industries
        Jobs of the median plant, of the mean plant where sizes are not known.
    herfindahl : (lower, upper) arrays, or None
        Of plant shares.
    sizes : mapping of industry to sorted array, or None
        Jobs of every plant.
    """

    counts: Matrix
    n_industry: Matrix
    median_size: Matrix
    herfindahl: tuple[Matrix, Matrix] | None = None
    sizes: Mapping[str, Matrix] | None = None

    def ways(self) -> Iterator[str]:
        """Yield the tests that this allows, the best first."""
        if bool(np.isfinite(self.counts).any()):
            yield "count"
        if self.sizes is not None:
            yield "monte_carlo"
        if self.herfindahl is not None:
            yield "herfindahl"
            yield "z"


def sorted_codes(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its codes as text and in their order."""
    table = table.rename(index=str, columns=str)
    table = table.sort_index().sort_index(axis=1)
    return table.rename_axis(index="region", columns="industry")


def known_plants(
    table: pd.DataFrame,
    establishments: pd.DataFrame | None,
    plants: pd.DataFrame | None,
    herfindahl: pd.Series | pd.DataFrame | None,
) -> KnownPlants:
    """Return all that the inputs of a test say of plants, checked."""
    unknown = np.full(table.shape[1], np.nan)
    known = KnownPlants(np.full(table.shape, np.nan), unknown, unknown)
    if plants is not None:
        known = _from_plants(_checked_plants(plants, table), table, known)
    if establishments is not None:
        named = checked_employment(establishments, name="establishments")
        counts = _aligned(sorted_codes(named), table).to_numpy(dtype=float)
        _warn_of_jobs_without_plants(table, counts)
        # of an industry that is counted in some regions, those are all there is
        counted = ~np.isnan(counts)
        n_industry = np.where(counted.any(axis=0), np.nansum(counts, axis=0), np.nan)
        jobs = table.where(counted).sum(axis=0, skipna=True).to_numpy()
        unknown = (table.isna().to_numpy() & counted).any(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(unknown, np.nan, jobs) / n_industry
        size = np.where(np.isnan(known.median_size), mean, known.median_size)
        known = replace(known, counts=counts, n_industry=n_industry, median_size=size)
    if herfindahl is not None:
        interval = _interval(herfindahl, table.columns)
        known = replace(known, herfindahl=interval)
        if establishments is None and plants is None:
            single = np.where(interval[0] >= 1.0, 1.0, known.n_industry)
            known = replace(known, n_industry=single)
    return known


def _warn_of_jobs_without_plants(table: pd.DataFrame, counts: Matrix) -> None:
    """Warn of cells that have jobs and no plant: one of the two is wrong."""
    odd = np.argwhere((table.to_numpy(dtype=float) > 0) & (counts == 0))
    if not len(odd):
        return
    shown = ", ".join(f"{table.index[i]}/{table.columns[j]}" for i, j in odd[:_SHOWN])
    noun = "cell has" if len(odd) == 1 else "cells have"
    warnings.warn(
        f"{len(odd)} {noun} jobs and no plant ({shown}"
        f"{', ...' if len(odd) > _SHOWN else ''}): small counts may be left out of the "
        "source. They are taken as counted; where they are unknown, give NaN.",
        DataWarning,
        stacklevel=5,
    )


def _from_plants(
    frame: pd.DataFrame, table: pd.DataFrame, known: KnownPlants
) -> KnownPlants:
    grouped = frame.groupby("industry", sort=True)["employment"]
    sizes = {str(code): np.sort(s.to_numpy(dtype=float)) for code, s in grouped}

    def by_industry(values: Mapping[str, float]) -> Matrix:
        return np.array([values.get(c, np.nan) for c in table.columns], dtype=float)

    h = by_industry({c: float(((z / z.sum()) ** 2).sum()) for c, z in sizes.items()})
    counts = known.counts
    if "region" in frame.columns:
        cross = frame.groupby(["region", "industry"]).size().unstack(fill_value=0)
        cross = cross.reindex(table.index, columns=table.columns, fill_value=0)
        counts = cross.to_numpy(dtype=float)
    return KnownPlants(
        counts,
        by_industry({c: len(z) for c, z in sizes.items()}),
        by_industry({c: float(np.median(z)) for c, z in sizes.items()}),
        (h, h),
        sizes,
    )


def _aligned(other: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    faults: list[Fault] = []
    mend = "give both tables the same codes; 0 where there is no plant"
    for noun, wanted, given in (
        ("region", table.index, other.index),
        ("industry", table.columns, other.columns),
    ):
        rule = f"a {noun} of employment is not in establishments"
        faults += faults_of(rule, mend, wanted.difference(given))
    refuse("establishments", faults)
    return other.reindex(index=table.index, columns=table.columns)


def _checked_plants(plants: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    have = f"; there are {', '.join(map(str, plants.columns))}"
    missing = [c for c in ("industry", "employment") if c not in plants.columns]
    rule = f"columns {', '.join(missing)} are missing{have}"
    refuse("plants", [Fault(rule, "rename them")] if missing else [])
    frame = plants.copy()
    frame["industry"] = frame["industry"].astype(str)
    jobs = frame["employment"]
    faults = faults_in_rows(
        "a plant has no positive employment",
        "drop plants without jobs",
        ~(jobs.to_numpy(dtype=float) > 0),
        jobs,
    )
    if "region" in frame.columns:
        region = frame["region"] = frame["region"].astype(str)
        rule = "a plant's region is not in employment"
        lost = ~region.isin(table.index).to_numpy()
        faults += faults_in_rows(rule, "use the same codes", lost, region)
    refuse("plants", faults)
    return frame[frame["industry"].isin(table.columns)]


def _interval(
    h: pd.Series | pd.DataFrame, industries: pd.Index
) -> tuple[Matrix, Matrix]:
    name = "plant_herfindahl"
    frame = h.to_frame("lower").assign(upper=h) if isinstance(h, pd.Series) else h
    frame = frame.rename(index=str)
    if not {"lower", "upper"} <= set(frame.columns):
        refuse(name, [Fault("columns lower and upper are missing", "name them so")])
    low, high = (
        given_numbers(frame[c], industries, name=name) for c in ("lower", "upper")
    )
    wrong = (low <= 0) | (high > 1 + 1e-12) | (low > high + 1e-12)
    rule = "a plant Herfindahl lies outside 0 < lower <= upper <= 1"
    pairs = list(zip(low, high, strict=True))
    refuse(name, faults_at(rule, "correct it", wrong, industries, pairs))
    return low, high
