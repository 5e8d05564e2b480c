"""What of a result may be published: what would give a plant away is held back."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from clusterid.study._holding import held_back, without_cells

if TYPE_CHECKING:
    from clusterid.study._result import Result

__all__ = ["publishable"]

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
#: Columns that follow from sums with estimates, told to about the same precision.
_FOLLOWING = (
    "lq", "lq_shrunk", "lower", "upper", "eb05", "stability", "n_expected",
    "locational_gini", "gamma", "gamma_lower", "gamma_upper", "raw_concentration",
    "variance", "z", "z_lower", "z_upper",
)  # fmt: skip
#: Jobs; sums that contain an estimate are never told more finely.
_LEAST_STEP = 10.0


def publishable(result: Result) -> Result:
    """Return the result as it may leave the machine.

    From plants: cells of few plants, or with one dominant plant, and the cells that
    would give them away by subtraction, lose their values, and every sum that holds
    one is computed anew without it (:func:`clusterid.study._holding.held_back`). From
    tables with withheld cells: no single estimate is told, and what holds one is
    rounded, because together with the published rest it would tell the estimate.
    """
    if result.provenance.published:
        return result
    minimum = int(_method(result).get("publish_minimum_plants", 3))
    if result.provenance.study.get("plants") is not None:
        result = held_back(result, minimum)
    else:
        result = without_cells(result, result.economy.withheld)
        result = _with_estimates_rounded(result)
    return replace(result, provenance=replace(result.provenance, published=True))


def _method(result: Result) -> dict[str, Any]:
    method: dict[str, Any] = result.provenance.study.get("method") or {}
    return method


def _with_estimates_rounded(result: Result) -> Result:
    comparison = _mapped(result.comparison, _rounded)
    if comparison is not None:
        from clusterid.comparison import with_sentences

        kind = result.economy.metadata.kind
        since = comparison.params.get("since") or 0
        verdicts = with_sentences(comparison.verdicts, kind=kind, since=since)
        comparison = replace(comparison, verdicts=verdicts)
    return replace(
        result,
        concentration=_quotients_rounded(result.concentration),
        industries=_indices_rounded(result.industries),
        candidates=_mapped(result.candidates, _rounded),
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
    out = frame.copy()
    part = 2 * share[estimated]
    if "employment" in frame.columns:
        jobs = frame["employment"].to_numpy(dtype=float)[estimated]
        with np.errstate(divide="ignore", invalid="ignore"):
            part = np.fmax(part, _LEAST_STEP / np.abs(jobs))
    for column, round_to in _ESTIMATED.items():
        if column in out.columns:
            values = out[column].to_numpy(dtype=float, copy=True)
            values[estimated] = _on_grid(values[estimated], part, round_to)
            out[column] = values
    return out


def _quotients_rounded(table: pd.DataFrame) -> pd.DataFrame:
    """Round quotients whose totals hold estimates to what their intervals tell.

    The interval is safe to tell; a point inside it is told no more finely than the
    power of ten below its width.
    """
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
    out = _finely(table, estimated, part, ("lq", "stability"))
    rest = tuple(c for c in _FOLLOWING if c not in {"lq", "stability"})
    out = _finely(out, estimated, np.where(counted, np.nan, part), rest)
    points = out["lq"].to_numpy(dtype=float, copy=True)
    points[estimated] = np.clip(points[estimated], low, high)
    return out.assign(lq=points)


def _indices_rounded(table: pd.DataFrame) -> pd.DataFrame:
    estimated = table["share_imputed"].gt(0).to_numpy()
    if not estimated.any():
        return table
    part = 2 * table.loc[estimated, "share_imputed"].to_numpy(dtype=float)
    return _finely(_rounded(table), estimated, part, _FOLLOWING)


def _finely(
    table: pd.DataFrame,
    rows: np.ndarray[Any, Any],
    part: np.ndarray[Any, Any],
    columns: tuple[str, ...],
) -> pd.DataFrame:
    """Round to the power of ten below a part of the value; NaN leaves it."""
    out = table.copy()
    for column in columns:
        if column in out.columns:
            values = out[column].to_numpy(dtype=float, copy=True)
            mine = values[rows]
            with np.errstate(divide="ignore", invalid="ignore"):
                power = np.floor(np.log10(np.abs(mine) * part))
            usable = np.isfinite(power) & np.isfinite(mine)
            step = 10.0 ** np.where(usable, power, 0.0)
            values[rows] = np.where(usable, np.rint(mine / step) * step, mine)
            out[column] = values
    return out


def _on_grid(
    values: np.ndarray[Any, Any], part: np.ndarray[Any, Any], round_to: Any
) -> np.ndarray[Any, Any]:
    """Round to a power of ten near ``part`` of the value, keeping its first digit."""
    with np.errstate(divide="ignore", invalid="ignore"):
        first = np.floor(np.log10(np.abs(values)))
        wanted = np.ceil(np.log10(np.abs(values) * part))
    usable = np.isfinite(first) & np.isfinite(wanted)
    step = 10.0 ** np.where(usable, np.minimum(first, wanted), 0.0)
    return np.where(usable, round_to(values / step) * step, values)


def _mapped(value: Any, clean: Any) -> Any:
    """Apply ``clean`` to every table of a result dataclass."""
    if value is None or not is_dataclass(value) or isinstance(value, type):
        return value
    changed = {
        f.name: clean(getattr(value, f.name))
        for f in fields(value)
        if isinstance(getattr(value, f.name), pd.DataFrame)
    }
    return replace(value, **changed)
