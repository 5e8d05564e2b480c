"""Exact test of plant counts: more plants in a region than chance would put there."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from clusterid._typed import typed
from clusterid.errors import check_option
from clusterid.statistics import tail_at_least, two_sided

__all__ = ["Alternative", "Ties", "count_test"]

Alternative = Literal["greater", "less", "two-sided"]
Ties = Literal["exact", "mid"]
Cells = ArrayLike | pd.Series | pd.DataFrame


@typed
def count_test(
    observed: Cells,
    trials: Cells,
    share: Cells,
    tau: ArrayLike = 1.0,
    *,
    roughness: ArrayLike = 0.0,
    alternative: Alternative = "greater",
    ties: Ties = "exact",
) -> Any:
    r"""Return the p-value of a count of plants against chance, cell by cell.

    Under chance each of the ``trials`` plants of an industry chooses a region with
    probability ``tau * share``; with ``roughness`` that probability itself varies
    from region to region as it ordinarily does in the industry.

    .. math:: n_{ij} \sim \mathrm{Binomial}(N_i, \theta_{ij} x_j),\quad
              E\theta = \tau,\ \mathrm{Var}\,\theta = \tau^2 v_i

    Parameters
    ----------
    observed : array-like, DataFrame or Series
        Plants counted, ``n_ij``; its labels are kept.
    trials : array-like
        Plants of the industry, ``N_i``; broadcast against ``observed``.
    share : array-like
        Share of the region in everything, ``x_j``, 0 to 1; broadcast.
    tau : float or array-like
        The location quotient that is still no cluster; the null is LQ <= tau.
    roughness : float or array-like
        Relative variance ``v_i`` of the ordinary quotients
        (:func:`overdispersion`); 0 is the dartboard.
    alternative : {"greater", "less", "two-sided"}
        ``"two-sided"`` doubles the smaller tail, at most 1.
    ties : {"exact", "mid"}
        ``"exact"`` counts the observed value in the tail whole (level never
        exceeded); ``"mid"`` counts half of it (level held on average).

    Returns
    -------
    Same type as ``observed``
        0 to 1; NaN where an input is NaN.

    Notes
    -----
    Without roughness the tail is exactly binomial. With it, the count has variance
    :math:`N p(1-p) + N(N-1) v p^2` and its tail is that of the binomial or negative
    binomial distribution with the same mean and variance, whichever exists; the two
    meet in the Poisson distribution, so the p-value is continuous in ``v``.

    References
    ----------
    Guimaraes, Figueiredo & Woodward (2009), Dartboard tests for the location
    quotient, Regional Science and Urban Economics 39 (framework; the equations were
    not checked against the original).

    Examples
    --------
    >>> float(count_test(4, 10, 0.1).round(4))  # P(Binomial(10, 0.1) >= 4)
    0.0128
    """
    check_option("alternative", alternative, get_args(Alternative))
    check_option("ties", ties, get_args(Ties))
    n = np.asarray(observed, dtype=float)
    null = (trials, share, tau, roughness)
    greater = less = np.ones(())
    if alternative != "less":
        greater = tail_at_least(n, *null)
        if ties == "mid":
            greater = 0.5 * (greater + tail_at_least(n + 1.0, *null))
    if alternative != "greater":
        less = tail_at_least(n + 1.0, *null, complement=True)
        if ties == "mid":
            less = 0.5 * (less + tail_at_least(n, *null, complement=True))
    p = two_sided(greater, less, alternative)
    p = np.clip(p, 0.0, 1.0)
    if isinstance(observed, pd.DataFrame):
        return pd.DataFrame(p, index=observed.index, columns=observed.columns)
    if isinstance(observed, pd.Series):
        return pd.Series(p, index=observed.index, name="p_value")
    return p
