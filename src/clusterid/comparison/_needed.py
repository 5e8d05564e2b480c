"""How many plants or jobs would decide about a declared field, in its own regions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clusterid.statistics import over_positive

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clusterid.comparison._units import Units
    from clusterid.comparison._verdicts import ComparisonRules

__all__ = ["deciding_numbers"]


def deciding_numbers(
    table: pd.DataFrame,
    cells: pd.DataFrame,
    weights: pd.DataFrame,
    units: Units,
    rules: ComparisonRules,
) -> dict[str, NDArray[np.float64]]:
    """Return plants and jobs needed, and those expected, a row a declared field.

    ``plants_needed`` would pass the bar without one of them, at the p-value that the
    family of ``cells`` asks for; ``jobs_needed`` are what grade C asks. NaN where the
    field is not tested, plants also where none are counted.
    """
    from scipy.stats import binom

    unit = table["unit"].to_numpy()
    column = weights.columns.get_indexer(pd.Index(table["field"]))
    tested = (unit >= 0) & (column >= 0)
    w = weights.to_numpy(dtype=float)

    def expected_of(counts: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        """Return totals by field and expected counts by row."""
        single = counts[: units.n_regions]
        industry = single.sum(axis=0)
        share = over_positive(counts.sum(axis=1), np.array(single.sum()))
        total, expected = np.full(len(table), np.nan), np.full(len(table), np.nan)
        total[tested] = (industry @ w)[column[tested]]
        expected[tested] = total[tested] * share[unit[tested]]
        spread = over_positive(industry @ (w * w), industry @ w, otherwise=1.0)
        unit_of = np.ones(len(table))
        unit_of[tested] = spread[column[tested]]
        return total, expected, unit_of

    _, expected_jobs, _ = expected_of(units.jobs)
    jobs = np.maximum(rules.standing_quotient * expected_jobs, rules.standing_jobs)
    plants, expected = np.full((2, len(table)), np.nan)
    if units.is_plants:
        total, expected, spread = expected_of(units.counts)
        share = np.minimum(1.0, rules.bar * over_positive(expected, total))
        known = tested & (expected > 0)
        level = _level(cells, rules.significance)
        rest = np.maximum(np.round(total / spread) - 1, 0)
        needed = binom.isf(level, rest[known], share[known]) + 2
        plants[known] = np.ceil(needed * spread[known])
    return {
        "plants_needed": plants,
        "jobs_needed": jobs,
        "expected_plants": expected,
        "expected_jobs": expected_jobs,
    }


def _level(cells: pd.DataFrame, alpha: float) -> float:
    """Return the largest p that passed, or what the first one would have to be."""
    p = cells["p_rest"].to_numpy(dtype=float)
    passed = p[cells["q_rest"].fillna(1.0).to_numpy(dtype=float) <= alpha]
    family = max(1, int(np.isfinite(p).sum()))
    return max(float(passed.max()) if len(passed) else 0.0, alpha / family)
