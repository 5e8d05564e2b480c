"""Numbers of a table changed in some columns and rows, the rest left as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["changed_numbers"]


def changed_numbers(
    frame: pd.DataFrame,
    columns: Iterable[str],
    change: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    rows: NDArray[np.bool_] | None = None,
) -> pd.DataFrame:
    """Return a table with the numbers of some columns changed, in all or some rows.

    Columns that the table lacks are passed over.

    Examples
    --------
    >>> table = pd.DataFrame({"lq": [1.26, 2.04]})
    >>> changed_numbers(table, ("lq", "gamma"), np.rint, np.array([True, False]))
         lq
    0  1.00
    1  2.04
    """
    out = frame.copy()
    at = np.ones(len(frame), dtype=bool) if rows is None else rows
    for column in columns:
        if column in out.columns:
            values = out[column].to_numpy(dtype=float, copy=True)
            values[at] = change(values[at])
            out[column] = values
    return out
