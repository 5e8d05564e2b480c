"""Faults of tables and vectors: the rule, how many break it, the first five of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid.errors import Fault, TableError

__all__ = [
    "faults_at", "faults_in_cells", "faults_in_rows", "faults_of", "missing_columns",
    "refuse", "stands_twice",
]  # fmt: skip

_SHOWN = 5
Wrong = NDArray[np.bool_]


def faults_of(
    rule: str, mend: str, codes: Iterable[Any], word: object = "absent"
) -> list[Fault]:
    """Return the fault of these codes, or none; ``word`` says what each of them is.

    ``word=...`` (an ellipsis) shows the code once more.

    Examples
    --------
    >>> print(*faults_of("a region has no group", "give it one", ["r1"]))
    a region has no group
        1 row (row r1: 'absent')
        Mend: give it one
    """
    listed = list(codes)
    if not listed:
        return []
    shown = tuple((code, code if word is ... else word) for code in listed[:_SHOWN])
    return [Fault(rule, mend, len(listed), shown)]


def faults_at(
    rule: str,
    mend: str,
    wrong: Wrong,
    labels: Sequence[Any] | pd.Index,
    values: Sequence[Any] | NDArray[Any],
) -> list[Fault]:
    """Return the fault of the places at which a vector is wrong, or none.

    Examples
    --------
    >>> jobs = np.array([3.0, -1.0])
    >>> print(*faults_at("a count is negative", "mend", jobs < 0, ["r", "s"], jobs))
    a count is negative
        1 row (row s: -1.0)
        Mend: mend
    """
    at = np.flatnonzero(wrong)
    if not len(at):
        return []
    rows = tuple((labels[i], _plain(values[i])) for i in at[:_SHOWN])
    return [Fault(rule, mend, len(at), rows)]


def faults_in_rows(
    rule: str, mend: str, wrong: Wrong, values: pd.Series | Sequence[Any]
) -> list[Fault]:
    """Return the fault of the rows at which a column is wrong, counted from 1."""
    shown = values.to_numpy() if isinstance(values, pd.Series) else values
    return faults_at(rule, mend, wrong, range(1, len(shown) + 1), shown)


def faults_in_cells(
    rule: str, mend: str, wrong: Wrong, table: pd.DataFrame, *, between: str = "/"
) -> list[Fault]:
    """Return the fault of the cells at which a table is wrong, or none."""
    at = np.argwhere(wrong)
    if not len(at):
        return []
    rows = tuple(
        (f"{table.index[i]}{between}{table.columns[j]}", _plain(table.iloc[i, j]))
        for i, j in at[:_SHOWN].tolist()
    )
    return [Fault(rule, mend, len(at), rows)]


def stands_twice(labels: pd.Index, what: str, mend: str) -> list[Fault]:
    """Return the fault of labels that stand more than once."""
    twice = labels[labels.duplicated()]
    return faults_of(f"a {what} stands twice", mend, twice, "twice")


def missing_columns(
    table: pd.DataFrame, wanted: Iterable[str], mend: str, *, where: str = ""
) -> list[Fault]:
    """Return the fault of the columns that a table lacks, or none."""
    lacking = [name for name in wanted if name not in table.columns]
    if not lacking:
        return []
    return [Fault(f"{where}columns are missing: {', '.join(lacking)}", mend)]


def refuse(table: str, faults: list[Fault]) -> None:
    """Raise TableError for the table if there are faults."""
    if faults:
        raise TableError(table, faults)


def _plain(value: Any) -> Any:
    """Return a Python scalar for a NumPy one."""
    return value.item() if isinstance(value, np.generic) else value
