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
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["FEWEST", "Null", "centred", "fit_null", "tail_probability"]

Floats = npt.NDArray[np.float64]

#: Roughness values the posterior stands on (sd of the log rate). Ours.
TAU_GRID = np.concatenate([[0.0], np.geomspace(0.05, 1.6, 13)])
#: Nodes kept of the posterior when p-values are averaged.
_KEPT = 1e-3
#: Share of cells, the highest, that do not inform roughness. Ours.
TRIMMED = 0.10
_PRIOR_ROUNDS = 20
#: Fewer regions than this say nothing of roughness: the dartboard is used.
FEWEST = 8


def _gauss(n: int, bound: float = 6.5) -> tuple[Floats, Floats]:
    """Return nodes and weights of a normal average on [-bound, bound]."""
    z = np.linspace(-bound, bound, n)
    weight = np.exp(-z * z / 2)
    return z, weight / weight.sum()


_Z_TAIL, _W_TAIL = _gauss(41)
_Z_LIKE, _W_LIKE = _gauss(15, 4.5)


@dataclass(frozen=True, slots=True)
class Null:
    """The fitted null of one group's plant counts.

    ``mean`` is the expected count by region after the density gradient; ``tau`` and
    ``weight`` the posterior of the roughness; ``gradient`` the slope on log density.
    """

    mean: Floats
    tau: Floats
    weight: Floats
    gradient: float
    lump: float = 1.0

    @property
    def roughness(self) -> float:
        """Posterior mean of the sd of the log rate."""
        return float(self.tau @ self.weight)

    def p_values(self, count: Floats) -> Floats:
        """Return P(at least this count) by region; NaN where nothing is expected."""
        p = np.full(len(count), np.nan)
        some = self.mean > 0
        p[some] = tail_probability(count[some], self.mean[some], self.tau, self.weight)
        return p

    def detectable(self, mean: Floats, level: float, power: float) -> Floats:
        """Return the true quotient to ``mean`` found at ``level`` with ``power``."""
        from scipy.special import gammaincinv

        needed = quantile_count(self.mean, self, level)
        rate = gammaincinv(np.maximum(needed, 1e-9), power)
        result: Floats = np.divide(
            rate,
            mean,
            out=np.full(len(mean), np.nan),
            where=(mean > 0) & np.isfinite(needed),
        )
        return result


def tail_probability(
    count: Floats,
    mean: Floats,
    tau: Floats,
    weight: Floats,
    nodes: tuple[Floats, Floats] | None = None,
) -> Floats:
    """Return P(N >= count) under the mixture, elementwise.

    ``count`` may be fractional (weighted counts): the gamma form of the Poisson tail.
    A count of 0 has probability 1.
    """
    from scipy.special import gammainc

    z, w = (_Z_TAIL, _W_TAIL) if nodes is None else nodes
    result = np.zeros(np.shape(count))
    some = (count > 0) & (mean > 0)
    k, m = count[some], mean[some]
    total = np.zeros(len(k))
    for t, share in zip(tau, weight, strict=True):
        if t == 0.0:
            total += share * gammainc(k, m)
            continue
        rates = m[:, None] * np.exp(t * z - t * t / 2)[None, :]
        total += share * (gammainc(k[:, None], rates) @ w)
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
    if len(c) < FEWEST:
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
    count: Floats,
    mean: Floats,
    cut: Floats,
    keep: npt.NDArray[np.bool_],
    grid: Floats,
) -> Floats:
    """Return the truncated log-likelihood of every tau on the grid."""
    k, m, c = count[keep], mean[keep], cut[keep]
    result = np.zeros(len(grid))
    one = np.ones(1)
    for i, t in enumerate(grid):
        above = tail_probability(c, m, np.array([t]), one, (_Z_LIKE, _W_LIKE))
        log_below = np.log(np.maximum(1 - above, 1e-12))
        result[i] = float((_log_mass(k, m, t) - log_below).sum())
    return result


def fit_null(
    counts: Floats,
    means: Floats,
    *,
    density: Floats | None,
    roughness: str | float,
) -> list[Null]:
    """Return the fitted null of every group (columns of ``counts``).

    Parameters
    ----------
    counts, means : array, regions x groups
        Observed and dartboard counts; NaN where unknown, mean 0 where nothing can be
        expected.
    density : array by region, optional
        Log density for the gradient; NaN where unknown. None: no gradient.
    roughness : "estimate", "none", or a number
        A number fixes tau.
    """
    n_groups = counts.shape[1]
    if roughness == "none":
        grid = np.zeros(1)
    elif isinstance(roughness, str):
        grid = TAU_GRID
    else:
        grid = np.array([float(roughness)])
    fits = [_fit_one(counts[:, g], means[:, g], density, grid) for g in range(n_groups)]
    likelihood = np.array([fit[1] for fit in fits]).reshape(n_groups, len(grid))
    posterior = pooled_posterior(likelihood)
    nulls = []
    for (mean, _, slope), weights in zip(fits, posterior, strict=True):
        keep = weights > _KEPT
        nulls.append(Null(mean, grid[keep], weights[keep] / weights[keep].sum(), slope))
    return nulls


def pooled_posterior(log_likelihood: Floats) -> Floats:
    """Return the posterior over the grid by group, its prior learnt from all groups."""
    n_groups, n = log_likelihood.shape
    prior = np.full(n, 1 / n)
    posterior = np.tile(prior, (n_groups, 1))
    top = log_likelihood.max(axis=1, keepdims=True)
    scaled = np.exp(log_likelihood - top)
    for _ in range(_PRIOR_ROUNDS):
        posterior = scaled * prior
        posterior /= posterior.sum(axis=1, keepdims=True)
        # half a group spread evenly keeps every value possible
        prior = (posterior.sum(axis=0) + 0.5 / n) / (n_groups + 0.5)
    return np.asarray(posterior)


def _fit_one(
    count: Floats, mean: Floats, density: Floats | None, grid: Floats
) -> tuple[Floats, Floats, float]:
    """Return adjusted mean, log-likelihood over the grid, and slope."""
    usable = np.isfinite(count) & np.isfinite(mean) & (mean > 0)
    like = np.zeros(len(grid))
    base = np.where(usable, mean, 0.0)
    if usable.sum() < FEWEST or count[usable].sum() <= 0:
        return base, like, 0.0
    k = np.where(usable, count, 0.0)
    x = centred(density, base)
    fitted, slope, tau = base, 0.0, 0.2
    for coarse in (True, False):
        if density is not None:
            level, slope = _gradient(k, base, x, tau, usable)
            fitted = base * np.exp(np.clip(level + slope * x, -4, 4))
        if len(grid) == 1:
            tau = float(grid[0])
            continue
        cut = _cut(fitted, tau, TRIMMED)
        keep = usable & (k < cut)
        if keep.sum() < FEWEST:
            break
        tried = grid[::3] if coarse else grid
        found = _log_likelihood(k, fitted, cut, keep, tried)
        share = np.exp(found - found.max())
        tau = float((share / share.sum()) @ tried)
        if not coarse:
            like = found
    return fitted, like, slope


def centred(density: Floats | None, weight: Floats) -> Floats:
    """Return the covariate less its weighted mean; unknown values stand at the mean."""
    if density is None:
        return np.zeros(len(weight))
    known = np.isfinite(density) & (weight > 0)
    if not known.any():
        return np.zeros(len(weight))
    middle = np.average(density[known], weights=weight[known])
    return np.where(np.isfinite(density), density - middle, 0.0)


def quantile_count(mean: Floats, null: Null, alpha: float) -> Floats:
    """Return the smallest whole count with tail probability at most alpha.

    Found by doubling and halving on a coarse grid of means and interpolated on the
    log scale between them; used for the power statement only.
    """
    positive = mean[mean > 0]
    if not len(positive):
        return np.full(len(mean), np.nan)
    n = 16
    grid = np.geomspace(positive.min(), positive.max() * (1 + 1e-9), n)
    low, high = np.zeros(n), np.maximum(4.0, 2 * grid + 6 * np.sqrt(grid))
    for _ in range(30):
        too_low = tail_probability(high, grid, null.tau, null.weight) > alpha
        if not too_low.any():
            break
        low = np.where(too_low, high, low)
        high = np.where(too_low, 2 * high, high)
    for _ in range(14):
        middle = (low + high) / 2
        above = tail_probability(middle, grid, null.tau, null.weight) > alpha
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    result = np.full(len(mean), np.nan)
    some = mean > 0
    result[some] = np.ceil(
        np.exp(np.interp(np.log(mean[some]), np.log(grid), np.log(high))) - 1e-9
    )
    return result
