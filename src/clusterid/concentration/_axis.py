"""An employment table read by industry or by region, checked and in a fixed order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid.concentration._given import given_numbers
from clusterid.errors import Fault, TableError, check_option
from clusterid.tables import checked_wide, margins

__all__ = ["Array", "Axis", "Oriented", "oriented", "reference_shares"]

Array = NDArray[np.float64]
Axis = Literal["industry", "region"]
AXES = ("industry", "region")


@dataclass(frozen=True, slots=True)
class Oriented:
    """A table with what is measured in columns and where it is spread in rows.

    ``axis="industry"``: columns are industries, rows regions (concentration).
    ``axis="region"``: columns are regions, rows industries (specialisation).

    Parameters
    ----------
    values : array, n_rows x n_columns
        Employment, sorted by code on both axes; NaN is withheld.
    rows, columns : Index
        Sorted codes.
    column_totals, row_totals : arrays
        Margins; NaN where a withheld cell enters and no total is published.
    total : float
        Grand total.
    order : Index
        Codes of the columns in the order they were given.
    axis : str
        ``"industry"`` or ``"region"``: what stands in the columns.
    is_complete : bool
        No cell is withheld.
    """

    values: Array
    rows: pd.Index
    columns: pd.Index
    column_totals: Array
    row_totals: Array
    total: float
    order: pd.Index
    axis: Axis
    is_complete: bool

    @property
    def shares(self) -> Array:
        """Shares of each column's total (s_ij of an industry, w_ij of a region)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            shares: Array = self.values / self.column_totals
        return shares

    @property
    def reference(self) -> Array:
        """Shares of the row totals in the grand total (x_j, or w_i)."""
        if not self.total > 0:
            return np.full(len(self.rows), np.nan)
        return self.row_totals / self.total

    def reasons(self, *, reference: bool = True) -> NDArray[np.object_]:
        """Why a column has no value: a code, or ``""`` where nothing is missing."""
        reason = np.full(len(self.columns), "", dtype=object)
        if reference and not (np.isfinite(self.row_totals).all() and self.total > 0):
            reason[:] = "reference_withheld"
        if not self.is_complete:
            withheld = np.isnan(self.values).any(axis=0)
            reason[withheld | np.isnan(self.column_totals)] = "withheld"
        empty = "industry_absent" if self.axis == "industry" else "region_empty"
        reason[self.column_totals == 0] = empty
        return reason

    def series(
        self,
        values: Array,
        name: str,
        *,
        reference: bool = True,
        reasons: NDArray[np.object_] | None = None,
    ) -> pd.Series:
        """Label one value a column; reasons of NaN go to ``attrs["reasons"]``."""
        why = self.reasons(reference=reference) if reasons is None else reasons
        values = np.where(why == "", values, np.nan)
        index = self.columns.rename(self.axis)
        result = pd.Series(values, index=index, name=name, dtype=float)
        if not self.order.equals(self.columns):
            result = result.reindex(self.order.rename(self.axis))
        result.attrs["reasons"] = {
            str(code): str(word)
            for code, word in zip(self.columns, why, strict=True)
            if word
        }
        return result


def oriented(
    employment: pd.DataFrame,
    *,
    axis: Axis = "industry",
    totals: pd.DataFrame | None = None,
) -> Oriented:
    """Check, sort and turn an employment table; see :class:`Oriented`."""
    check_option("axis", axis, AXES)
    given = checked_wide(employment)
    table = given
    if not table.index.is_monotonic_increasing:
        table = table.sort_index()
    if not table.columns.is_monotonic_increasing:
        table = table.sort_index(axis=1)
    if totals is None:
        values = table.to_numpy()
        by_region, by_industry = values.sum(axis=1), values.sum(axis=0)
        total = float(by_region.sum())
    else:
        margin = margins(table, totals)
        by_region, by_industry = margin.region.to_numpy(), margin.industry.to_numpy()
        total = margin.total
        values = table.to_numpy()
    is_complete = not np.isnan(values.sum() if totals is not None else total)
    if axis == "industry":
        return Oriented(
            values,
            table.index,
            table.columns,
            by_industry,
            by_region,
            total,
            given.columns,
            axis,
            is_complete,
        )
    return Oriented(
        values.T,
        table.columns,
        table.index,
        by_region,
        by_industry,
        total,
        given.index,
        axis,
        is_complete,
    )


def reference_shares(
    data: Oriented, reference: str | pd.Series, offered: tuple[str, ...]
) -> Array:
    """Return the shares a column is held against: n_rows x 1 or n_rows x n_columns.

    ``"total"``: the margin, the column itself included; ``"rest"``: the margin
    without the column; ``"uniform"``: the same for every row; a Series: its shares.
    """
    if isinstance(reference, pd.Series):
        missing = data.rows.difference(reference.index)
        aligned = given_numbers(reference, data.rows, name="reference")
        faults = []
        if len(missing):
            rows = tuple((code, code) for code in missing[:5])
            faults.append(
                Fault(
                    "codes of the employment table have no reference value",
                    "give one value for each; 0 is allowed",
                    len(missing),
                    rows,
                )
            )
        if (aligned < 0).any():
            faults.append(Fault("a reference value is negative", "correct it"))
        if faults:
            raise TableError("reference", faults)
        shares: Array = (aligned / aligned.sum())[:, None]
        return shares
    check_option("reference", reference, offered)
    n = len(data.rows)
    if reference == "uniform":
        return np.full((n, 1), 1.0 / n)
    if reference == "total":
        return data.reference[:, None]
    rest = data.row_totals[:, None] - data.values
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = rest / (data.total - data.column_totals)
    return shares
