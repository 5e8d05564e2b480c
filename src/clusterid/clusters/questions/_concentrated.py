r"""Question 1, concentrated: more plants choose the place than the bar says.

Plants are draws. With :math:`N` plants of the kind in all regions and :math:`x_j` the
region's share of all plants, the count is held against a rate of :math:`\tau` times
what is expected:

.. math:: p = P(Bin(N, \min(1, \tau x_j)) \ge n)

and Benjamini-Hochberg over all regions and kinds of one level. Jobs are no draws: that
many stand there, whoever brought them, and no p-value follows from them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from clusterid.clusters.questions._counted import Counted
from clusterid.statistics import over_positive, ratio_interval

__all__ = [
    "FEWEST_PLANTS", "deciding_plants", "exact_interval", "interval", "passing_level",
    "plants_test",
]  # fmt: skip

Floats = npt.NDArray[np.float64]

#: Plants from which the test without one of them says that none carries a cell.
FEWEST_PLANTS = 10
#: Of the interval of a quotient of plants.
COVERAGE = 0.9


def plants_test(counted: Counted, bar: float, *, without: int = 0) -> Floats:
    """Return p of at least this many plants at ``bar`` times the expected rate.

    ``without``: so many plants fewer, the rest of the kind with them. A count that is
    not above the bar's expectation has p = 1; NaN where nothing is counted or expected.
    Weighted kinds (``spread`` below 1) are counted in the unit of their variance.
    """
    from scipy.special import betainc

    n = np.maximum(counted.plants - without, 0.0) / counted.spread
    mu = counted.expected / counted.spread
    total = np.maximum(counted.total - without, 0.0) / counted.spread
    p = np.where(np.isfinite(n) & (mu > 0), 1.0, np.nan)
    share = np.minimum(1.0, bar * over_positive(mu, counted.total / counted.spread))
    rows, kinds = np.nonzero((n > bar * mu) & (mu > 0) & (share < 1))
    k, size = n[rows, kinds], total[kinds]
    p[rows, kinds] = betainc(k, np.maximum(size - k, 0.0) + 1.0, share[rows, kinds])
    return p


def exact_interval(counted: Counted) -> tuple[Floats, Floats]:
    """Return between what the quotient of plants lies at 90 %, regions x kinds.

    Equal tails of a binomial count (:func:`statistics.ratio_interval`); it shrinks
    nothing. Weighted kinds are counted in the unit of their variance.
    """
    unit = counted.spread
    n, total = counted.plants / unit, counted.total / unit
    share = over_positive(counted.expected / unit, total)
    return ratio_interval(n, np.broadcast_to(total, n.shape), share, COVERAGE)


def interval(
    plants: npt.ArrayLike,
    expected: npt.ArrayLike,
    total: npt.ArrayLike,
    spread: npt.ArrayLike = 1.0,
) -> tuple[Floats, Floats]:
    """Return the same of counts of several cells together, one a cluster."""
    given = (np.asarray(a, dtype=float) for a in (plants, expected, total, spread))
    counts, usual, totals, units = np.broadcast_arrays(*given)
    low, high = np.full(counts.shape, np.nan), np.full(counts.shape, np.nan)
    known = np.isfinite(counts) & (usual > 0)
    n, mu, of_all, unit = (a[known] for a in (counts, usual, totals, units))
    low[known], high[known] = ratio_interval(
        n / unit, of_all / unit, mu / of_all, COVERAGE
    )
    return low, high


def passing_level(p: Floats, q: Floats, alpha: float) -> float:
    """Return the largest p that passed at ``alpha``, or what the first one must be."""
    passed = p[np.nan_to_num(q, nan=1.0) <= alpha]
    family = max(1, int(np.isfinite(p).sum()))
    return max(float(passed.max()) if len(passed) else 0.0, alpha / family)


def deciding_plants(
    total: Floats, expected: Floats, spread: Floats, bar: float, level: Floats | float
) -> Floats:
    """Return with how many plants cells would pass the bar without one of them.

    At least the ten from which that is asked. ``total`` plants of the kind,
    ``expected`` in the cell and ``spread`` by cell; ``level``: :func:`passing_level`.
    """
    from scipy.stats import binom

    share = np.minimum(1.0, bar * over_positive(expected, total))
    rest = np.maximum(np.round(total / spread) - 1, 0)
    needed = np.ceil((binom.isf(level, rest, share) + 2) * spread)
    return np.where(expected > 0, np.maximum(needed, FEWEST_PLANTS), np.nan)
