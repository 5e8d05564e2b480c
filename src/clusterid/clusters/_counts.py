"""Counts and expectations of groups by region, withheld cells kept apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid.errors import Fault, TableError
from clusterid.tables import Economy

__all__ = ["Shares", "group_shares", "group_weights", "point_employment"]

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
    values = table.to_numpy(dtype=float)
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)
    total = filled.sum(axis=1) if size is None else size.to_numpy(dtype=float)
    total = np.where(np.isfinite(total), total, 0.0)
    w = weights.to_numpy(dtype=float)
    industry = filled.sum(axis=0)
    reach = known.T @ total
    rate = np.divide(industry, reach, out=np.zeros_like(industry), where=reach > 0)
    observed = filled @ w
    expected = total[:, None] * (known @ (rate[:, None] * w))
    all_cells = total[:, None] * (rate @ w)[None, :]
    # added up, not subtracted: what is known must leave exactly nothing
    hidden = total[:, None] * (~known @ (rate[:, None] * w))
    missing = np.divide(
        hidden,
        all_cells,
        out=np.zeros_like(all_cells),
        where=all_cells > 0,
    )
    first, second = industry @ w, industry @ (w * w)
    scale = np.divide(second, first, out=np.ones_like(first), where=first > 0)
    return Shares(observed, expected, scale, np.clip(missing, 0.0, 1.0))
