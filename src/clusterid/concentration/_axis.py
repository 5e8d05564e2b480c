"""An employment table read by industry or by region, checked and in a fixed order."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._faults import faults_of, refuse
from clusterid.concentration._given import given_numbers
from clusterid.errors import DataWarning, Fault, check_option
from clusterid.tables import checked_wide, margins

__all__ = [
    "Array", "Axis", "Oriented", "Reasons", "oriented", "reference_shares",
    "say_withheld", "shares_and_reasons", "tidy_cells",
]  # fmt: skip

Array = NDArray[np.float64]
Reasons = NDArray[np.object_]
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

    def reasons(self, *, reference: bool = True) -> Reasons:
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
        reasons: Reasons | None = None,
    ) -> pd.Series:
        """Label one value a column; reasons of NaN go to ``attrs["reasons"]``."""
        why = self.reasons(reference=reference) if reasons is None else reasons
        values = np.where(why == "", values, np.nan)
        result = pd.Series(values, index=self.index, name=name, dtype=float)
        if not self.order.equals(self.columns):
            result = result.reindex(self.order.rename(self.axis))
        result.attrs["reasons"] = self._named(why)
        return result

    def frame(
        self,
        columns: Mapping[str, Array],
        reasons: Reasons,
        *,
        known: NDArray[np.bool_] | None = None,
        given: Mapping[str, Array] | None = None,
    ) -> pd.DataFrame:
        """Label several values a column; ``reason`` stands last.

        ``columns`` are NaN where ``known``, by default no reason, does not hold;
        ``given`` stand as they are.
        """
        valid = reasons == "" if known is None else known
        values = {name: np.where(valid, v, np.nan) for name, v in columns.items()}
        frame = pd.DataFrame({**values, **(given or {})}, index=self.index)
        frame["reason"] = pd.Series(reasons, index=frame.index, dtype="str")
        return frame.reindex(self.order.rename(self.axis))

    def square(self, values: Array, reasons: Reasons) -> pd.DataFrame:
        """Label one value a pair of columns; NaN where either has a reason."""
        missing = reasons != ""
        if missing.any():
            values[missing, :] = np.nan
            values[:, missing] = np.nan
        result = pd.DataFrame(values, index=self.index, columns=self.index, copy=False)
        if not self.order.equals(self.columns):
            order = self.order.rename(self.axis)
            result = result.reindex(index=order, columns=order)
        result.attrs["reasons"] = self._named(reasons)
        return result

    @property
    def index(self) -> pd.Index:
        """The codes of the columns, named after what they are."""
        return self.columns.rename(self.axis)

    def _named(self, reasons: Reasons) -> dict[str, str]:
        pairs = zip(self.columns, reasons, strict=True)
        return {str(code): str(word) for code, word in pairs if word}


def say_withheld(values: Array, *, stacklevel: int) -> None:
    """Warn of withheld cells where no totals are given: sums with them are unknown."""
    hidden = np.isnan(values)
    rows, columns = int(hidden.any(axis=1).sum()), int(hidden.any(axis=0).sum())
    warnings.warn(
        f"{hidden.sum()} of {hidden.size} cells are withheld, in {rows} of "
        f"{len(values)} regions and {columns} of {values.shape[1]} industries, and no "
        "totals are given: what rests on a sum with them is NaN, with its reason. Give "
        "totals= (published totals), or a draw of fill_withheld().",
        DataWarning,
        stacklevel=stacklevel,
    )


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
    rows, columns, order = table.index, table.columns, given.columns
    if totals is None and not is_complete:
        say_withheld(values, stacklevel=5)
    if axis == "region":
        values, order = values.T, given.index
        rows, columns = columns, rows
        by_region, by_industry = by_industry, by_region
    return Oriented(
        values, rows, columns, by_industry, by_region, total, order, axis, is_complete
    )


def reference_shares(
    data: Oriented, reference: str | pd.Series, offered: tuple[str, ...]
) -> Array:
    """Return the shares a column is held against: n_rows x 1 or n_rows x n_columns.

    ``"total"``: the margin, the column itself included; ``"rest"``: the margin
    without the column; ``"uniform"``: the same for every row; a Series: its shares.
    """
    if isinstance(reference, pd.Series):
        aligned = given_numbers(reference, data.rows, name="reference")
        faults = faults_of(
            "codes of the employment table have no reference value",
            "give one value for each; 0 is allowed",
            data.rows.difference(reference.index),
            ...,
        )
        if (aligned < 0).any():
            faults.append(Fault("a reference value is negative", "correct it"))
        refuse("reference", faults)
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


def shares_and_reasons(
    data: Oriented, reference: pd.Series | None
) -> tuple[Array, Reasons]:
    """Return the shares of the rows in the reference, and why a column has no value.

    Without a reference it is everything, and a withheld margin hides all columns.
    """
    if reference is None:
        return data.reference, data.reasons()
    shares = reference_shares(data, reference, ())[:, 0]
    return shares, data.reasons(reference=False)


def tidy_cells(
    regions: pd.Index,
    industries: pd.Index,
    columns: Mapping[str, NDArray[Any]],
    *,
    words: tuple[str, ...] = ("reason",),
) -> pd.DataFrame:
    """Return arrays of regions x industries as one row a cell; ``words`` are text."""
    frame = pd.DataFrame({
        "region": np.repeat(regions.to_numpy(), len(industries)),
        "industry": np.tile(industries.to_numpy(), len(regions)),
        **{name: values.ravel() for name, values in columns.items()},
    })
    for name in words:
        frame[name] = frame[name].astype("str")
    return frame
