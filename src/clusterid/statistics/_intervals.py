"""Intervals of shares."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["wilson"]

Floats = NDArray[np.float64]


def wilson(
    share: ArrayLike, n: ArrayLike, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Return Wilson's interval of shares among ``n`` (effective) cases.

    Parameters
    ----------
    share : array
        0 to 1.
    n : array
        Cases; without any the limits are NaN.
    level : float
        Coverage, 0.95 by default.

    Returns
    -------
    lower, upper : arrays
        0 to 1.

    References
    ----------
    Wilson (1927), Probable inference, the law of succession, and statistical
    inference, JASA 22; Brown, Cai & DasGupta (2001), Statistical Science 16, eq. (4).

    Examples
    --------
    >>> lower, upper = wilson(0.5, 10)
    >>> float(lower.round(3)), float(upper.round(3))
    (0.237, 0.763)
    """
    from scipy.stats import norm

    p, n = np.asarray(share, dtype=float), np.asarray(n, dtype=float)
    z = float(norm.ppf(0.5 + level / 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    lower, upper = np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)
    return np.asarray(lower), np.asarray(upper)
