"""Ratios where there is something to divide by."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["at_least", "over_positive"]

#: Relative difference below which a quotient and a threshold are equal: sums of a
#: thousand industries are rounded to about 1e-13.
_EQUAL = 1e-9


def over_positive(
    numerator: ArrayLike, denominator: ArrayLike, *, otherwise: float = np.nan
) -> NDArray[np.float64]:
    """Return numerator / denominator where the denominator is above 0.

    Parameters
    ----------
    numerator, denominator : arrays that broadcast
        Any numbers; NaN is unknown.
    otherwise : float
        What stands where the denominator is 0, negative or unknown.

    Returns
    -------
    array

    Examples
    --------
    >>> over_positive([3.0, 1.0], [2.0, 0.0]).tolist()
    [1.5, nan]
    """
    above, below = np.asarray(numerator, float), np.asarray(denominator, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0, above / below, otherwise)


def at_least(values: ArrayLike, threshold: float) -> NDArray[np.bool_]:
    """Return where values reach a threshold, those equal to it but for rounding, too.

    The quotient of a region with just its share is 1 by arithmetic, and a little more
    or less by floating point: which of the two must not decide.

    Parameters
    ----------
    values : array
        Any numbers; NaN reaches nothing.
    threshold : float
        The smallest value that counts.

    Returns
    -------
    array of bool

    Examples
    --------
    >>> at_least([0.1 * 3 / 0.3, 0.3 / (0.1 * 3), 0.99], 1.0).tolist()
    [True, True, False]
    """
    found = np.asarray(values, float)
    with np.errstate(invalid="ignore"):
        reached: NDArray[np.bool_] = found >= threshold - _EQUAL * abs(threshold)
    return reached
