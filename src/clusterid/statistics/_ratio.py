"""Ratios where there is something to divide by."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["over_positive"]


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
