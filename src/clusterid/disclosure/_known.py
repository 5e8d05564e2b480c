"""What is withheld in a result, and how much of what it shows is estimated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid.tables import publishable_interval

if TYPE_CHECKING:
    from clusterid.results import Result
    from clusterid.tables import Economy

__all__ = ["Known"]

#: columns that say which cells a row is the sum of
_WHERE = ("cluster", "template", "region", "regions", "industry", "industries", "year")

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Known:
    """The withheld cells of a result and the estimates that stand for them.

    ``economy`` as published (NaN is withheld); ``concentration`` and ``industries``
    say how much of cells and industries is estimated; ``regions`` and ``industries``
    of each cluster, the latter of each template, too; ``counts_plants``: what is being
    published is made of counts of plants.
    """

    economy: Economy
    concentration: pd.DataFrame
    industries: pd.DataFrame
    regions: Mapping[str, list[str]]
    of_kind: Mapping[str, list[str]]
    counts_plants: bool

    @classmethod
    def of(cls, result: Result) -> Known:
        """Return what is withheld and estimated in a result."""
        regions: dict[str, list[str]] = {}
        of_kind: dict[str, list[str]] = {}
        if result.templates is not None:
            labels = result.templates.labels.index
            of_kind = {str(t): result.templates.members(t) for t in labels}
        if result.candidates is not None and "regions" in result.candidates.table:
            joined = result.candidates.table["regions"].astype(str)
            regions = {str(name): codes.split(";") for name, codes in joined.items()}
            of_kind |= result.candidates.industries
        plants = result.economy.establishments
        return cls(
            result.economy,
            result.concentration,
            result.industries,
            regions,
            of_kind,
            plants is not None and bool(plants.notna().all(axis=None)),
        )

    def of_part(self, part: object) -> Known:
        """Return the same for a part that says itself whether it counts plants."""
        params: Any = getattr(part, "params", {})
        for name, plants in (("concept_used", "establishments"), ("counted", "plants")):
            if name in params:
                return replace(self, counts_plants=params[name] == plants)
        return self

    @cached_property
    def withheld(self) -> pd.DataFrame:
        """True where a cell is withheld, regions x industries."""
        return self.economy.withheld

    @cached_property
    def is_whole(self) -> bool:
        """Whether nothing is withheld and nothing is estimated."""
        return not self.withheld.to_numpy().any()

    @cached_property
    def bounds(self) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
        """The source's bounds of the cells; of a withheld one never close together."""
        low, high = self.economy.lower, self.economy.upper
        if low is None or high is None:
            return low, high
        least, most = low.to_numpy(dtype=float), high.to_numpy(dtype=float)
        with np.errstate(invalid="ignore"):
            usual = np.maximum(10.0, 0.2 * np.abs(most))
            narrow = self._held & (most - least < usual)
        if not narrow.any():
            return low, high
        wider = publishable_interval(low.where(narrow, 0.0), high.where(narrow, 0.0))
        return low.where(~narrow, wider[0]), high.where(~narrow, wider[1])

    @cached_property
    def share(self) -> float:
        """Estimated share of all jobs, 0 to 1."""
        if self.is_whole:
            return 0.0
        if {"employment", "share_imputed"} <= set(self.industries.columns):
            jobs = self.industries["employment"].to_numpy(dtype=float)
            part = self.industries["share_imputed"].to_numpy(dtype=float)
            total = np.nansum(jobs)
            if total > 0:
                return float(np.nansum(jobs * part) / total)
        return float(self.withheld.to_numpy().mean())

    @cached_property
    def _shares(self) -> Floats:
        """Estimated share of each cell or of its totals, regions x industries."""
        index, columns = self.withheld.index, self.withheld.columns
        needed = ["region", "industry", "share_imputed"]
        if set(needed) <= set(self.concentration.columns):
            cells = self.concentration[needed].drop_duplicates(needed[:2])
            wide = cells.pivot(
                index="region", columns="industry", values="share_imputed"
            )
            found = wide.reindex(index=index, columns=columns).to_numpy(dtype=float)
        else:
            whole = self.economy.margins
            by_row = self.withheld.mean(axis=1).where(whole.region.isna(), 0.0)
            by_column = self.withheld.mean(axis=0).where(whole.industry.isna(), 0.0)
            found = np.maximum.outer(by_row.to_numpy(), by_column.to_numpy())
        return np.where(self._held, 1.0, np.nan_to_num(found))

    def of_cells(self, frame: pd.DataFrame) -> tuple[Bools, Floats] | None:
        """Return which rows of a table are a withheld cell, and the estimated share.

        Rows are cells by ``region`` and ``industry``, or by ``cluster`` and
        ``industry``: of a cluster's regions, where one withheld cell withholds the sum.
        None where the table has no such rows.
        """
        if "industry" not in frame.columns:
            return None
        if "region" in frame.columns:
            return self._looked_up(frame["region"], frame["industry"])
        if "cluster" not in frame.columns:
            return None
        # one row a region of the cluster, taken together again
        places = [self.regions.get(str(name), []) for name in frame["cluster"]]
        each = pd.Series(places, dtype=object).explode().to_frame("region")
        each = each.join(frame["industry"].reset_index(drop=True))
        hide, share = self._looked_up(each["region"], each["industry"])
        found = pd.DataFrame({"hide": hide, "share": share}, index=each.index)
        found = found.groupby(level=0).max().reindex(range(len(frame)))
        return found["hide"].to_numpy(dtype=bool), found["share"].to_numpy(dtype=float)

    def alone(self, frame: pd.DataFrame, rows: Bools) -> Bools:
        """Return which of some rows are the sum of one withheld cell and no other.

        A cell of which the table itself knows that nothing is there is no company.
        """
        found = np.zeros(len(frame), dtype=bool)
        for i, row in _said(frame, rows):
            at, of = self._block(row)
            if "year" in row:  # which cells another year withholds is not known here
                found[i] = len(at) * len(of) <= 1
            elif len(at) * len(of) <= 1:
                found[i] = True
            else:
                found[i] = self._held[np.ix_(at, of)].sum() <= 1
        return found

    def bound(self, frame: pd.DataFrame, rows: Bools, end: str) -> Floats:
        """Return the source's own lower or upper bound of the sum of some rows.

        NaN where the source gives none.
        """
        found = np.full(len(frame), np.nan)
        bounds = self.bounds[0 if end == "lower" else 1]
        if bounds is not None:
            for i, row in _said(frame, rows):
                at, of = self._block(row)
                if at and of:
                    found[i] = bounds.to_numpy(dtype=float)[np.ix_(at, of)].sum()
        return found

    def _block(self, row: Mapping[Any, Any]) -> tuple[list[int], list[int]]:
        """Return the positions of the cells that a row is the sum of."""
        cluster, template = str(row.get("cluster", "")), str(row.get("template", ""))
        regions = _codes(row, "regions", "region") or self.regions.get(cluster, [])
        industries = _codes(row, "industries", "industry") or self.of_kind.get(
            cluster, self.of_kind.get(template, [])
        )
        if not regions and "industry" in row:
            regions = list(self._rows)
        return (
            [self._rows[code] for code in regions if code in self._rows],
            [self._columns[code] for code in industries if code in self._columns],
        )

    @cached_property
    def _held(self) -> Bools:
        return self.withheld.to_numpy(dtype=bool)

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {str(code): i for i, code in enumerate(self.withheld.index)}

    @cached_property
    def _columns(self) -> dict[str, int]:
        return {str(code): j for j, code in enumerate(self.withheld.columns)}

    def _looked_up(
        self, regions: pd.Series, industries: pd.Series
    ) -> tuple[Bools, Floats]:
        rows = self.withheld.index.astype(str).get_indexer(
            pd.Index(regions.astype(str))
        )
        columns = self.withheld.columns.astype(str).get_indexer(
            pd.Index(industries.astype(str))
        )
        known = (rows >= 0) & (columns >= 0)
        held = self._held[rows, columns]
        share = self._shares[rows, columns]
        return known & held, np.where(known, share, 0.0)


def _said(frame: pd.DataFrame, rows: Bools) -> Iterator[tuple[int, dict[Any, Any]]]:
    """Yield the position of some rows, and what each says of its cells."""
    plain = pd.DataFrame(frame[[c for c in _WHERE if c in frame.columns]])
    if frame.index.name == "cluster" and "cluster" not in plain:
        plain = plain.assign(cluster=frame.index)
    columns = {name: plain[name].tolist() for name in plain.columns}
    for i in np.flatnonzero(rows).tolist():
        yield i, {name: values[i] for name, values in columns.items()}


def _codes(row: Mapping[Any, Any], joined: str, single: str) -> list[str]:
    """Return the codes of a row, none where it does not say."""
    for name in (joined, single):
        value = row.get(name)
        if isinstance(value, str) and value:
            return value.split(";") if name == joined else [value]
    return []
