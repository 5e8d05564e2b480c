"""Intervals of shares, and of counts over what is expected."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["ratio_interval", "wilson"]

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


def ratio_interval(
    count: ArrayLike, trials: ArrayLike, share: ArrayLike, coverage: float = 0.9
) -> tuple[Floats, Floats]:
    r"""Return the interval of a binomial count over its expectation.

    Equal tails of Beta(n + 1/2, N - n + 1/2), over the share x; where N is large that
    is Gamma(n + 1/2, Nx). Of nothing counted the lower end is 0, of everything the
    upper one is 1/x, so that the ratio itself is never outside.

    Parameters
    ----------
    count, trials : array
        ``n`` of ``N``.
    share : array
        ``x``, expected of them, 0 to 1; without it the limits are NaN.
    coverage : float
        0 to 1.

    Returns
    -------
    lower, upper : arrays
        Of :math:`n/(Nx)`; 1 = as expected.

    References
    ----------
    Brown, Cai & DasGupta (2001), Statistical Science 16, section 4.1 (Jeffreys
    interval and what it is changed to at both ends; not checked against the original).

    Examples
    --------
    >>> lower, upper = ratio_interval(13, 400, 0.0025)
    >>> float(lower.round(1)), float(upper.round(1))
    (8.1, 19.9)
    """
    from scipy.special import betaincinv

    n, total, x = np.broadcast_arrays(
        *(np.asarray(a, dtype=float) for a in (count, trials, share))
    )
    known = (n >= 0) & (total >= n) & (total > 0) & np.isfinite(total) & (x > 0)
    # many cells are alike: each pair of count and total once
    counts, at = np.unique(np.where(known, n, 0.0), return_inverse=True)
    totals, of = np.unique(np.where(known, total, 1.0), return_inverse=True)
    pairs, which = np.unique(at * len(totals) + of, return_inverse=True)
    k, m = counts[pairs // len(totals)], totals[pairs % len(totals)]
    tail = (1.0 - coverage) / 2.0
    low = np.where(k > 0, betaincinv(k + 0.5, m - k + 0.5, tail), 0.0)
    high = np.where(k < m, betaincinv(k + 0.5, m - k + 0.5, 1.0 - tail), 1.0)
    chance, which = np.where(known, x, np.nan), which.reshape(n.shape)
    return np.asarray(low[which] / chance), np.asarray(high[which] / chance)
