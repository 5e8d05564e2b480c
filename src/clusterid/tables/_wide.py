"""A table of regions x industries, checked: codes in order, cells counts or unknown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid.errors import Fault, TableError, TableTypeError
from clusterid.tables._checking import LARGEST_NUMBER
from clusterid.tables._codes import invisible, is_code

__all__ = ["checked_wide"]

_MIXED = {"mixed", "mixed-integer"}


def checked_wide(
    frame: pd.DataFrame, *, name: str = "employment", text: bool = False
) -> pd.DataFrame:
    """Return a table of counts as floats, or raise TableError with all its faults.

    Parameters
    ----------
    frame : DataFrame, n_regions x n_industries
        Counts; NaN is withheld, 0 is none.
    name : str
        What the table is called in messages.
    text : bool
        Make the codes text and sort by them; else labels and order stay.

    Returns
    -------
    DataFrame, n_regions x n_industries
        Floats, 0 or more; NaN is withheld.

    Raises
    ------
    TableTypeError
        If it is no DataFrame.
    TableError
        If the table is empty, a code is missing or stands twice, the codes of one
        axis have several levels or are text and numbers mixed, or a cell is not a
        number, negative or infinite.

    Examples
    --------
    >>> checked_wide(pd.DataFrame({"A": [3, None]}, index=["r", "s"])).loc["r", "A"]
    np.float64(3.0)
    """
    if not isinstance(frame, pd.DataFrame):
        raise TableTypeError(
            f"{name} must be a DataFrame (regions x industries), not "
            f"{type(frame).__name__}"
        )
    faults: list[Fault] = []
    axes = []
    for axis, given in (("region", frame.index), ("industry", frame.columns)):
        labels = given
        if given.nlevels > 1:
            faults.append(
                Fault(f"the codes ({axis}) have several levels", "join them to one")
            )
        elif given.hasnans:
            count = int(np.sum(given.isna()))
            faults.append(Fault(f"a {axis} has no code", "name or drop it", count))
        elif given.inferred_type == "floating":
            mend = "read the codes as text; a spreadsheet has lost their leading zeros"
            faults.append(Fault(f"the codes ({axis}) are decimal numbers", mend))
        elif text:
            faults += _no_codes(axis, given)
            labels = pd.Index([str(code) for code in given], name=axis)
        elif given.inferred_type in _MIXED:
            faults.append(
                Fault(
                    f"codes ({axis}) are text and numbers mixed",
                    "make them text: 1 and '1', or 1 and '01', are different codes",
                )
            )
        if not labels.is_unique:
            twice = list(labels[labels.duplicated()].unique())
            shown = tuple((code, code) for code in twice[:5])
            faults.append(
                Fault(
                    f"a {axis} stands twice", "aggregate or rename", len(twice), shown
                )
            )
        axes.append(labels)
    if not frame.size:
        faults.append(Fault("the table is empty", "check path, filter and year"))
    values = _numbers(frame, faults)
    if values is not None:
        _counts(frame, values, faults)
    if faults:
        raise TableError(name, faults)
    table = pd.DataFrame(values, index=axes[0], columns=axes[1], copy=False)
    return table.sort_index().sort_index(axis=1) if text else table


def _no_codes(axis: str, given: pd.Index) -> list[Fault]:
    """Return what of the names of an axis is no code, or not what it looks like."""
    faults = []
    shown = [str(code)[:60] for code in given]
    odd = [i for i, code in enumerate(given) if not is_code(code)]
    hidden = [i for i, code in enumerate(given) if invisible(code)]
    for bad, rule, mend in (
        (odd, "is no text or number", "name it by a code"),
        (hidden, "holds a sign that nobody sees", "delete it in the source"),
    ):
        if bad:
            rows = tuple((i + 1, shown[i]) for i in bad[:5])
            faults.append(Fault(f"a code ({axis}) {rule}", mend, len(bad), rows))
    return faults


def _numbers(frame: pd.DataFrame, faults: list[Fault]) -> NDArray[np.float64] | None:
    """Return the cells as floats, or None with a fault that shows what stands there."""
    raw = frame.to_numpy()
    if raw.dtype.kind in "fiu":
        return raw.astype(float, copy=False)
    numeric = all(
        pd.api.types.is_numeric_dtype(dtype)
        and not pd.api.types.is_complex_dtype(dtype)
        for dtype in set(frame.dtypes)
        if not pd.api.types.is_object_dtype(dtype)
    )
    if numeric and all(map(_is_number, raw.ravel() if raw.dtype == object else ())):
        try:
            return frame.to_numpy(dtype=float, na_value=np.nan)
        except (TypeError, ValueError, OverflowError):
            pass
    shown = [
        (f"{region} / {industry}", value)
        for region, row in zip(frame.index, raw, strict=True)
        for industry, value in zip(frame.columns, row, strict=True)
        if not _is_number(value)
    ]
    faults.append(
        Fault(
            "counts are not numbers",
            "convert to numbers; a wide table has regions in rows and industries "
            "in columns (economy(long_table).employment makes one)",
            len(shown),
            tuple(shown[:5]),
        )
    )
    return None


def _is_number(value: Any) -> bool:
    if value is None or value is pd.NA:
        return True
    if isinstance(value, (bool, np.bool_)):
        return False
    if isinstance(value, int) and abs(value) > LARGEST_NUMBER:
        return False
    return isinstance(value, (int, float, np.integer, np.floating))


def _counts(
    frame: pd.DataFrame, values: NDArray[np.float64], faults: list[Fault]
) -> None:
    # two quick reductions; NaN fails both comparisons and takes the long way
    if not values.size or (values.min() >= 0 and values.max() <= LARGEST_NUMBER):
        return
    with np.errstate(invalid="ignore"):
        wrong = (values < 0) | (values > LARGEST_NUMBER)
    where = np.argwhere(wrong)
    if not len(where):
        return
    shown = tuple(
        (f"{frame.index[i]} / {frame.columns[j]}", float(values[i, j]))
        for i, j in where[:5]
    )
    faults.append(
        Fault(
            f"a count is negative or infinite, or larger than {LARGEST_NUMBER:.0e}",
            "correct the source; withheld is NaN",
            len(where),
            shown,
        )
    )
