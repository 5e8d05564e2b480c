"""Codes as text, and values given by code laid beside them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._faults import faults_in_cells, refuse, stands_twice

__all__ = ["by_code", "checked_table", "text_index"]


def text_index(values: pd.Series) -> pd.Series:
    """Return a copy of a Series whose labels are text."""
    known = values.copy()
    known.index = known.index.map(str)
    return known


def by_code(values: pd.Series, codes: Sequence[str] | pd.Index) -> NDArray[np.float64]:
    """Return the values of these codes as floats; NaN where none is given.

    Examples
    --------
    >>> by_code(pd.Series({10: 2.5}), ["10", "11"]).tolist()
    [2.5, nan]
    """
    return text_index(values).reindex(pd.Index(codes)).to_numpy(np.float64)


def checked_table(table: pd.DataFrame, name: str, mend: str) -> pd.DataFrame:
    """Return regions x industries as sorted floats with text labels.

    Raises
    ------
    TableError
        If a label stands twice, or a value is negative (``mend`` says what may be).
    """
    table = table.copy()
    table.index = pd.Index([str(label) for label in table.index], name="region")
    table.columns = pd.Index([str(label) for label in table.columns], name="industry")
    faults = [
        *stands_twice(table.index, "region", "add up or drop the copies"),
        *stands_twice(table.columns, "industry", "add up or drop the copies"),
    ]
    values = table.to_numpy(dtype=np.float64, na_value=np.nan)
    shown = pd.DataFrame(values, table.index, table.columns)
    faults += faults_in_cells("a value is negative", mend, values < 0, shown)
    refuse(name, faults)
    return table.sort_index(axis=0).sort_index(axis=1).astype(np.float64)
