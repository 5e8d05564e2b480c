"""P-values of many tests adjusted for their number."""

from __future__ import annotations

from typing import Any, Literal, TypeVar, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._typed import typed
from clusterid.errors import Fault, TableError, check_option

__all__ = [
    "Correction", "adjust", "adjust_columns", "benjamini_hochberg_cut", "q_values",
]  # fmt: skip

Correction = Literal["bh", "by", "bonferroni", "holm", "none"]
Labelled = TypeVar("Labelled", pd.Series, pd.DataFrame, "NDArray[np.float64]")


@typed
def adjust(p_values: Labelled, method: Correction = "bh") -> Labelled:
    r"""Return adjusted p-values (q-values) of one family of tests.

    All values given form one family, whatever their shape; NaN stays NaN and does
    not count as a test.

    Parameters
    ----------
    p_values : Series, DataFrame or array of any shape
        Between 0 and 1; NaN where no test was made.
    method : {"bh", "by", "bonferroni", "holm", "none"}
        ``"bh"``: false discovery rate under independence or positive dependence
        (Benjamini & Hochberg 1995). ``"by"``: the same under any dependence.
        ``"bonferroni"``, ``"holm"``: probability of a single false alarm.

    Returns
    -------
    Same type and shape as ``p_values``
        0 to 1; a test is rejected at level a where the value is at most a.

    Raises
    ------
    OptionError
        If the method is not offered.
    TableError
        If a value lies outside 0 to 1.

    Notes
    -----
    Location shares of an industry add up to one, so its tests are mildly negatively
    dependent. BH is not proven there; it held its level in simulation
    (docs/measures/quotient_tests.md). ``"by"`` is the strict option.

    References
    ----------
    Benjamini & Hochberg (1995), Controlling the false discovery rate, JRSS B 57.
    Benjamini & Yekutieli (2001), The control of the false discovery rate in multiple
    testing under dependency, Annals of Statistics 29, theorem 1.3.

    Examples
    --------
    >>> adjust(np.array([0.01, 0.04, 0.03, np.nan])).round(3).tolist()
    [0.03, 0.04, 0.04, nan]
    """
    check_option("method", method, get_args(Correction))
    values = np.asarray(p_values, dtype=float)
    outside = np.argwhere((values < 0) | (values > 1))
    if len(outside):
        rows = tuple((str(tuple(map(int, at))), values[tuple(at)]) for at in outside)
        mend = "pass probabilities; NaN where no test was made"
        fault = Fault("a p-value lies outside 0 to 1", mend, len(rows), rows[:5])
        raise TableError("p-values", [fault])
    adjusted = adjust_columns(values.reshape(-1, 1), method).reshape(values.shape)
    if isinstance(p_values, pd.Series):
        return pd.Series(adjusted, index=p_values.index, name="q_value")
    if isinstance(p_values, pd.DataFrame):
        return pd.DataFrame(adjusted, index=p_values.index, columns=p_values.columns)
    return adjusted


def q_values(
    p: NDArray[Any], method: str = "bh", *, n_tests: int | None = None
) -> NDArray[np.float64]:
    """Adjust an array of any shape as one family; NaN stays NaN and is no test.

    Parameters
    ----------
    p : array of any shape
        P-values, 0 to 1.
    method : {"bh", "by", "bonferroni", "holm", "none"}
        As in :func:`adjust`.
    n_tests : int, optional
        Size of the family where it is larger than what is given: tests that are not
        listed have p = 1 (pairs that never meet, for example).

    Returns
    -------
    array
        Same shape, 0 to 1.

    Examples
    --------
    >>> q_values(np.array([0.01, 0.04])).tolist()
    [0.02, 0.04]
    >>> q_values(np.array([0.01, 0.04]), n_tests=10).round(3).tolist()
    [0.1, 0.2]
    """
    values = np.asarray(p, dtype=float)
    column = values.reshape(-1, 1)
    return adjust_columns(column, method, n_tests=n_tests).reshape(values.shape)


def adjust_columns(
    p: NDArray[Any], method: str, *, n_tests: int | None = None
) -> NDArray[np.float64]:
    """Adjust an array of p-values, each column a family of its own."""
    p = np.asarray(p, dtype=float)
    if method == "none" or not p.size:
        return p.copy()
    m = np.isfinite(p).sum(axis=0)
    if n_tests is not None:
        m = np.maximum(m, n_tests)
    if method == "bonferroni":
        return np.asarray(np.minimum(p * m, 1.0))
    order = np.argsort(p, axis=0, kind="stable")  # NaN last
    ranked = np.take_along_axis(p, order, axis=0)
    rank = np.arange(1, len(p) + 1)[:, None]
    if method == "holm":
        scaled = ranked * np.maximum(m - rank + 1, 1)
        scaled = np.fmax.accumulate(scaled, axis=0)
    else:
        factor = m.astype(float)
        if method == "by":
            factor = factor * np.array([(1.0 / np.arange(1, k + 1)).sum() for k in m])
        scaled = ranked * factor / rank
        scaled = np.fmin.accumulate(scaled[::-1], axis=0)[::-1]
    adjusted = np.empty_like(p)
    np.put_along_axis(adjusted, order, np.minimum(scaled, 1.0), axis=0)
    adjusted[np.isnan(p)] = np.nan
    return adjusted


def benjamini_hochberg_cut(p_value: NDArray[np.float64], level: float) -> float:
    """Return the cut of Benjamini and Hochberg: level times rejections over tests.

    With k rejections of m the cut is ``k * level / m``; it rejects the same k tests as
    the largest rejected p-value does, and says what a further test would need. Without
    a rejection it is ``level / m``.
    """
    known = np.sort(p_value[np.isfinite(p_value)])
    m = len(known)
    if not m:
        return level
    passed = np.flatnonzero(known <= level * np.arange(1, m + 1) / m)
    rejections = int(passed[-1]) + 1 if len(passed) else 1
    return level * rejections / m
