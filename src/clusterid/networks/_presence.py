"""Which industries a region has: presences out of counts, quotients or 0/1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid.errors import Fault, TableError, check_option
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
    table = matrix.copy()
    table.index = pd.Index([str(label) for label in table.index], name="region")
    table.columns = pd.Index([str(label) for label in table.columns], name="industry")
    faults = []
    for axis, word in ((table.index, "region"), (table.columns, "industry")):
        twice = axis[axis.duplicated()]
        if len(twice):
            faults.append(
                Fault(
                    f"a {word} stands twice",
                    "add up or drop the copies",
                    len(twice),
                    tuple((code, "twice") for code in twice[:5]),
                )
            )
    values = table.to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = values < 0
    if wrong.any():
        r, c = np.nonzero(wrong)
        faults.append(
            Fault(
                "a value is negative",
                "counts, quotients and presences are 0 or more; withheld is NaN",
                int(wrong.sum()),
                tuple(
                    (f"{table.index[i]}/{table.columns[j]}", float(values[i, j]))
                    for i, j in zip(r[:5].tolist(), c[:5].tolist(), strict=True)
                ),
            )
        )
    if faults:
        raise TableError(name, faults)
    ordered = table.sort_index(axis=0).sort_index(axis=1)
    return ordered.astype(np.float64)


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
            raise TableError(
                "matrix",
                [
                    Fault(
                        "presences are 0 or 1",
                        'pass values="quotient" or values="employment"',
                        len(odd),
                        tuple((i, float(v)) for i, v in enumerate(odd)),
                    )
                ],
            )
        present = raw.copy()
    else:
        if values == "employment":
            total = margins(table)
            e_j = total.region.to_numpy(float)
            e_i = total.industry.to_numpy(float)
            with np.errstate(divide="ignore", invalid="ignore"):
                raw = (raw / e_j[:, None]) / (e_i / total.total)[None, :]
        finite = np.isfinite(raw)
        with np.errstate(invalid="ignore"):
            present = np.where(finite, raw >= threshold, np.nan).astype(np.float64)
        if not finite.any() and raw.size:
            raise TableError(
                "matrix",
                [
                    Fault(
                        "no presence can be told: cells are withheld and their totals "
                        "are not given",
                        "compute location_quotient(..., totals=...) first and pass "
                        'values="quotient"',
                    )
                ],
            )
    return Presence(table.index, table.columns, present)
