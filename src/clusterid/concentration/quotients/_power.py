"""How strong a concentration must be before a test can see it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, gammaincinv

from clusterid._typed import typed
from clusterid.concentration.quotients._count_test import Cells
from clusterid.statistics import tail_at_least

__all__ = ["critical_count", "power_quotient"]


@typed
def power_quotient(
    expected: Cells,
    *,
    level: float = 0.05,
    tests: int = 1,
    tau: ArrayLike = 1.0,
    roughness: ArrayLike = 0.0,
    trials: Cells | None = None,
    power: float = 0.9,
) -> Any:
    r"""Return the smallest location quotient that the count test would detect.

    Print it beside every empty answer: where it says 8, the absence of a significant
    concentration means little.

    Parameters
    ----------
    expected : array-like, Series or DataFrame
        Plants expected by chance in the cell, ``N_i x_j``.
    level : float
        Level of the test of the whole family.
    tests : int
        Number of tests of the family; each is made at ``level / tests``.
    tau : float or array-like
        The null is LQ <= tau.
    roughness : float or array-like
        Relative variance of ordinary quotients under the null.
    trials : array-like, optional
        Plants of the industry; without it the counts are Poisson.
    power : float
        Probability of detecting the quotient returned.

    Returns
    -------
    Same type as ``expected``
        A location quotient, above tau; ``inf`` where even all plants of the industry
        in the region would not be significant; NaN where ``expected`` is NaN or 0.

    Notes
    -----
    Solves :math:`P(n\ge c \mid LQ)=\text{power}` with the critical count
    :math:`c=\min\{c: P_0(n\ge c)\le \text{level}/\text{tests}\}`.

    Examples
    --------
    >>> power_quotient(np.array([2.0, 20.0, 147.0]), tests=4411).round(1).tolist()
    [7.7, 2.6, 1.5]
    """
    mu = np.asarray(expected, dtype=float)
    poisson_trials = np.inf if trials is None else trials
    critical = critical_count(
        mu, poisson_trials, level / tests, tau=tau, roughness=roughness
    )
    big_n = np.broadcast_to(np.asarray(poisson_trials, dtype=float), mu.shape)
    # few pairs of critical count and trials, many cells
    pair = np.empty(mu.shape, dtype=complex)
    pair.real, pair.imag = critical, big_n
    pairs, place = np.unique(pair, return_inverse=True)
    count, n = pairs.real, pairs.imag
    with np.errstate(invalid="ignore", divide="ignore"):
        if trials is None:
            needed = gammaincinv(count, power)
        else:
            share = betaincinv(count, np.maximum(n - count + 1.0, 1e-9), power)
            needed = np.where(count > n, np.inf, share * n)
        detectable = needed[place].reshape(mu.shape) / mu
    detectable = np.where((mu > 0) & np.isfinite(mu), detectable, np.nan)
    if isinstance(expected, pd.DataFrame):
        return pd.DataFrame(detectable, expected.index, expected.columns)
    if isinstance(expected, pd.Series):
        return pd.Series(detectable, expected.index, name="power_lq")
    return detectable


def critical_count(
    expected: NDArray[np.float64],
    trials: ArrayLike,
    level: float,
    *,
    tau: ArrayLike = 1.0,
    roughness: ArrayLike = 0.0,
) -> NDArray[np.float64]:
    """Return the smallest count that is significant at ``level``, by bisection."""
    mu, big_n, tau, v = np.broadcast_arrays(
        *(np.asarray(a, dtype=float) for a in (expected, trials, tau, roughness))
    )
    # a Poisson count is a binomial one of very many trials
    big_n = np.where(np.isinf(big_n), 1e9, big_n)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = mu / big_n
    mean = np.nan_to_num(np.minimum(tau * mu, big_n))
    low = np.zeros(mu.shape)  # never significant: P(n >= 0) = 1
    spread = np.sqrt(mean * (1.0 + np.nan_to_num(v) * mean))
    high = 6.0 + mean + 6.0 * spread
    for _ in range(60):  # double until significant
        open_ = tail_at_least(np.floor(high), big_n, share, tau, v) > level
        if not open_.any():
            break
        high = np.where(open_, 2.0 * high, high)
    high = np.floor(high)
    while True:
        middle = np.floor((low + high) / 2)
        if not np.any(middle > low):
            break
        inside = tail_at_least(middle, big_n, share, tau, v) <= level
        move = middle > low
        high = np.where(move & inside, middle, high)
        low = np.where(move & ~inside, middle, low)
    return np.asarray(high)
