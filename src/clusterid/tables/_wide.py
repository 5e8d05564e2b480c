"""A table of regions x industries, checked: codes in order, cells counts or unknown."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid.errors import Fault, TableError, TableTypeError
from clusterid.tables._nesting import is_total
from clusterid.tables.parsing import LARGEST_NUMBER
from clusterid.tables.parsing._codes import invisible, is_code

__all__ = ["checked_wide"]

_MIXED = {"mixed", "mixed-integer"}


def checked_wide(
    frame: pd.DataFrame,
    *,
    name: str = "employment",
    text: bool = False,
    totals: str = "fault",
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
    totals : {"fault", "kept"}
        What a row or column is that says it is the total of the others.

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
        axis have several levels or are text and numbers mixed, a row or column is the
        total of the others, or a cell is not a number, negative or infinite.

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
    rows = _checked_axis("region", frame.index, faults, text=text)
    columns = _checked_axis("industry", frame.columns, faults, text=text)
    if not frame.size:
        faults.append(Fault("the table is empty", "check path, filter and year"))
    values = _numbers(frame, faults)
    if values is not None:
        _counts(frame, values, faults)
        if totals == "fault" and not faults:
            faults += _totals(rows, values, "region")
            faults += _totals(columns, values.T, "industry")
    if faults:
        raise TableError(name, faults)
    table = pd.DataFrame(values, index=rows, columns=columns, copy=False)
    return table.sort_index().sort_index(axis=1) if text else table


def _checked_axis(
    axis: str, labels: pd.Index, faults: list[Fault], *, text: bool
) -> pd.Index:
    """Return the codes of an axis, as text if wanted, with what is wrong with them."""
    if labels.nlevels > 1:
        faults.append(
            Fault(f"the codes ({axis}) have several levels", "join them to one")
        )
    elif labels.hasnans:
        count = int(np.sum(labels.isna()))
        faults.append(Fault(f"a {axis} has no code", "name or drop it", count))
    elif labels.inferred_type == "floating":
        mend = "read the codes as text; a spreadsheet has lost their leading zeros"
        faults.append(Fault(f"the codes ({axis}) are decimal numbers", mend))
    elif text:
        faults += _no_codes(axis, labels)
        labels = pd.Index([str(code) for code in labels], name=axis)
    elif labels.inferred_type in _MIXED:
        mend = "make them text: 1 and '1', or 1 and '01', are different codes"
        faults.append(Fault(f"codes ({axis}) are text and numbers mixed", mend))
    if not labels.is_unique:
        twice = ((code, code) for code in labels[labels.duplicated()].unique())
        rule, mend = f"a {axis} stands twice", "aggregate or rename"
        faults.append(Fault.listing(rule, mend, twice))
    return labels


def _no_codes(axis: str, given: pd.Index) -> list[Fault]:
    """Return what of the names of an axis is no code, or not what it looks like."""
    numbered = list(enumerate(given, start=1))
    odd = [(i, str(code)[:60]) for i, code in numbered if not is_code(code)]
    hidden = [(i, str(code)[:60]) for i, code in numbered if invisible(code)]
    mend = "delete it in the source"
    found = (
        (odd, f"a code ({axis}) is no text or number", "name it by a code"),
        (hidden, f"a code ({axis}) holds a sign that nobody sees", mend),
    )
    return [Fault.listing(rule, mend, bad) for bad, rule, mend in found if bad]


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
    mend = (
        "convert to numbers; a wide table has regions in rows and industries in "
        "columns (economy(long_table).employment makes one)"
    )
    faults.append(Fault.listing("counts are not numbers", mend, shown))
    return None


def _totals(codes: pd.Index, values: NDArray[np.float64], side: str) -> list[Fault]:
    """Return a fault where a code says that it is the total, and its numbers may be."""
    says = [i for i, c in enumerate(codes) if isinstance(c, str) and is_total(c)]
    if not says or len(codes) < 2:
        return []
    own = np.nansum(values[says], axis=1)
    others = np.nansum(np.delete(values, says, axis=0))
    found = [str(codes[i]) for i, held in zip(says, own, strict=True) if held >= others]
    mend = (
        "leave it out and give it as totals=; read_employment and economy keep it as a "
        "published total by themselves"
    )
    rule = f"a {side} is the total of the others, which would be counted twice"
    return [Fault.listing(rule, mend, ((c, "total") for c in found))] if found else []


def _is_number(value: object) -> bool:
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
    cells = (
        (f"{frame.index[i]} / {frame.columns[j]}", float(values[i, j]))
        for i, j in where
    )
    rule = f"a count is negative or infinite, or larger than {LARGEST_NUMBER:.0e}"
    mend = "correct the source; withheld is NaN"
    faults.append(Fault.listing(rule, mend, cells))
