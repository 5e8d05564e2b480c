"""P-values of drawn samples, and the two tails made one."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["permutation_p", "two_sided"]


def permutation_p(as_extreme: ArrayLike, draws: int) -> NDArray[np.float64]:
    """Return (1 + draws at least as extreme) / (draws + 1): the observed one counts.

    Parameters
    ----------
    as_extreme : array of any shape
        Number of draws at least as extreme as what was observed.
    draws : int
        Draws made.

    Returns
    -------
    array
        Same shape, 1 / (draws + 1) to 1; never 0.

    References
    ----------
    Phipson & Smyth (2010), Permutation p-values should never be zero, Statistical
    Applications in Genetics and Molecular Biology 9.

    Examples
    --------
    >>> permutation_p([4, 99], 99).tolist()
    [0.05, 1.0]
    """
    return np.asarray((1.0 + np.asarray(as_extreme)) / (draws + 1.0), dtype=float)


def two_sided(
    greater: ArrayLike, less: ArrayLike, alternative: str = "two-sided"
) -> NDArray[np.float64]:
    """Return the tail that is asked for; of both, twice the smaller, at most 1.

    Examples
    --------
    >>> two_sided([0.03, 0.7], [0.98, 0.6]).tolist()
    [0.06, 1.0]
    """
    if alternative == "greater":
        return np.asarray(greater)
    if alternative == "less":
        return np.asarray(less)
    return np.asarray(np.minimum(1.0, 2.0 * np.minimum(greater, less)))
