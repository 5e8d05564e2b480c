"""Counts and expectations of groups by region, withheld cells kept apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid.errors import Fault, TableError
from clusterid.statistics import over_positive
from clusterid.tables import Economy

__all__ = [
    "Dartboard", "Shares", "group_shares", "group_weights", "point_employment",
]  # fmt: skip

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shares:
    """What is observed and expected of groups, regions x groups.

    ``observed`` and ``expected`` are summed over the cells that are known, so that a
    withheld cell is missing on both sides; ``scale`` is the weighted counts' variance
    over their mean (1 for weights 0 and 1), by group; ``withheld`` the share of the
    expectation that stands in withheld cells.
    """

    observed: Floats
    expected: Floats
    scale: Floats
    withheld: Floats


@dataclass(frozen=True, slots=True)
class Dartboard:
    """Every industry thrown on the regions by their size, as far as it is known.

    ``known`` and ``filled`` (0 where withheld) are regions x industries; ``size`` by
    region; ``rate`` by industry: its known total over the size of all regions where it
    is known.
    """

    known: npt.NDArray[np.bool_]
    filled: Floats
    size: Floats
    rate: Floats

    @classmethod
    def of(cls, table: pd.DataFrame, size: pd.Series | None = None) -> Self:
        """Return the dartboard of a table; its size by default the sums of its rows."""
        values = table.to_numpy(dtype=float)
        known = np.isfinite(values)
        filled = np.where(known, values, 0.0)
        total = filled.sum(axis=1) if size is None else size.to_numpy(dtype=float)
        total = np.where(np.isfinite(total), total, 0.0)
        rate = over_positive(filled.sum(axis=0), known.T @ total, otherwise=0.0)
        return cls(known, filled, total, rate)

    @property
    def expected(self) -> Floats:
        """What is expected of every cell that is known, regions x industries."""
        return self.size[:, None] * self.known * self.rate


def group_weights(groups: pd.DataFrame, industries: pd.Index) -> pd.DataFrame:
    """Return the weights industry x group, checked and aligned to the economy."""
    faults = []
    values = groups.astype(float)
    index = values.index.astype(str)
    values = values.set_axis(index).set_axis(values.columns.astype(str), axis=1)
    if values.index.has_duplicates:
        twice = sorted(set(values.index[values.index.duplicated()]))
        faults.append(
            Fault(
                "an industry stands twice",
                "keep one row an industry",
                len(twice),
                tuple((c, c) for c in twice[:5]),
            )
        )
    outside = np.argwhere(((values < 0) | (values > 1)).to_numpy())
    if len(outside):
        rows = tuple(
            (f"{values.index[i]} / {values.columns[j]}", values.iloc[i, j])
            for i, j in outside[:5]
        )
        faults.append(
            Fault("a weight lies outside 0..1", "rescale it", len(outside), rows)
        )
    if not faults and not values.index.intersection(industries).size:
        faults.append(
            Fault(
                "no industry of the groups is in the economy "
                f"(groups: {', '.join(values.index[:3])}; "
                f"economy: {', '.join(industries[:3])})",
                "use the same classification and level, or a correspondence",
            )
        )
    if faults:
        raise TableError("groups", faults)
    return values.reindex(industries).fillna(0.0)


def point_employment(
    economy: Economy, imputed: pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return employment with bounded cells at their midpoint, and what is imputed."""
    employment = economy.employment
    marks = pd.DataFrame(False, index=employment.index, columns=employment.columns)
    if imputed is not None:
        marks = (
            imputed
            .reindex(index=employment.index, columns=employment.columns)
            .fillna(False)
            .astype(bool)
        )
    if economy.lower is not None and economy.upper is not None:
        middle = (economy.lower + economy.upper) / 2
        fill = employment.isna() & np.isfinite(middle)
        employment = employment.where(~fill, middle)
        marks = marks | fill
    return employment, marks


def group_shares(
    table: pd.DataFrame, weights: pd.DataFrame, size: pd.Series | None = None
) -> Shares:
    """Return observed and expected sums of groups by region.

    The expectation of a cell is the industry's known total times the region's share
    in the size of all regions where the industry is known.

    Parameters
    ----------
    table : DataFrame, regions x industries
        Counts or jobs; NaN is withheld.
    weights : DataFrame, industries x groups
        0..1, aligned to the columns of the table.
    size : Series by region, optional
        What the dartboard is made of; by default the row sums over known cells.
    """
    board = Dartboard.of(table, size)
    known, total, rate = board.known, board.size, board.rate
    w = weights.to_numpy(dtype=float)
    industry = board.filled.sum(axis=0)
    all_cells = total[:, None] * (rate @ w)[None, :]
    # added up, not subtracted: what is known must leave exactly nothing
    hidden = total[:, None] * (~known @ (rate[:, None] * w))
    return Shares(
        observed=board.filled @ w,
        expected=total[:, None] * (known @ (rate[:, None] * w)),
        scale=over_positive(industry @ (w * w), industry @ w, otherwise=1.0),
        withheld=np.clip(over_positive(hidden, all_cells, otherwise=0.0), 0.0, 1.0),
    )
