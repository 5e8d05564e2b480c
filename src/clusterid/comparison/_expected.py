"""What is expected of a declared field where it is, and which jobs would decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clusterid.statistics import over_positive

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clusterid.comparison._units import Units
    from clusterid.comparison._verdicts import ComparisonRules

__all__ = ["expected_and_needed"]


def expected_and_needed(
    table: pd.DataFrame, weights: pd.DataFrame, units: Units, rules: ComparisonRules
) -> dict[str, NDArray[np.float64]]:
    """Return plants and jobs expected, and jobs that grade C asks, by declared field.

    NaN where the field is not tested, plants also where none are counted.
    """
    unit = table["unit"].to_numpy()
    column = weights.columns.get_indexer(pd.Index(table["field"]))
    tested = (unit >= 0) & (column >= 0)
    w = weights.to_numpy(dtype=float)

    def expected_of(counts: NDArray[np.float64]) -> NDArray[np.float64]:
        single = counts[: units.n_regions]
        share = over_positive(counts.sum(axis=1), np.array(single.sum()))
        total = single.sum(axis=0) @ w
        expected = np.full(len(table), np.nan)
        expected[tested] = total[column[tested]] * share[unit[tested]]
        return expected

    jobs = expected_of(units.jobs)
    return {
        "expected_plants": (
            expected_of(units.counts) if units.is_plants else _as_tested(table)
        ),
        "expected_jobs": jobs,
        "jobs_needed": np.maximum(rules.standing_quotient * jobs, rules.standing_jobs),
    }


def _as_tested(table: pd.DataFrame) -> NDArray[np.float64]:
    """Return the plants that the test expected, where some plants are withheld."""
    columns = (table.get(name) for name in ("n_plants", "lq_plants"))
    nothing = pd.Series(np.nan, table.index)
    plants, quotient = (
        np.asarray(nothing if values is None else values, dtype=np.float64)
        for values in columns
    )
    return np.asarray(over_positive(plants, quotient))
