"""What a test could have seen, what would change its answer, and what it rules out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clusterid.statistics import q_values

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clusterid.comparison._measured import Measurement
    from clusterid.comparison._verdicts import Family

__all__ = ["normal_score", "null_of", "tested_limits"]


def normal_score(p_value: float) -> float:
    """Return the normal score of a one-sided p-value, finite for 0 and 1, too."""
    from scipy.stats import norm

    return float(norm.isf(np.clip(p_value, 1e-300, 1 - 1e-16)))


def tested_limits(
    table: pd.DataFrame, measured: Measurement, family: Family
) -> dict[str, NDArray[np.float64]]:
    """Return q-values, and quotients that the test needs, detects and rules out.

    ``needed_lq`` would count as concentrated, ``detectable_lq`` is found with power
    0.8 if true, ``lq_limit`` is the upper 95 per cent limit of the tested quotient.
    """
    from scipy.stats import norm

    p_value = table["p_value"].to_numpy(dtype=float)
    marks = (float(norm.isf(family.cut)), float(norm.ppf(0.8)), float(norm.ppf(0.95)))
    limits = np.full((3, len(table)), np.nan)
    tested = zip(table["field"], table["unit"], p_value, strict=True)
    for k, (field, unit, p) in enumerate(tested):
        if np.isfinite(p):
            limits[:, k] = _quotients(field, int(unit), p, measured, marks)
    return {
        "q_value": _q_values_within(p_value, family.p_values),
        "needed_lq": limits[0],
        "detectable_lq": limits[1],
        "lq_limit": limits[2],
    }


def _quotients(
    field: str,
    unit: int,
    p_value: float,
    measured: Measurement,
    marks: tuple[float, float, float],
) -> tuple[float, float, float]:
    """Return the quotient needed, detectable and just not ruled out.

    ``marks`` are the normal scores of the cut, of the power and of the limit.
    """
    z_cut, z_power, z_limit = marks
    units = measured.units
    weights = measured.weights[field].to_numpy(dtype=float)
    expected = float(units.national @ weights) * float(units.share[unit])
    lq = float(units.counts[unit] @ weights) / expected if expected > 0 else np.inf
    lump, roughness = null_of(measured, field)
    sd = float(np.sqrt(1 / max(expected / lump, 1e-9) + roughness**2))
    z = normal_score(p_value)
    # from where the cell stands: the null's gradient and level are in its p
    ahead = lq * float(np.exp((z_cut - max(z, 0.0)) * sd))
    needed = max(1.0, ahead, float(np.exp(z_cut * sd)) * (z <= 0))
    detectable = float(np.exp((z_cut + z_power) * sd))
    # the null may explain much away (density): what is counted stays counted
    limit = max(np.exp(z * sd), lq) * float(np.exp(z_limit * sd))
    return needed, detectable, limit


def null_of(measured: Measurement, field: str) -> tuple[float, float]:
    """Return how lumpy the counts of a field are, and how rough it is by itself."""
    null = measured.nulls.get(field, {})
    return float(null.get("lump", 1.0)) or 1.0, float(null.get("roughness", 0.0))


def _q_values_within(
    p_value: NDArray[np.float64], family: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return Benjamini-Hochberg q-values within the family of p-values."""
    known = np.sort(family[np.isfinite(family)])
    m = len(known)
    if not m:
        return np.full(len(p_value), np.nan)
    q = q_values(known)
    where = np.searchsorted(known, p_value, side="left").clip(0, m - 1)
    return np.where(np.isfinite(p_value), q[where], np.nan)
