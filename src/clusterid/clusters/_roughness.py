r"""The ordinary roughness of a group: how uneven it is where nothing is clustered.

A dartboard is not a realistic null: most industries are spread more unevenly than
plants thrown at random, in every country. For the counts of one group the null is

.. math:: n_j \sim Poisson(\mu_j\, e^{b (x_j - \bar x)}\, \theta_j),
          \qquad \ln \theta_j \sim N(-\tau^2/2, \tau^2)

with :math:`\mu_j` the dartboard expectation, :math:`x_j` the log density of region j,
b the group's density gradient and :math:`\tau` its roughness. Both are estimated from
the data themselves. Cells in the upper tail, among which the clusters are, are left out
of the likelihood of tau by truncation, so that a cluster cannot hide behind the
roughness it causes. What is not known about tau is carried to the p-values by averaging
them over its posterior; the prior over tau is learnt from all groups of the study.

Where only employment is known, jobs come in lumps of unknown size: the count is
employment divided by a lump size :math:`\phi`, estimated with tau on a grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Null", "fit_null", "tail_probability"]

Floats = npt.NDArray[np.float64]

#: Roughness values the posterior stands on (sd of the log rate). Ours.
TAU_GRID = np.concatenate([[0.0], np.geomspace(0.04, 1.6, 15)])
#: Nodes kept of the posterior when p-values are averaged.
_KEPT = 1e-3
#: Share of cells, the highest, that do not inform roughness. Ours.
TRIMMED = 0.10
_ROUNDS = 3
_PRIOR_ROUNDS = 20
#: Jobs per plant-like lump tried where establishments are unknown. Ours.
LUMP_GRID = np.geomspace(1.0, 3000.0, 17)


def _gauss(n: int, bound: float = 6.5) -> tuple[Floats, Floats]:
    """Return nodes and weights of a normal average on [-bound, bound]."""
    z = np.linspace(-bound, bound, n)
    weight = np.exp(-z * z / 2)
    return z, weight / weight.sum()


_Z_TAIL, _W_TAIL = _gauss(53)
_Z_LIKE, _W_LIKE = _gauss(21, 4.5)


@dataclass(frozen=True, slots=True)
class Null:
    """The fitted null of one group.

    ``mean`` is the expected count by region after the density gradient; ``tau`` and
    ``weight`` the posterior of the roughness; ``lump`` the jobs of one count (1 for
    plants); ``gradient`` the slope on log density.
    """

    mean: Floats
    tau: Floats
    weight: Floats
    lump: float
    gradient: float

    @property
    def roughness(self) -> float:
        """Posterior mean of the sd of the log rate."""
        return float(self.tau @ self.weight)


def tail_probability(
    count: Floats, mean: Floats, tau: Floats, weight: Floats
) -> Floats:
    """Return P(N >= count) under the mixture, elementwise.

    ``count`` may be fractional (weighted counts): the gamma form of the Poisson tail.
    A count of 0 has probability 1.
    """
    from scipy.special import gammainc

    result = np.zeros(np.shape(count))
    some = (count > 0) & (mean > 0)
    k, m = count[some], mean[some]
    total = np.zeros(len(k))
    for t, share in zip(tau, weight, strict=True):
        if t == 0.0:
            total += share * gammainc(k, m)
            continue
        rates = m[:, None] * np.exp(t * _Z_TAIL - t * t / 2)[None, :]
        total += share * (gammainc(k[:, None], rates) @ _W_TAIL)
    result[some] = total
    result[count <= 0] = 1.0
    return np.asarray(np.clip(result, 0.0, 1.0))


def _log_mass(count: Floats, mean: Floats, tau: float) -> Floats:
    """Return the log of the probability mass of each count at one tau."""
    from scipy.special import gammaln

    if tau == 0.0:
        return np.asarray(count * np.log(mean) - mean - gammaln(count + 1))
    # centre the nodes where the posterior of theta is, so that few nodes suffice
    # (large means make the integrand narrow)
    mode = np.zeros(len(count))
    for _ in range(8):
        rate = mean * np.exp(mode)
        slope = count - rate - (mode + tau * tau / 2) / tau**2
        mode = mode + slope / (rate + 1 / tau**2)
    spread = 1 / np.sqrt(mean * np.exp(mode) + 1 / tau**2)
    u = mode[:, None] + spread[:, None] * _Z_LIKE[None, :]
    step = _Z_LIKE[1] - _Z_LIKE[0]
    log_f = (
        count[:, None] * (np.log(mean)[:, None] + u)
        - mean[:, None] * np.exp(u)
        - (u + tau * tau / 2) ** 2 / (2 * tau**2)
        - np.log(tau * np.sqrt(2 * np.pi))
    )
    top = log_f.max(axis=1)
    inner = np.exp(log_f - top[:, None]).sum(axis=1) * step * spread
    return np.asarray(top + np.log(inner) - gammaln(count + 1))


def _cut(mean: Floats, tau: float, share: float) -> Floats:
    """Return, per cell, the count above which cells are left out.

    The approximate upper quantile of the null by moments on the log scale; the
    truncation probability at this cut is computed exactly afterwards.
    """
    from scipy.stats import norm

    z = float(norm.isf(share))
    variance = np.log1p(np.expm1(tau * tau) + 1 / np.maximum(mean, 1e-9))
    sd = np.sqrt(variance)
    cut: Floats = np.floor(mean * np.exp(z * sd - sd**2 / 2)) + 1.0
    return cut


def _gradient(
    count: Floats, mean: Floats, x: Floats, tau: float, keep: npt.NDArray[np.bool_]
) -> tuple[float, float]:
    """Return level and slope of the log rate on x, clusters left out and clipped.

    Iteratively reweighted least squares with variance mean + tau^2 mean^2 and Huber
    clipping of the residuals at 1.5, so that a few large cells do not pull the line.
    """
    level, slope = 0.0, 0.0
    c, m, d = count[keep], mean[keep], x[keep]
    if len(c) < 8:
        return level, slope
    for _ in range(25):
        fit = m * np.exp(np.clip(level + slope * d, -8, 8))
        variance = fit + (tau * fit) ** 2
        residual = (c - fit) / np.sqrt(variance)
        clipped = np.clip(residual, -1.5, 1.5) * np.sqrt(variance)
        w = fit * fit / variance
        s0, s1, s2 = w.sum(), (w * d).sum(), (w * d * d).sum()
        g = clipped * fit / variance
        g0, g1 = g.sum(), (g * d).sum()
        det = s0 * s2 - s1 * s1
        if det <= 1e-12 * max(1.0, s0 * s2):
            step0, step1 = (g0 / s0 if s0 > 0 else 0.0), 0.0
        else:
            step0 = (s2 * g0 - s1 * g1) / det
            step1 = (s0 * g1 - s1 * g0) / det
        step0, step1 = np.clip(step0, -1, 1), np.clip(step1, -1, 1)
        level, slope = level + step0, slope + step1
        if abs(step0) + abs(step1) < 1e-8:
            break
    return float(level), float(slope)


def _log_likelihood(
    count: Floats, mean: Floats, cut: Floats, keep: npt.NDArray[np.bool_]
) -> Floats:
    """Return the truncated log-likelihood of every tau on the grid."""
    k, m, c = count[keep], mean[keep], cut[keep]
    result = np.zeros(len(TAU_GRID))
    one = np.ones(1)
    for i, t in enumerate(TAU_GRID):
        above = tail_probability(c, m, np.array([t]), one)
        log_below = np.log(np.maximum(1 - above, 1e-12))
        result[i] = float((_log_mass(k, m, t) - log_below).sum())
    return result


def fit_null(
    counts: Floats,
    means: Floats,
    *,
    density: Floats | None,
    lumps: bool,
    roughness: str | float,
) -> list[Null]:
    """Return the fitted null of every group (columns of ``counts``).

    Parameters
    ----------
    counts, means : array, regions x groups
        Observed and dartboard counts (or jobs); NaN where unknown, mean 0 where
        nothing can be expected.
    density : array by region, optional
        Log density for the gradient; NaN where unknown. None: no gradient.
    lumps : bool
        The counts are jobs: estimate their lump size.
    roughness : "estimate", "none", or a number
        A number fixes tau.
    """
    n_groups = counts.shape[1]
    if roughness == "none" or isinstance(roughness, (int, float)):
        fixed = 0.0 if isinstance(roughness, str) else float(roughness)
        grid = np.array([fixed])
    else:
        grid = TAU_GRID
    fits: list[tuple[Floats, Floats, float, float]] = []
    for g in range(n_groups):
        fits.append(_fit_one(counts[:, g], means[:, g], density, lumps, grid))
    likelihood = np.array([fit[1] for fit in fits]).reshape(n_groups, len(grid))
    prior = np.full(len(grid), 1 / len(grid))
    posterior = np.tile(prior, (n_groups, 1))
    scaled = np.exp(likelihood - likelihood.max(axis=1, keepdims=True))
    for _ in range(_PRIOR_ROUNDS):
        posterior = scaled * prior
        posterior /= posterior.sum(axis=1, keepdims=True)
        # half a group spread evenly keeps every value possible
        prior = (posterior.sum(axis=0) + 0.5 / len(grid)) / (n_groups + 0.5)
    nulls = []
    for (mean, _, lump, slope), weights in zip(fits, posterior, strict=True):
        keep = weights > _KEPT
        share = weights[keep] / weights[keep].sum()
        nulls.append(Null(mean, grid[keep], share, lump, slope))
    return nulls


def _fit_one(
    count: Floats, mean: Floats, density: Floats | None, lumps: bool, grid: Floats
) -> tuple[Floats, Floats, float, float]:
    """Return adjusted mean, log-likelihood over the grid, lump size and slope."""
    usable = np.isfinite(count) & np.isfinite(mean) & (mean > 0)
    flat = np.zeros(len(grid))
    safe = np.where(usable, mean, 0.0)
    if usable.sum() < 8 or count[usable].sum() <= 0:
        return safe, flat, 1.0, 0.0
    options = LUMP_GRID if lumps else np.ones(1)
    x = np.zeros(len(mean)) if density is None else density
    weight_mean = np.average(np.where(np.isfinite(x), x, 0.0), weights=safe)
    x = np.where(np.isfinite(x), x - weight_mean, 0.0)
    best: tuple[float, Floats, Floats, float, float] | None = None
    for lump in options:
        k = np.where(usable, count, 0.0) / lump
        base = safe / lump
        fitted, slope = base, 0.0
        tau = 0.2
        like = flat
        for _ in range(_ROUNDS):
            cut = _cut(fitted, tau, TRIMMED)
            keep = usable & (k <= cut - (0.0 if lumps else 1.0))
            if keep.sum() < 8:
                break
            if density is not None:
                level, slope = _gradient(k, base, x, tau, usable)
                fitted = base * np.exp(np.clip(level + slope * x, -4, 4))
            if len(grid) == 1:
                like = flat
                tau = float(grid[0])
            else:
                cut = _cut(fitted, tau, TRIMMED)
                keep = usable & (k <= cut - (0.0 if lumps else 1.0))
                like = _log_likelihood(k, fitted, cut, keep)
                w = np.exp(like - like.max())
                tau = float((w / w.sum()) @ grid)
        total = float(like.max()) - float(keep.sum()) * np.log(lump)
        if best is None or total > best[0]:
            best = (total, fitted, like, float(lump), slope)
    if best is None:
        return safe, flat, 1.0, 0.0
    return best[1], best[2], best[3], best[4]


def quantile_count(mean: Floats, null: Any, alpha: float) -> Floats:
    """Return the smallest whole count with tail probability at most alpha.

    Found by doubling and halving on a coarse grid of means and interpolated on the
    log scale between them; used for the power statement only.
    """
    positive = mean[mean > 0]
    if not len(positive):
        return np.full(len(mean), np.nan)
    grid = np.geomspace(positive.min(), positive.max() * (1 + 1e-9), 24)
    low, high = np.zeros(24), np.maximum(4.0, 4 * grid)
    for _ in range(30):
        too_low = tail_probability(high, grid, null.tau, null.weight) > alpha
        if not too_low.any():
            break
        high = np.where(too_low, 2 * high, high)
    for _ in range(40):
        middle = (low + high) / 2
        above = tail_probability(middle, grid, null.tau, null.weight) > alpha
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    result = np.full(len(mean), np.nan)
    some = mean > 0
    result[some] = np.ceil(
        np.exp(np.interp(np.log(mean[some]), np.log(grid), np.log(high))) - 1e-9
    )
    return result
