"""Tails of counts and of the normal distribution."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaincc, gammainc, gammaincc, ndtr

__all__ = ["normal_tail", "tail_at_least"]


def normal_tail(z: ArrayLike, alternative: str = "two-sided") -> NDArray[np.float64]:
    """Return the p-value of a standard normal z.

    Parameters
    ----------
    z : array of any shape
        NaN stays NaN.
    alternative : {"two-sided", "greater", "less"}
        Which values are as extreme.

    Returns
    -------
    array
        Same shape, 0 to 1.

    Examples
    --------
    >>> normal_tail([0.0, 1.96], "greater").round(3).tolist()
    [0.5, 0.025]
    """
    values = np.asarray(z, dtype=float)
    if alternative == "greater":
        return np.asarray(ndtr(-values))
    if alternative == "less":
        return np.asarray(ndtr(values))
    return np.asarray(2.0 * ndtr(-np.abs(values)))


def tail_at_least(
    n: ArrayLike,
    trials: ArrayLike,
    share: ArrayLike,
    tau: ArrayLike = 1.0,
    roughness: ArrayLike = 0.0,
    *,
    complement: bool = False,
) -> NDArray[np.float64]:
    """Return P(count >= n) of a binomial with a rough probability; n may be real.

    The null of :func:`clusterid.concentration.count_test`. ``complement`` gives
    P(count < n) without the loss of digits of a difference.
    """
    beta, gamma = (betaincc, gammaincc) if complement else (betainc, gammainc)
    none, all_ = (1.0, 0.0) if complement else (0.0, 1.0)
    n, big_n, x, tau, v = np.broadcast_arrays(
        *(np.asarray(a, dtype=float) for a in (n, trials, share, tau, roughness))
    )
    p = np.minimum(tau * x, 1.0)
    if not np.any(v):  # the plain dartboard, without the detour over moments
        with np.errstate(invalid="ignore"):
            tail = beta(np.maximum(n, 1e-9), np.maximum(big_n - n + 1.0, 1e-9), p)
        result = np.where(n <= 0, all_, np.where(n > big_n, none, tail))
        known = np.isfinite(n) & np.isfinite(big_n) & np.isfinite(p)
        return np.where(known, result, np.nan)
    mean = big_n * p
    variance = mean * (1.0 - p) + big_n * (big_n - 1.0) * v * p**2
    excess = variance - mean
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        positive = np.maximum(n, 1e-9)
        poisson = gamma(positive, mean)
        is_wide = excess > 1e-9 * mean
        is_narrow = excess < -1e-9 * mean
        size = np.where(is_wide, mean**2 / excess, 1.0)
        wide = beta(positive, size, mean / (mean + size))
        size = np.where(is_narrow, -(mean**2) / excess, 2.0 * positive)
        room = size - n + 1.0
        narrow = beta(positive, np.maximum(room, 1e-9), np.minimum(mean / size, 1.0))
        narrow = np.where(room <= 0.0, none, narrow)
    tail = np.where(is_wide, wide, np.where(is_narrow, narrow, poisson))
    result = np.where(n <= 0, all_, np.where(n > big_n, none, tail))
    known = np.isfinite(n) & np.isfinite(mean) & np.isfinite(v)
    return np.where(known, result, np.nan)
