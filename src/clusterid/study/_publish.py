"""What of a result may be published: what would give a plant away is held back."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from clusterid.tables import TOTAL, Economy, guard, guard_rows

if TYPE_CHECKING:
    from clusterid.study._result import Result

__all__ = ["publishable"]

#: Columns that tell the size of a cell, or from which it can be computed back.
_TELLING = (
    "employment", "employment_lower", "employment_upper", "lq", "lq_shrunk", "lower",
    "upper", "lq_lower", "lq_upper", "eb05", "excess_jobs",
    "largest_plant_share", "stability", "share",
)  # fmt: skip
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
#: Jobs; sums that contain an estimate are never told more finely.
_LEAST_STEP = 10.0


def publishable(result: Result) -> Result:
    """Return the result as it may leave the machine.

    From plants: cells of few plants, or with one dominant plant, and the cells that
    would give them away by subtraction, lose their values. From tables with withheld
    cells: sums that contain an estimate are rounded, because together with the
    published rest they would otherwise tell the estimate of one cell.
    """
    if result.provenance.published:
        return result
    minimum = int(_method(result).get("publish_minimum_plants", 3))
    if result.provenance.study.get("plants") is not None:
        result = _without_single_plants(result, minimum)
    result = _with_estimates_rounded(result)
    return replace(result, provenance=replace(result.provenance, published=True))


def _method(result: Result) -> dict[str, Any]:
    method: dict[str, Any] = result.provenance.study.get("method") or {}
    return method


def _without_single_plants(result: Result, minimum: int) -> Result:
    guarded = guard(result.economy, minimum_plants=minimum)
    economy = _guarded_economy(result.economy, guarded)
    held = guarded.held.stack()
    keys = pd.MultiIndex.from_frame(result.concentration[["region", "industry"]])
    hide = held.reindex(keys).to_numpy(dtype=bool)
    concentration = _hidden(result.concentration, hide)
    concentration.loc[hide, "reason"] = "held_back"

    def clean(frame: pd.DataFrame) -> pd.DataFrame:
        if {"region", "industry", "employment"} <= set(frame.columns):
            own = pd.MultiIndex.from_frame(frame[["region", "industry"]])
            return _hidden(frame, held.reindex(own, fill_value=True).to_numpy(bool))
        if "employment" in frame.columns:
            reasons = guard_rows(frame, minimum_plants=minimum)
            return _hidden(frame, reasons.ne("").to_numpy())
        return frame

    return replace(
        result,
        economy=economy,
        concentration=concentration,
        industries=clean(result.industries),
        candidates=_mapped(result.candidates, clean),
        comparison=_mapped(result.comparison, clean),
        monitoring=_mapped(result.monitoring, clean),
    )


def _guarded_economy(economy: Economy, guarded: Any) -> Economy:
    whole = economy.margins
    parts = []
    for name, series, hidden in (
        ("region", whole.region, guarded.region_totals),
        ("industry", whole.industry, guarded.industry_totals),
    ):
        known = series[~hidden.reindex(series.index).to_numpy(dtype=bool)]
        other = "industry" if name == "region" else "region"
        parts.append(
            pd.DataFrame({name: known.index, other: TOTAL, "value": known.to_numpy()})
        )
    if not guarded.total:
        parts.append(
            pd.DataFrame({"region": [TOTAL], "industry": TOTAL, "value": whole.total})
        )
    return replace(
        economy,
        employment=guarded.apply(economy.employment),
        lower=None,
        upper=None,
        largest_plant=None,
        plant_herfindahl=None,
        totals=pd.concat(parts, ignore_index=True),
    )


def _with_estimates_rounded(result: Result) -> Result:
    def clean(frame: pd.DataFrame) -> pd.DataFrame:
        if not {"share_imputed", "employment"} <= set(frame.columns):
            return frame
        share = frame["share_imputed"].fillna(0).to_numpy(dtype=float)
        estimated = share > 0
        if not estimated.any():
            return frame
        out = frame.copy()
        jobs = frame["employment"].to_numpy(dtype=float)[estimated]
        # the grid is never finer than twice the estimated part, nor than ten jobs
        with np.errstate(divide="ignore", invalid="ignore"):
            part = np.maximum(2 * share[estimated], _LEAST_STEP / np.abs(jobs))
        for column, round_to in _ESTIMATED.items():
            if column in out.columns:
                values = out[column].to_numpy(dtype=float, copy=True)
                values[estimated] = _on_grid(values[estimated], part, round_to)
                out[column] = values
        return out

    return replace(
        result,
        candidates=_mapped(result.candidates, clean),
        comparison=_mapped(result.comparison, clean),
    )


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


def _hidden(frame: pd.DataFrame, rows: np.ndarray[Any, Any]) -> pd.DataFrame:
    out = frame.copy()
    for column in _TELLING:
        if column in out.columns:
            values = out[column].to_numpy(dtype=float, copy=True)
            values[rows] = np.nan
            out[column] = values
    return out


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
