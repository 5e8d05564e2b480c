"""A table as it may leave: undeclared columns dropped, cells blank, sums on a grid."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._columns import Column, Kind, Table
from clusterid.disclosure._known import Known
from clusterid.disclosure._rounding import (
    absolute_step,
    grid_step,
    on_step,
    one_digit,
    part_step,
    tail_rounded,
)

__all__ = ["published_table"]

Floats = NDArray[np.float64]

#: Jobs; the finest step to which a sum with an estimate is rounded.
_LEAST_STEP = 10.0
_ROUNDED = (Kind.SUM, Kind.RATIO, Kind.MODEL)


def published_table(
    frame: pd.DataFrame, declared: Table, known: Known, lost: list[str], name: str
) -> pd.DataFrame:
    """Return a table as it may be published; names of what is dropped go to ``lost``.

    Parameters
    ----------
    frame : DataFrame
    declared : Table
        What its columns are.
    known : Known
        What is withheld and estimated.
    lost : list of str
        Taken up: names of columns that nothing declares.
    name : str
        Of the table, put before them.
    """
    out = _declared_alone(frame, declared, lost, name)
    if known.is_whole or not len(out):
        return out
    rows = _Rows.of(out, declared, known)
    changed: dict[str, Floats] = {}
    for column in out.columns:
        what = declared.of(column)
        if what is None or column == "geometry":
            continue
        values = rows.published(str(column), what)
        if values is not None:
            changed[str(column)] = values
    if not changed:
        return out
    return out.assign(**changed)


def _declared_alone(
    frame: pd.DataFrame, declared: Table, lost: list[str], name: str
) -> pd.DataFrame:
    """Return the columns and ``attrs`` that are declared."""
    unknown = [
        column
        for column in frame.columns
        if declared.of(column) is None or _is_private(declared.of(column))
    ]
    lost += [f"{name}.{c}" for c in unknown if declared.of(c) is None]
    strange = [key for key in frame.attrs if str(key) not in declared.attrs]
    lost += [f"{name}.attrs[{key}]" for key in strange]
    if not unknown and not strange:
        return frame
    out = frame.drop(columns=unknown)
    out.attrs = {k: v for k, v in frame.attrs.items() if k not in strange}
    return out


def _is_private(column: Column | None) -> bool:
    return column is not None and column.kind is Kind.PRIVATE


@dataclass(slots=True)
class _Rows:
    """The rows of a table: which are withheld cells, how much of each is estimated."""

    frame: pd.DataFrame
    declared: Table
    known: Known
    is_cell: bool
    hidden: NDArray[np.bool_]
    totals: Floats
    counted: NDArray[np.bool_]
    steps: dict[str, Floats] = field(default_factory=dict)
    lone: dict[tuple[str, ...], NDArray[np.bool_]] = field(default_factory=dict)

    @classmethod
    def of(cls, frame: pd.DataFrame, declared: Table, known: Known) -> _Rows:
        cells = None
        kinds = {column.kind for column in declared.columns.values()}
        if Kind.CELL in kinds:
            cells = known.of_cells(frame)
        nothing = np.zeros(len(frame), dtype=bool)
        hidden, totals = cells if cells is not None else (nothing, np.zeros(len(frame)))
        counted = np.full(len(frame), known.counts_plants)
        if declared.counted_by is not None and declared.counted_by[0] in frame:
            by, value = declared.counted_by
            counted = frame[by].eq(value).to_numpy(dtype=bool)
        return cls(frame, declared, known, cells is not None, hidden, totals, counted)

    def published(self, name: str, what: Column) -> Floats | None:
        """Return the values of a column as published; None where they stay."""
        if what.kind is Kind.CELL:
            return self._of_cells(name, what)
        if what.kind not in _ROUNDED:
            return None
        values = self._numbers(name)
        if what.is_share:
            return one_digit(values)
        lone = self._alone(what)
        if what.is_tail:
            return np.where(lone, np.nan, tail_rounded(values, self._share(what)))
        step = self._step(name, what)
        if not (step > 0).any() and not lone.any():
            return None
        rounded = on_step(values, step, what.end)
        if what.is_over_totals:
            rounded = self._inside(name, rounded, step > 0)
        if what.kind is Kind.SUM and not what.like and not what.end:
            # a few jobs are not none
            rounded = np.where((rounded == 0) & (values > 0), step, rounded)
        rounded[lone] = np.nan
        if what.kind is Kind.SUM and what.end and lone.any():
            # of one withheld cell the bounds that its source gives, and no closer ones
            bound = self.known.bound(self.frame, lone, what.end)
            rounded[lone] = bound[lone]
        return rounded

    def _alone(self, what: Column) -> NDArray[np.bool_]:
        """Return rows in which a column is an estimate of one withheld cell."""
        stays = what.is_of_all or what.is_over_totals
        stays |= (what.is_counted or what.is_or_plants) and self.known.counts_plants
        if stays or not set(what.shares) & set(self.frame.columns):
            return np.zeros(len(self.frame), dtype=bool)
        if what.shares not in self.lone:
            whole = self._share(replace(what, is_counted=False)) >= len(what.shares)
            self.lone[what.shares] = self.known.alone(self.frame, whole)
        return self.lone[what.shares]

    def _numbers(self, name: str) -> Floats:
        return pd.to_numeric(self.frame[name], errors="coerce").to_numpy(
            dtype=float, copy=True
        )

    def _of_cells(self, name: str, what: Column) -> Floats | None:
        """Return a column of cells: no value of a withheld one; bounds stay."""
        if what.end or not self.is_cell:
            return None
        values = self._numbers(name)
        if what.is_tail:
            values = tail_rounded(values, self._share(what))
        elif what.is_over_totals:
            step = self._step(name, what)
            values = self._inside(name, on_step(values, step), step > 0)
        values[self.hidden] = np.nan
        return values

    def _share(self, what: Column) -> Floats:
        """Return the estimated share of every row of a column, 0 where none is."""
        share = np.zeros(len(self.frame))
        for source in what.shares:
            if source in self.frame.columns:
                share += np.nan_to_num(self._numbers(source))
        if what.is_over_totals:
            # a share of 1 is a withheld cell, which has no value to round
            share = np.maximum(share, self.totals)
            share[self.hidden | (share >= 1)] = 0.0
        if what.is_of_all:
            share = np.maximum(share, self.known.share)
        return np.where(self.counted, 0.0, share) if what.is_counted else share

    def _step(self, name: str, what: Column) -> Floats:
        """Return the step of every row of a column; 0 where it is not rounded."""
        if name not in self.steps:
            self.steps[name] = self._new_step(name, what)
        return self.steps[name]

    def _new_step(self, name: str, what: Column) -> Floats:
        values, share = self._numbers(name), self._share(what)
        estimated = share > 0
        part = np.where(estimated, 2 * share, np.nan)
        if what.like:
            return np.where(estimated, self._step_like(values, what.like), 0.0)
        if what.is_change:
            scale = np.maximum(1.0, 1.0 + np.nan_to_num(values))
            return np.where(estimated, absolute_step(2 * share * scale), 0.0)
        if what.is_over_totals and self.declared.interval is not None:
            return part_step(values, np.where(estimated, self._width(), np.nan))
        if what.kind is Kind.MODEL:
            return part_step(values, part)
        if "employment" in self.frame.columns:
            with np.errstate(divide="ignore", invalid="ignore"):
                jobs = np.abs(self._numbers("employment"))
                part = np.where(estimated, np.fmax(part, _LEAST_STEP / jobs), np.nan)
        step = grid_step(values, part)
        if what.kind is Kind.SUM:
            known_size = estimated & np.isfinite(values)
            step = np.where(known_size, np.maximum(step, _LEAST_STEP), step)
        return step

    def _step_like(self, values: Floats, like: tuple[str, ...]) -> Floats:
        """Return the step of another column, or of what lies between two."""
        what = [self.declared.columns[name] for name in like]
        step = self._step(like[0], what[0])
        if len(like) == 1:
            return step
        between = np.abs(self._numbers(like[0]) - self._numbers(like[1]))
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.abs(values) / between
        return np.where(np.isfinite(ratio), step * ratio, 0.0)

    def _width(self) -> Floats:
        """Return the width of the interval of the quotient as a part of it."""
        lq, low, high = (self._numbers(name) for name in self.declared.interval or ())
        with np.errstate(divide="ignore", invalid="ignore"):
            width = np.where(np.isinf(high), lq, high - low)
            return np.where(lq > 0, width / lq, np.nan)

    def _inside(self, name: str, values: Floats, rounded: NDArray[np.bool_]) -> Floats:
        """Keep a rounded quotient, and what is as fine, inside its interval."""
        if self.declared.interval is None:
            return values
        quotient, *ends = self.declared.interval
        if name != quotient and self.declared.columns[name].like != (quotient,):
            return values
        low, high = (self._numbers(end) for end in ends)
        estimated: Any = rounded | (self._share(self.declared.columns[name]) > 0)
        with np.errstate(invalid="ignore"):
            return np.where(estimated, np.clip(values, low, high), values)
