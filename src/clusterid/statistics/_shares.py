"""Intervals for a share in a small finite population."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clusterid.errors import OptionError
from clusterid.statistics._intervals import wilson

__all__ = ["ShareInterval", "finite_wilson", "share_interval"]


@dataclass(frozen=True, slots=True)
class ShareInterval:
    """A share with its intervals; all between 0 and 1.

    ``lower``, ``upper`` Wilson with finite population; ``exact_lower``,
    ``exact_upper`` hypergeometric; ``worst_lower``, ``worst_upper`` if all who are
    silent had said no, or yes. NaN where the population is unknown.
    """

    share: float
    lower: float
    upper: float
    exact_lower: float
    exact_upper: float
    worst_lower: float
    worst_upper: float


def share_interval(
    count: int,
    n: int,
    population: int | None = None,
    *,
    level: float = 0.95,
    design_effect: float = 1.0,
) -> ShareInterval:
    r"""Return a share and what is known of it in the whole population.

    The Wilson and the exact interval take the silent for missing at random; the worst
    case does not.

    Parameters
    ----------
    count, n : int
        Units that say yes, and units that answered.
    population : int, optional
        Units there are; without it the population is taken for infinite.
    level : float, default 0.95
        Confidence.
    design_effect : float, default 1.0
        Loss through weights; divides the effective size of the Wilson interval.

    Returns
    -------
    ShareInterval

    Raises
    ------
    OptionError
        If count > n, n > population, or the level is not between 0 and 1.

    Notes
    -----
    Wilson's interval with the effective size :math:`n (N - 1) / (N - n)`; the exact
    interval holds every total K for which neither tail of the hypergeometric
    distribution of the count is below (1 - level) / 2.

    Examples
    --------
    >>> interval = share_interval(90, 144, 188)
    >>> round(interval.lower, 4), round(interval.upper, 4)
    (0.586, 0.6625)
    """
    if not 0 <= count <= n or (population is not None and n > population):
        raise OptionError(
            f"count={count}, n={n}, population={population}: expected "
            "0 <= count <= n <= population."
        )
    if not 0 < level < 1:
        raise OptionError(f"level={level!r}; give a number between 0 and 1.")
    nan = float("nan")
    if n == 0:
        worst = (0.0, 1.0) if population else (nan, nan)
        return ShareInterval(nan, nan, nan, nan, nan, *worst)
    share = count / n
    if population is not None and population == n:
        return ShareInterval(share, share, share, share, share, share, share)
    lower, upper = finite_wilson(
        share, n, population, level=level, design_effect=design_effect
    )
    if population is None:
        return ShareInterval(share, lower, upper, nan, nan, nan, nan)
    exact = _hypergeometric(count, n, population, level)
    silent = population - n
    return ShareInterval(
        share, lower, upper, *exact, count / population, (count + silent) / population
    )


def finite_wilson(
    share: float,
    n: int,
    population: int | None,
    *,
    level: float = 0.95,
    design_effect: float = 1.0,
) -> tuple[float, float]:
    """Return Wilson's interval of a share, weighted or not, of ``n`` of a population.

    The effective size is ``n / design_effect * (N - 1) / (N - n)``; who asked everybody
    knows the share.

    Examples
    --------
    >>> lower, upper = finite_wilson(0.625, 144, 188)
    >>> round(lower, 4), round(upper, 4)
    (0.586, 0.6625)
    """
    if population is not None and population == n:
        return share, share
    effective = n / design_effect
    if population is not None:
        effective *= (population - 1) / (population - n)
    lower, upper = wilson(share, effective, level)
    return float(lower), float(upper)


def _hypergeometric(
    count: int, n: int, population: int, level: float
) -> tuple[float, float]:
    from scipy.stats import hypergeom

    totals = np.arange(count, population - (n - count) + 1)
    tail = (1 - level) / 2
    at_least = hypergeom.sf(count - 1, population, totals, n)
    at_most = hypergeom.cdf(count, population, totals, n)
    inside = totals[(at_least > tail) & (at_most > tail)]
    return float(inside.min() / population), float(inside.max() / population)
