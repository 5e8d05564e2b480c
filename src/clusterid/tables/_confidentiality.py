"""What may be published of single rows and intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._typed import typed
from clusterid.errors import Fault, TableError

__all__ = ["guard_rows", "publishable_interval"]


@typed
def guard_rows(
    table: pd.DataFrame, *, minimum_plants: int = 3, dominance: float = 0.85
) -> pd.Series:
    """Return why each row of a tidy table may not be published, ``""`` where it may.

    Parameters
    ----------
    table : DataFrame
        Looked at where present: ``employment`` (NaN is withheld), ``n_plants`` or
        ``establishments``, ``largest_plant_share`` (0 to 1).
    minimum_plants, dominance
        See :func:`clusterid.disclosure.guard`; there is no guard against subtraction
        here.

    Returns
    -------
    Series of str
        ``""``, ``"withheld"``, ``"few_plants"`` or ``"dominance"``.

    Raises
    ------
    TableError
        If ``minimum_plants`` or ``dominance`` is out of range.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"employment": [9.0, None, 50.0], "n_plants": [2, 5, 8]})
    >>> guard_rows(rows).tolist()
    ['few_plants', 'withheld', '']
    """
    _check_rules(minimum_plants, dominance)
    reasons = pd.Series("", index=table.index, name="held_back", dtype=object)
    if "largest_plant_share" in table.columns:
        reasons[table["largest_plant_share"] > dominance] = "dominance"
    for column in ("establishments", "n_plants"):
        if column in table.columns:
            plants = table[column]
            reasons[(plants > 0) & (plants < minimum_plants)] = "few_plants"
    if "employment" in table.columns:
        reasons[table["employment"].isna()] = "withheld"
    return reasons


@typed
def publishable_interval(
    lower: object,
    upper: object,
    *,
    keep_width: object = None,
    share: float = 0.2,
    minimum_width: float = 10.0,
) -> tuple[Any, Any]:
    """Round an interval outwards so that it keeps its width and pins nothing.

    Bounds worked out from totals may pin a withheld value. They are used inside;
    what is published is the interval on a grid of 1, 2 or 5 times a power of ten
    that is never finer than the width to be kept.

    Parameters
    ----------
    lower, upper : float, array, Series or DataFrame
        Bounds, in persons; ``upper`` may be infinite, either may be NaN.
    keep_width : same shape, optional
        Width of the interval that the source itself tells (its size class), kept
        however narrow the bounds are.
    share : float
        Least width as a share of the upper bound.
    minimum_width : float
        Least width, persons.

    Returns
    -------
    (lower, upper)
        In the form given; ``lower`` is at least 0, and the width at least that of
        the input, of ``keep_width``, of ``share`` and of ``minimum_width``.

    Raises
    ------
    TableError
        If a lower bound is above its upper bound, or a width is not positive.

    Examples
    --------
    >>> publishable_interval(57.0, 57.0)
    (40.0, 60.0)
    >>> publishable_interval(57.0, 57.0, keep_width=79)
    (0.0, 100.0)
    """
    if not (share >= 0 and minimum_width > 0):
        fault = Fault("share or minimum_width is not positive", "use 0.2 and 10")
        raise TableError("publishable interval", [fault])
    low = np.asarray(lower, dtype=float)
    high = np.asarray(upper, dtype=float)
    if (low > high).any():
        fault = Fault("lower is above upper", "exchange them", int((low > high).sum()))
        raise TableError("publishable interval", [fault])
    finite = np.isfinite(high)
    scale = np.where(finite, high, low)
    width = np.maximum(minimum_width, share * np.abs(scale))
    width = np.maximum(width, np.where(finite, high - low, 0.0))
    if keep_width is not None:
        keep = np.asarray(keep_width, dtype=float)
        width = np.maximum(width, np.where(np.isfinite(keep), keep, 0.0))
    step = _grid_step(width)
    with np.errstate(invalid="ignore"):
        new_low = np.maximum(np.floor(low / step) * step, 0.0)
        new_high = np.where(finite, np.ceil(high / step) * step, high)
        new_high = np.where(new_high - new_low < step, new_low + step, new_high)
    return _like(lower, new_low), _like(upper, new_high)


# -- parts -------------------------------------------------------------------------


def _check_rules(minimum_plants: int, dominance: float) -> None:
    faults = []
    if minimum_plants < 1:
        faults.append(Fault(f"minimum_plants={minimum_plants}", "use 1 or more"))
    if not 0 < dominance <= 1:
        faults.append(Fault(f"dominance={dominance}", "use a share above 0, at most 1"))
    if faults:
        raise TableError("confidentiality", faults)


def _grid_step(width: NDArray[np.float64]) -> NDArray[np.float64]:
    """Smallest of 1, 2, 5 times a power of ten that is at least the width."""
    with np.errstate(invalid="ignore"):
        power = np.power(10.0, np.floor(np.log10(width)))
        ratio = width / power
    tolerance = 1 + 1e-12
    factor = np.select(
        [ratio <= tolerance, ratio <= 2 * tolerance, ratio <= 5 * tolerance],
        [1.0, 2.0, 5.0],
        default=10.0,
    )
    return np.asarray(power * factor)


def _like(given: object, values: NDArray[np.float64]) -> Any:
    if isinstance(given, pd.DataFrame):
        return pd.DataFrame(values, given.index, given.columns)
    if isinstance(given, pd.Series):
        return pd.Series(values, given.index, name=given.name)
    return float(values) if values.ndim == 0 else values
