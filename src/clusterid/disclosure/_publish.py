"""What of a result may be published: what would give a plant away is held back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid.disclosure._holding import held_back, with_new_verdicts, without_cells
from clusterid.disclosure._rounding import changed_numbers
from clusterid.results import Result, check_result

if TYPE_CHECKING:
    from clusterid.clusters import CandidateClusters
    from clusterid.comparison import Comparison

__all__ = ["publishable"]

ResultT = TypeVar("ResultT", bound=Result)
PartT = TypeVar("PartT", "CandidateClusters", "Comparison")

#: Columns rounded where an estimate of a withheld cell is a part of the sum.
_ESTIMATED = {
    "employment": np.rint,
    "employment_lower": np.floor,
    "employment_upper": np.ceil,
    "lq": np.rint,
    "lq_shrunk": np.rint,
    "excess_jobs": np.rint,
    "lower": np.floor,
    "upper": np.ceil,
}
#: Columns that follow from sums with estimates, published about as precisely.
_FOLLOWING = (
    "lq", "lq_shrunk", "lower", "upper", "eb05", "stability", "n_expected",
    "locational_gini", "gamma", "gamma_lower", "gamma_upper", "raw_concentration",
    "variance", "z", "z_lower", "z_upper",
)  # fmt: skip
#: Jobs; the finest step to which a sum with an estimate is rounded.
_LEAST_STEP = 10.0


def publishable(result: ResultT) -> ResultT:
    """Return the result as it may leave the machine.

    From plants: cells of few plants, or with one dominant plant, and the cells that
    would give them away by subtraction, lose their values, and every sum that holds
    one is computed anew without it (:func:`held_back`). From
    tables with withheld cells: no single estimate is published, and what holds one is
    rounded, because with the published rest the estimate could be computed from it.

    Raises
    ------
    TableTypeError
        If it is not the result of a study.
    """
    check_result(result)
    if result.provenance.published:
        return result
    study = result.provenance.study
    if study.get("plants") is not None:
        method = study.get("method") or {}
        result = held_back(result, int(method.get("publish_minimum_plants", 3)))
    else:
        result = without_cells(result, result.economy.withheld)
        result = _with_estimates_rounded(result)
    return replace(result, provenance=replace(result.provenance, published=True))


def _with_estimates_rounded(result: ResultT) -> ResultT:
    comparison = _each_table(result.comparison, _rounded)
    if comparison is not None:
        comparison = with_new_verdicts(comparison, comparison.verdicts, result.economy)
    return replace(
        result,
        concentration=_quotients_rounded(result.concentration),
        industries=_indices_rounded(result.industries),
        candidates=_each_table(result.candidates, _rounded),
        comparison=comparison,
    )


def _rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """Round what holds an estimate to a grid not finer than twice the estimate."""
    if "share_imputed" not in frame.columns:
        return frame
    share = frame["share_imputed"].fillna(0).to_numpy(dtype=float)
    estimated = share > 0
    if not estimated.any():
        return frame
    part = 2 * share[estimated]
    if "employment" in frame.columns:
        jobs = frame["employment"].to_numpy(dtype=float)[estimated]
        with np.errstate(divide="ignore", invalid="ignore"):
            part = np.fmax(part, _LEAST_STEP / np.abs(jobs))
    for column, round_to in _ESTIMATED.items():
        on_grid = partial(_on_grid, part=part, round_to=round_to)
        frame = changed_numbers(frame, (column,), on_grid, estimated)
    return frame


def _quotients_rounded(table: pd.DataFrame) -> pd.DataFrame:
    """Round quotients whose totals hold estimates to what their intervals say.

    The interval may be published; a point inside it is rounded to the power of ten
    below its width.
    """
    if table.empty:
        return table
    estimated = table["share_imputed"].between(0, 1, inclusive="neither").to_numpy()
    if not estimated.any():
        return table
    lq, low, high = (
        table.loc[estimated, c].to_numpy(dtype=float)
        for c in ("lq", "lq_lower", "lq_upper")
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        width = np.where(np.isinf(high), lq, high - low)
        part = np.where(lq > 0, width / lq, np.nan)
    # what comes from counts of plants holds no estimate of jobs
    counted = table.loc[estimated, "test"].eq("count").to_numpy()
    out = _to_part_of_value(table, estimated, part, ("lq", "stability"))
    rest = tuple(c for c in _FOLLOWING if c not in {"lq", "stability"})
    out = _to_part_of_value(out, estimated, np.where(counted, np.nan, part), rest)
    points = out["lq"].to_numpy(dtype=float, copy=True)
    points[estimated] = np.clip(points[estimated], low, high)
    return out.assign(lq=points)


def _indices_rounded(table: pd.DataFrame) -> pd.DataFrame:
    if table.empty:
        return table
    estimated = table["share_imputed"].gt(0).to_numpy()
    if not estimated.any():
        return table
    part = 2 * table.loc[estimated, "share_imputed"].to_numpy(dtype=float)
    return _to_part_of_value(_rounded(table), estimated, part, _FOLLOWING)


def _to_part_of_value(
    table: pd.DataFrame,
    rows: NDArray[np.bool_],
    part: NDArray[np.float64],
    columns: tuple[str, ...],
) -> pd.DataFrame:
    """Round to the power of ten below a part of the value; NaN leaves it."""

    def to_part(exact: NDArray[np.float64]) -> NDArray[np.float64]:
        with np.errstate(divide="ignore", invalid="ignore"):
            power = np.floor(np.log10(np.abs(exact) * part))
        usable = np.isfinite(power) & np.isfinite(exact)
        step = 10.0 ** np.where(usable, power, 0.0)
        return np.where(usable, np.rint(exact / step) * step, exact)

    return changed_numbers(table, columns, to_part, rows)


def _on_grid(
    values: NDArray[np.float64],
    part: NDArray[np.float64],
    round_to: Callable[[NDArray[np.float64]], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Round to a power of ten near ``part`` of the value, keeping its first digit."""
    with np.errstate(divide="ignore", invalid="ignore"):
        first = np.floor(np.log10(np.abs(values)))
        wanted = np.ceil(np.log10(np.abs(values) * part))
    usable = np.isfinite(first) & np.isfinite(wanted)
    step = 10.0 ** np.where(usable, np.minimum(first, wanted), 0.0)
    return np.where(usable, round_to(values / step) * step, values)


def _each_table(
    part: PartT | None, clean: Callable[[pd.DataFrame], pd.DataFrame]
) -> PartT | None:
    """Return a part of a result with every table of it cleaned."""
    if part is None:
        return None
    held = {field.name: getattr(part, field.name) for field in fields(part)}
    cleaned: dict[str, Any] = {
        name: clean(table)
        for name, table in held.items()
        if isinstance(table, pd.DataFrame)
    }
    return replace(part, **cleaned)
