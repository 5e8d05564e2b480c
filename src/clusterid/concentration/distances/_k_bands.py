"""Bands of a K-density under random location: from moments, or from draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from clusterid.concentration._axis import Array
from clusterid.concentration.distances._pair_counts import PairCounts
from clusterid.concentration.distances._pair_density import (
    PairSet,
    binned,
    equal_steps,
    kernel_at,
)
from clusterid.concentration.distances._points import Points, distances_between
from clusterid.statistics import over_positive

__all__ = ["Chance", "chance", "null_moments"]

_NORMAL_DRAWS = 10_000
#: Relabellings of this many sites tell the skewness of every industry's density.
_PILOT_DRAWS = 2_000
_PILOT_SITES = 100


@dataclass(frozen=True, slots=True)
class Chance:
    """What random location gives at the distances r, for every industry alike.

    ``counts`` are pairs of all sites by distance, None where bands are drawn alone;
    ``noise`` normal draws for the global bands; ``pilot`` the pairs of a few random
    sites, many times over, for the skewness.
    """

    r: Array
    level: float
    draws: int
    counts: PairCounts | None
    noise: Array
    pilot: tuple[int, Array]

    def bands(
        self, one: PairSet, rng: np.random.Generator, *, by_moments: bool
    ) -> dict[str, Any]:
        """Return local and global bands of one industry."""
        if by_moments and self.counts is not None:
            return _moment_bands(one, self, self.counts)
        return _simulated_bands(one, self, rng)


def chance(
    data: Points,
    r: Array,
    counts: PairCounts | None,
    *,
    level: float,
    draws: int,
    seed: int,
    two_sets: bool,
) -> Chance:
    """Return what all industries share under random location."""
    noise = np.random.default_rng(seed).standard_normal((_NORMAL_DRAWS, len(r)))
    pilot = _pilot(data, two_sets, counts, seed)
    return Chance(r, level, draws, counts, noise, pilot)


def _pilot(
    data: Points, two_sets: bool, counts: PairCounts | None, seed: int
) -> tuple[int, Array]:
    """Pairs by distance bin of a few random sites, many times over."""
    if counts is None:
        return 0, np.empty((0, 0))
    rng = np.random.default_rng([seed, 1])
    n_bins, width = len(counts.pairs), counts.width
    n = max(4, min(_PILOT_SITES, len(data.xy) // 10))
    found = np.empty((_PILOT_DRAWS, n_bins))
    first, second = np.triu_indices(n, 1)
    for t in range(_PILOT_DRAWS):
        a = data.xy[rng.choice(len(data.xy), n, replace=False)]
        b = a
        if two_sets:
            a, b = a[: n // 2], a[n // 2 :]
        far = distances_between(a, b, is_geographic=data.is_geographic)
        pair = far.ravel() if two_sets else far[first, second]
        number = np.minimum((pair / width + 0.5).astype(np.int64), n_bins)
        found[t] = np.bincount(number, minlength=n_bins + 1)[:n_bins]
    return n, found


def _skewness(
    one: PairSet, r: Array, counts: PairCounts, pilot: tuple[int, Array]
) -> Array:
    """Skewness of K at every r by chance: the pilot's, scaled to the industry.

    It falls with the root of the (effective) number of plants; the second factor is
    that of sampling without replacement.
    """
    n, found = pilot
    curves = found @ kernel_at(r, counts.centres, one.h).T
    curves = curves - curves.mean(axis=0)
    spread = np.sqrt((curves**2).mean(axis=0))
    skew = over_positive((curves**3).mean(axis=0), spread**3, otherwise=0.0)
    u, v = one.weights
    effective = float(u.sum() ** 2 / (u**2).sum())
    if one.second is not None:
        other = float(v.sum() ** 2 / (v**2).sum())
        effective = 4.0 / (1.0 / effective + 1.0 / other)

    def finite(share: float) -> float:
        return float((1.0 - 2.0 * share) / np.sqrt(max(1.0 - share, 1e-9)))

    used = len(one.own) + (0 if one.second is None else len(one.second))
    factor = finite(used / counts.n_sites) / finite(n / counts.n_sites)
    result: Array = skew * np.sqrt(n / effective) * factor
    return result


def _moment_bands(one: PairSet, under: Chance, counts: PairCounts) -> dict[str, Any]:
    from scipy.stats import norm

    level = under.level
    mean, covariance = null_moments(one, under.r, counts)
    skewness = _skewness(one, under.r, counts, under.pilot)
    sd = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    scale = np.where(sd > 0, sd, 1.0)
    correlation = covariance / np.outer(scale, scale)
    value, vector = np.linalg.eigh((correlation + correlation.T) / 2.0)
    process = under.noise @ (vector * np.sqrt(np.maximum(value, 0.0))).T
    wide = float(np.quantile(process.max(axis=1), 1.0 - level))
    wide_down = float(np.quantile(-process.min(axis=1), 1.0 - level))
    local = float(norm.isf(level))

    def band(z: float) -> Array:
        # Cornish & Fisher: a normal quantile bent by the skewness
        result: Array = mean + sd * (z + skewness * (z**2 - 1.0) / 6.0)
        return np.maximum(result, 0.0)

    return {
        "expected": mean,
        "lower": band(-local),
        "upper": band(local),
        "global_lower": band(-wide_down),
        "global_upper": band(wide),
        "null": "moments",
    }


def null_moments(one: PairSet, r: Array, counts: PairCounts) -> tuple[Array, Array]:
    """Mean and covariance over r of K when sites are relabelled at random."""
    N = float(counts.n_sites)
    kernel = kernel_at(r, counts.centres, one.h)
    n_pairs = N * (N - 1.0) / 2.0
    total = kernel @ counts.pairs
    mean = total / n_pairs
    squared = (kernel * counts.pairs) @ kernel.T
    same = squared / n_pairs
    products = kernel @ counts.products @ kernel.T
    wedges = products - 2.0 * squared
    shared = wedges / (N * (N - 1.0) * (N - 2.0))
    apart = np.outer(total, total) - squared - wedges
    disjoint = apart / (n_pairs * (N - 2.0) * (N - 3.0) / 2.0)
    a, b, c = one.coefficients()
    covariance = a * same + b * shared + c * disjoint - np.outer(mean, mean)
    return mean, covariance


def _simulated_bands(
    one: PairSet, under: Chance, rng: np.random.Generator
) -> dict[str, Any]:
    """Bands from relabelled sites; the global one by the rank that 5 % reach."""
    r, level = under.r, under.level
    xy, N = one.data.xy, len(one.data.xy)
    n = len(one.own)
    m = 0 if one.second is None else len(one.second)
    u, v = one.weights
    counted = []
    first, second = np.triu_indices(n, 1)
    pair_weight = (u[first] * u[second]) if m == 0 else np.outer(u, v).ravel()
    width = one.h / 20.0
    size = int((float(r.max()) + 9.0 * one.h) / width) + 2
    for _ in range(under.draws):
        chosen = xy[rng.choice(N, n + m, replace=False)]
        a = chosen[:n]
        b = a if m == 0 else chosen[n:]
        far = distances_between(a, b, is_geographic=one.data.is_geographic)
        pair = far.ravel() if m else far[first, second]
        counted.append(binned(pair, pair_weight, width, size))
    kernel = kernel_at(r, equal_steps(width, size), one.h) / float(pair_weight.sum())
    found: Array = np.array(counted) @ kernel.T
    ordered = np.sort(found, axis=0)
    return {
        "expected": found.mean(axis=0),
        "lower": np.quantile(found, level, axis=0),
        "upper": np.quantile(found, 1.0 - level, axis=0),
        "global_lower": _envelope(found, ordered, level, upper=False),
        "global_upper": _envelope(found, ordered, level, upper=True),
        "null": "simulation",
    }


def _envelope(found: Array, ordered: Array, level: float, *, upper: bool) -> Array:
    """Local band of the same rank everywhere that at most ``level`` of draws leave."""
    draws = len(found)
    if upper:
        found, ordered = -found, -ordered[::-1]
    # rank of each draw at its most extreme distance, 1 = the most extreme
    most = np.full(draws, draws)
    for column, known in zip(found.T, ordered.T, strict=True):
        most = np.minimum(most, np.searchsorted(known, column, side="right"))
    allowed = int(np.floor(level * draws))
    rank = int(np.sort(most)[allowed])
    band: Array = ordered[max(rank, 1) - 1]
    return -band if upper else band
