"""Clusters and years as positions and arrays: where a cluster stands in a year."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clusterid.comparison import filled_employment
from clusterid.concentration import fill_withheld
from clusterid.errors import DataWarning, Fault, TableError
from clusterid.tables import Economy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clusterid.clusters import CandidateClusters

__all__ = ["Followed", "Year", "estimated_jobs", "followed", "state", "years_of"]


@dataclass(frozen=True, slots=True)
class Followed:
    """Positions of a cluster's regions and industries in the tables of the years.

    ``incomplete`` where some of them are not in all years.
    """

    name: str
    label: str
    regions: NDArray[np.int64]
    industries: NDArray[np.int64]
    incomplete: bool

    @property
    def inside(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return what cuts the cells of the cluster from a table."""
        return self.regions[:, None], self.industries[None, :]


@dataclass(frozen=True, slots=True)
class _Totals:
    """A table and its sums, each of which is added up once.

    Thousands of clusters share some hundred kinds and regions.
    """

    counts: NDArray[np.float64]
    whole: float
    _industries: dict[bytes, float] = field(default_factory=dict)
    _regions: dict[bytes, float] = field(default_factory=dict)

    def of_industries(self, which: NDArray[np.int64]) -> float:
        """Return the sum over all regions."""
        key = which.tobytes()
        if key not in self._industries:
            self._industries[key] = float(self.counts[:, which].sum())
        return self._industries[key]

    def of_regions(self, where: NDArray[np.int64]) -> float:
        """Return the sum over all industries."""
        key = where.tobytes()
        if key not in self._regions:
            self._regions[key] = float(self.counts[where].sum())
        return self._regions[key]


@dataclass(frozen=True, slots=True)
class Year:
    """One year's table on the regions and industries that all years know.

    ``withheld`` as published, ``jobs`` with withheld cells filled.
    """

    year: int
    withheld: NDArray[np.bool_]
    all_jobs: _Totals
    all_plants: _Totals | None

    @property
    def jobs(self) -> NDArray[np.float64]:
        """Return jobs, regions x industries."""
        return self.all_jobs.counts

    @property
    def plants(self) -> NDArray[np.float64] | None:
        """Return plants, None where they are not counted."""
        return None if self.all_plants is None else self.all_plants.counts

    @property
    def unit(self) -> NDArray[np.float64]:
        """Return what noise is counted in: plants, or jobs without them."""
        return self.jobs if self.plants is None else self.plants


def years_of(
    economies: Mapping[int, Economy],
) -> tuple[list[Year], pd.Index, pd.Index]:
    """Return the years in order, and the regions and industries that all know."""
    names = sorted(economies)
    codes, industries = economies[names[0]].regions, economies[names[0]].industries
    for name in names[1:]:
        codes = codes.intersection(economies[name].regions)
        industries = industries.intersection(economies[name].industries)

    def totals(table: pd.DataFrame) -> _Totals:
        counts = table.loc[codes, industries].to_numpy(dtype=float)
        return _Totals(counts, float(counts.sum()))

    years = []
    for name in names:
        economy = economies[name]
        published, plants = economy.employment, economy.establishments
        years.append(Year(
            name,
            published.loc[codes, industries].isna().to_numpy(),
            totals(estimated_jobs(economy)),
            None if plants is None else totals(plants),
        ))  # fmt: skip
    return years, codes, industries


def estimated_jobs(economy: Economy) -> pd.DataFrame:
    """Return jobs with withheld cells estimated, as clusters are measured.

    A withheld cell is not 0: it lies within its bounds and what published totals leave.
    Where nothing bounds it, it counts nothing; ``share_withheld`` says how many do.
    """
    if not bool(economy.withheld.to_numpy().any()):
        return filled_employment(economy)
    point = fill_withheld(economy, draws=0).point.employment
    return point.fillna(filled_employment(economy))


def followed(
    candidates: CandidateClusters, codes: pd.Index, industries: pd.Index
) -> list[Followed]:
    """Return the clusters of which something is in the tables, by name."""
    row = {code: i for i, code in enumerate(codes)}
    column = {code: i for i, code in enumerate(industries)}
    members, table = candidates.industries, candidates.table.sort_index()
    clusters, lost = [], []
    for name, label, joined in zip(
        table.index, table["label"].tolist(), table["regions"].tolist(), strict=True
    ):
        regions, of = str(joined).split(";"), members[str(name)]
        where = sorted(row[code] for code in regions if code in row)
        which = sorted(column[code] for code in of if code in column)
        if where and which:
            incomplete = len(where) < len(regions) or len(which) < len(of)
            clusters.append(Followed(
                str(name), str(label), np.array(where), np.array(which), incomplete
            ))  # fmt: skip
        else:
            lost.append((str(name), joined))
    if lost:
        fault = Fault(
            "a cluster has no region or no industry that all years know",
            "use years of one vintage of regions and one classification",
            len(lost),
            tuple(lost[:5]),
        )
        if not clusters:
            raise TableError("years to monitor", [fault])
        warnings.warn(
            f"years to monitor: {fault}\n    They are left out.",
            DataWarning,
            stacklevel=3,
        )
    return clusters


def state(year: Year, cluster: Followed) -> dict[str, float]:
    """Return where a cluster stands in a year."""
    inside, totals, plants = cluster.inside, year.all_jobs, year.all_plants
    jobs, hidden = totals.counts[inside], year.withheld[inside]
    own, national = float(jobs.sum()), totals.of_industries(cluster.industries)
    expected = national * (totals.of_regions(cluster.regions) / totals.whole)
    counted = None if plants is None else float(plants.counts[inside].sum())
    return {
        "year": year.year,
        "employment": own,
        "establishments": np.nan if counted is None else counted,
        "lq_jobs": own / expected if expected > 0 else np.nan,
        "lq_plants": np.nan
        if plants is None or counted is None
        else _quotient(counted, plants, cluster),
        "share": own / national if national > 0 else np.nan,
        "share_withheld": float(hidden.mean()),
        "share_imputed": float(jobs[hidden].sum()) / own if own > 0 else 0.0,
    }


def _quotient(own: float, totals: _Totals, cluster: Followed) -> float:
    """Return what is counted in a cluster over what its size lets expect."""
    if not totals.whole > 0:
        return float("nan")
    national = totals.of_industries(cluster.industries)
    expected = national * totals.of_regions(cluster.regions) / totals.whole
    return own / expected if expected > 0 else float("nan")
