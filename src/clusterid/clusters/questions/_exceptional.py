r"""Question 2, exceptional: beyond the kind's ordinary unevenness.

No kind is spread like a dartboard. Of every kind the log quotients

.. math:: y_j = \ln\frac{n_j + 1/2}{\mu_j + 1/2} - b(\mu_j)

have an ordinary centre (their median), an ordinary slope on the size of regions and an
ordinary sd around both, all three from the bulk of the regions, so that a cluster
cannot hide behind the unevenness it causes; sds are drawn together over the kinds of
the study. :math:`p` is the chance of so many plants at a log rate of Student's t
around that line. ``b`` and the Poisson variance ``v`` of ``y`` are exact.

Rules and constants from simulations beside the project (METHODS 11.2 of its design,
[M]: not from the literature); measured again in docs/clusters/grades.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from clusterid.clusters.questions._counted import Counted

__all__ = ["Ordinary", "exceptional", "ordinary_unevenness"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: Mean of min(Z^2, 4) of a standard normal Z.
_CLIPPED_SQUARE = 0.9205
#: Residuals further out than so many robust sds do not pull the slope. Our choice.
_WINSOR = 2.0
#: Sd of the prior of a slope around 0: regions nearly alike in size claim none, else
#: the cluster itself would draw the line. Our choice.
_PRIOR_SLOPE = 0.5
#: Sampling variance of the log variance, times regions less two. By simulation.
_SAMPLING = 2.6
#: Least variance of log variances between kinds. Our choice.
_BETWEEN_FLOOR = 0.02
#: Degrees of freedom are no more than this, however many regions: log quotients are
#: skewed, and a normal tail would alarm. Chosen among 8 pairs on other seeds.
MOST_FREEDOM = 50.0
#: Fewer regions than this say nothing of an ordinary unevenness. Our choice.
FEWEST_REGIONS = 8
#: p is computed from so many sds above the line on; below it is 1. Our choice.
_WORTH = 1.6
_NODES = 145


@dataclass(frozen=True, slots=True)
class Ordinary:
    """The ordinary rate of every kind: log ``line`` (regions x kinds), ``sd`` by kind.

    ``slope`` on the log of the region's plants, by kind; ``freedom`` of Student's t.
    ``z``: how many sds each cell lies above its line, the Poisson part included.
    """

    line: Floats
    slope: Floats
    sd: Floats
    freedom: float
    z: Floats


@lru_cache(maxsize=1)
def _moments() -> tuple[Floats, Floats, Floats]:
    """Return log mu, and mean and variance of ln((n+.5)/(mu+.5)), n Poisson."""
    from scipy.special import gammaln

    mu = np.geomspace(1e-4, 3000.0, 500)
    n = np.arange(3700.0)
    logs = np.log(n + 0.5)
    mass = np.exp(n * np.log(mu)[:, None] - mu[:, None] - gammaln(n + 1))
    mean = mass @ logs
    variance = mass @ logs**2 - mean**2
    return np.log(mu), mean - np.log(mu + 0.5), np.maximum(variance, 0.0)


def _bias_and_variance(mu: Floats) -> tuple[Floats, Floats]:
    at, bias, variance = _moments()
    logs = np.log(np.maximum(mu, 1e-4))
    b = np.interp(logs, at, bias, right=0.0)
    v = np.where(mu > 3000.0, 1 / np.maximum(mu, 1.0), np.interp(logs, at, variance))
    return b, v


def ordinary_unevenness(counted: Counted, size: Floats) -> Ordinary:
    """Return the ordinary rate of every kind; ``size``: a region's plants.

    Kinds that are known in fewer than eight regions have NaN.
    """
    n, mu = counted.plants / counted.spread, counted.expected / counted.spread
    known = np.isfinite(n) & (mu > 0)
    safe = np.where(known, mu, 1.0)
    b, v = _bias_and_variance(safe)
    y = np.where(
        known, np.log((np.where(known, n, 1) + 0.5) / (safe + 0.5)) - b, np.nan
    )
    v = np.where(known, v, np.nan)
    n_regions = known.sum(axis=0)
    enough = n_regions >= FEWEST_REGIONS
    x = np.log(np.maximum(size, 1.0))[:, None]
    line, slope, r = _line(y, v, x, enough)
    s2 = _scale(r, v, n_regions)
    s2, freedom = _drawn_together(s2, v, n_regions, enough)
    z = r / np.sqrt(v + s2)
    return Ordinary(line, slope, np.sqrt(s2), freedom, z)


def _line(
    y: Floats, v: Floats, x: Floats, enough: Bools
) -> tuple[Floats, Floats, Floats]:
    """Return centre and slope of every kind as a line, the slope, the residuals."""
    some = np.where(enough, y, np.nan)
    weight = np.where(np.isfinite(some), 1 / (0.1 + v), 0.0)
    total = np.maximum(weight.sum(axis=0), 1e-12)
    dx = x - (weight * x).sum(axis=0) / total
    spread = (weight * dx**2).sum(axis=0)
    slope = np.zeros(y.shape[1])
    for _ in range(3):
        rest = some - slope * dx
        middle = _median(rest)
        deviation = 1.4826 * _median(np.abs(rest - middle))
        limit = _WINSOR * np.maximum(deviation, 1e-6)
        clipped = np.clip(np.nan_to_num(rest - middle), -limit, limit)
        pull = (weight * dx * clipped).sum(axis=0) - slope / _PRIOR_SLOPE**2
        step = pull / (spread + 1 / _PRIOR_SLOPE**2)
        slope = slope + step
    rest = some - slope * dx
    middle = _median(rest)
    return slope * dx + middle, slope, rest - middle


def _median(values: Floats) -> Floats:
    """Return the median by column, NaN left out, NaN where all are."""
    ordered = np.sort(values, axis=0)  # NaN last
    n = np.isfinite(values).sum(axis=0)
    columns = np.arange(values.shape[1])
    low, high = np.maximum((n - 1) // 2, 0), np.minimum(n // 2, len(values) - 1)
    return np.asarray((ordered[low, columns] + ordered[high, columns]) / 2)


def _scale(r: Floats, v: Floats, n_regions: npt.NDArray[np.int64]) -> Floats:
    """Return the variance around the line, far cells clipped, by bisection."""
    low, high = np.zeros(r.shape[1]), np.full(r.shape[1], 16.0)
    square = r * r
    count = np.maximum(n_regions, 1)
    for _ in range(30):
        middle = (low + high) / 2
        mean = np.nansum(np.minimum(square / (v + middle), 4.0), axis=0) / count
        above = mean > _CLIPPED_SQUARE
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    free = n_regions / np.maximum(n_regions - 2, 1)
    return np.asarray((low + high) / 2 * free)


def _drawn_together(
    s2: Floats, v: Floats, n_regions: npt.NDArray[np.int64], enough: Bools
) -> tuple[Floats, float]:
    """Return variances drawn together over kinds, and the degrees of freedom left."""
    if not enough.any():
        return np.full(len(s2), np.nan), MOST_FREEDOM
    middle = _median(np.where(enough, v, np.nan))
    logs = np.log(s2[enough] + middle[enough])
    sampling = _SAMPLING / np.maximum(float(np.median(n_regions[enough])) - 2, 1.0)
    spread = float(np.var(logs, ddof=1)) if len(logs) > 1 else 0.0
    between = max(spread - sampling, _BETWEEN_FLOOR)
    # as many kinds as there are know the common mean
    mean = float(logs.mean())
    own = between / (between + sampling)
    drawn = mean + own * (logs - mean)
    variance = own * sampling + (1 - own) ** 2 * sampling / len(logs)
    result = np.full(len(s2), np.nan)
    result[enough] = np.maximum(np.exp(drawn) - middle[enough], 0.0)
    return result, float(np.clip(2 / variance, 1.0, MOST_FREEDOM))


def exceptional(counted: Counted, ordinary: Ordinary) -> Floats:
    """Return p of so many plants at the kind's ordinary rate, regions x kinds.

    1 where a cell lies less than 1.6 sds above its line; NaN where nothing is known of
    an ordinary unevenness.
    """
    from scipy.special import gammainc
    from scipy.stats import t

    n, mu = counted.plants / counted.spread, counted.expected / counted.spread
    p = np.where(np.isfinite(ordinary.z), 1.0, np.nan)
    rows, kinds = np.nonzero(np.nan_to_num(ordinary.z) > _WORTH)
    s = np.linspace(-3.2, 3.9, _NODES)
    u = np.sinh(s)
    weight = t.pdf(u, ordinary.freedom) * np.cosh(s)
    weight /= weight.sum()
    k, rate = n[rows, kinds], mu[rows, kinds] * np.exp(ordinary.line[rows, kinds])
    sd, found = ordinary.sd[kinds], np.zeros(len(rows))
    for node, share in zip(u, weight, strict=True):
        found += share * gammainc(k, rate * np.exp(sd * node))
    p[rows, kinds] = found
    return p
