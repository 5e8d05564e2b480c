"""Where a value stands among what chance draws: expectation, range, p-value."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clusterid.statistics._permutation import permutation_p

__all__ = ["UpperTail", "upper_tail"]


class UpperTail(NamedTuple):
    """What chance gives: mean, the range of 95 per cent, and the one-sided p-value."""

    expected: Any
    lower: Any
    upper: Any
    p_value: Any


def upper_tail(
    observed: float | NDArray[np.float64],
    draws: NDArray[np.float64],
    *,
    slack: float = 1e-12,
) -> UpperTail:
    """Return what draws expect, and how often they reach what is observed.

    Parameters
    ----------
    observed : float or array
        One value, or one a column of the draws.
    draws : array, n_draws or n_draws x n_values
        What chance gives.
    slack : float, default 1e-12
        A draw that is lower by no more than this counts as large as the observed one.

    Returns
    -------
    UpperTail
        Of each column; the observed value counts as one draw, so that p is never 0.

    Examples
    --------
    >>> float(upper_tail(4.0, np.array([1.0, 2.0, 3.0])).p_value)
    0.25
    """
    reached = (draws >= np.asarray(observed) - slack).sum(axis=0)
    p = permutation_p(reached, len(draws))
    low, high = np.percentile(draws, [2.5, 97.5], axis=0)
    return UpperTail(draws.mean(axis=0), low, high, p)
