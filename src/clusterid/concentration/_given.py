"""One value a region or an industry, given beside a table and laid on its codes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._faults import faults_at, faults_of, refuse
from clusterid.errors import Fault, TableError, TableTypeError

__all__ = ["given_numbers", "given_series", "own_numbers"]


def given_series(values: pd.Series, codes: pd.Index, *, name: str) -> pd.Series:
    """Return the values in the order of the codes; NaN for a code they do not name.

    Raises
    ------
    TableTypeError
        If it is no Series.
    TableError
        If a code stands twice, or not one of the codes is named (text against
        numbers, lost leading zeros).
    """
    if not isinstance(values, pd.Series):
        raise TableTypeError(
            f"{name} must be a Series by code, not {type(values).__name__}"
        )
    labels = values.index
    if labels.equals(codes):
        return values
    twice = labels[labels.duplicated()].unique()
    faults = faults_of("a code stands twice", "keep one", twice, ...)
    if not faults and len(codes) and not labels.isin(codes).any():
        found = f"{labels[0]!r} ..." if len(labels) else "nothing"
        rule = (
            f"none of the codes of the table is named ({found}, not {codes[0]!r} ...)"
        )
        mend = "use the table's codes; mind text against numbers and leading zeros"
        faults.append(Fault(rule, mend))
    refuse(name, faults)
    return values.reindex(codes)


def given_numbers(
    values: pd.Series, codes: pd.Index, *, name: str
) -> NDArray[np.float64]:
    """Return :func:`given_series` as floats.

    Raises
    ------
    TableError
        As above, and if a value is not a number, or is infinite.
    """
    aligned = given_series(values, codes, name=name)
    is_complex = pd.api.types.is_complex_dtype(aligned.dtype)
    try:
        plain = aligned.astype(str) if is_complex else aligned
        numbers = plain.to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError):
        text = [
            (code, value)
            for code, value in aligned.items()
            if isinstance(value, (str, complex)) or not np.isscalar(value)
        ]
        fault = Fault("values are not numbers", "convert them", len(text), tuple(text))
        raise TableError(name, [fault]) from None
    rule, mend = "a value is infinite", "correct the source; unknown is NaN"
    refuse(name, faults_at(rule, mend, np.isinf(numbers), codes, numbers))
    return np.asarray(numbers, dtype=np.float64)


def own_numbers(
    values: pd.Series, *, name: str
) -> tuple[pd.Index, NDArray[np.float64]]:
    """Return the codes of a Series and its values as floats, both sorted by code.

    Raises
    ------
    TableTypeError
        If it is no Series.
    TableError
        If a code stands twice, the codes are text and numbers mixed, or a value is
        not a number, or is infinite.
    """
    if not isinstance(values, pd.Series):
        raise TableTypeError(f"{name} must be a Series, not {type(values).__name__}")
    faults = []
    if not values.index.is_unique:
        faults.append(Fault("a region stands twice", "aggregate or rename"))
    if values.index.inferred_type in {"mixed", "mixed-integer"}:
        faults.append(Fault("codes are text and numbers mixed", "make them text"))
    refuse(name, faults)
    ordered = values.sort_index()
    return ordered.index, given_numbers(ordered, ordered.index, name=name)
