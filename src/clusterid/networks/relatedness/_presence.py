"""Which industries a region has: presences out of counts, quotients or 0/1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid.concentration.quotients._kernel import over_level
from clusterid.errors import Fault, TableError, check_option
from clusterid.networks._labels import checked_table
from clusterid.statistics import at_least
from clusterid.tables import margins

__all__ = ["VALUES", "Presence", "presence_table"]

Floats = NDArray[np.float64]
VALUES = ("auto", "employment", "quotient", "presence")


@dataclass(frozen=True, slots=True)
class Presence:
    """Sorted regions and industries; 1 present, 0 absent, NaN unknown."""

    regions: pd.Index
    industries: pd.Index
    values: Floats

    @property
    def is_complete(self) -> bool:
        """Whether every presence is known."""
        return not bool(np.isnan(self.values).any())


def labelled(matrix: pd.DataFrame, name: str = "matrix") -> pd.DataFrame:
    """Return a copy with sorted text labels; TableError for copies and negatives."""
    mend = "counts, quotients and presences are 0 or more; withheld is NaN"
    return checked_table(matrix, name, mend)


def presence_table(
    matrix: pd.DataFrame, *, values: str = "auto", threshold: float = 1.0
) -> Presence:
    """Return presences of a region x industry table.

    ``"auto"`` takes a table of nothing but 0, 1 and NaN for presences and any other
    for employment, whose location quotients are then compared with the threshold.
    """
    check_option("values", values, VALUES)
    table = labelled(matrix)
    raw = table.to_numpy(np.float64)
    known = np.isfinite(raw)
    binary = not bool((known & (raw != 0) & (raw != 1)).any())
    if values == "auto":
        values = "presence" if binary else "employment"
    if values == "presence":
        if not binary:
            odd = np.unique(raw[known & ~np.isin(raw, (0.0, 1.0))])[:5]
            shown = tuple((i, float(v)) for i, v in enumerate(odd))
            mend = 'pass values="quotient" or values="employment"'
            raise TableError(
                "matrix", [Fault("presences are 0 or 1", mend, len(odd), shown)]
            )
        present = raw.copy()
    else:
        if values == "employment":
            total = margins(table)
            e_j = total.region.to_numpy(float)
            with np.errstate(divide="ignore", invalid="ignore"):
                level = total.industry.to_numpy(float) / total.total
            raw = over_level(raw, e_j, level)
        finite = np.isfinite(raw)
        present = np.where(finite, at_least(raw, threshold), np.nan)
        if not finite.any() and raw.size:
            rule = (
                "no presence can be told: cells are withheld and their totals are "
                "not given"
            )
            mend = (
                "compute location_quotient(..., totals=...) first and pass "
                'values="quotient"'
            )
            raise TableError("matrix", [Fault(rule, mend)])
    return Presence(table.index, table.columns, present)
