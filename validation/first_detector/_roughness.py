r"""The ordinary roughness of a group: how uneven it is where nothing is clustered.

A dartboard is not a realistic null: most industries are spread more unevenly than
plants thrown at random, in every country. For the plants of one group the null is

.. math:: n_j \sim Poisson(\mu_j\, e^{a + b (x_j - \bar x)}\, \theta_j), \qquad
          \theta_j = e^{\sigma z_{0j} - \sigma^2/2}
                     \sum_i w_i e^{\tau_i z_{ij} - \tau_i^2/2}

with :math:`\mu_j` the dartboard expectation, :math:`x_j` the log density of region j, b
the group's density gradient, :math:`w_i` an industry's share of the group,
:math:`\tau_i` its own roughness and :math:`\sigma` what the group's industries have in
common. All are estimated from the data themselves: the industries' by the middle
of their quotients, the common part by the likelihood of the counts below an upper
cut, so that a cluster cannot hide behind the roughness it causes. What is not known
about the common part is averaged over its posterior, whose prior is learnt from all
groups of the study.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from validation.first_detector._mixture import joined, spread, weighted_sum

__all__ = ["FEWEST", "Null", "centred", "fit_null", "industry_roughness", "log_mass"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: Common roughness on which the posterior stands (sd of the log rate). Our choice.
SIGMA_GRID = np.concatenate([[0.0], np.geomspace(0.06, 1.6, 12)])
#: Nodes kept of the posterior when p-values are averaged.
_KEPT = 1e-3
#: Normal deviate of the highest tenth of cells, which do not inform roughness. Our
#: choice.
_Z_TRIMMED = 1.2815515655446004
_PRIOR_ROUNDS = 20
#: Log-likelihood below the best at which larger roughness is no longer tried.
_HOPELESS = 15.0
#: Steepest gradient believed: twice the density, twice or half the share. A steeper one
#: is drawn by the very clusters that are looked for (one capital, say). Our choice.
STEEPEST = 1.0
#: Sd of the prior of a gradient around 0: few regions cannot claim a steep one. Our
#: choice.
PRIOR_SLOPE = 0.15
#: Fewer regions than this say nothing of roughness: the dartboard is used.
FEWEST = 8
#: Regions with this many plants expected inform an industry's own roughness. Our
#: choice.
_INFORMATIVE = 4.0


@dataclass(frozen=True, slots=True)
class Null:
    """The fitted null of one group's plant counts.

    ``mean`` is the expected count by region after the density gradient; ``theta`` and
    ``weight`` the distribution of the rate; ``roughness`` the sd of its log;
    ``gradient`` the slope on log density.
    """

    mean: Floats
    theta: Floats
    weight: Floats
    gradient: float

    @property
    def roughness(self) -> float:
        """Sd of the log rate."""
        logs = np.log(self.theta)
        middle = float(logs @ self.weight)
        return float(np.sqrt(max(0.0, float((logs - middle) ** 2 @ self.weight))))

    def p_values(self, count: Floats, where: Bools | None = None) -> Floats:
        """Return P(at least this count) by region; NaN where nothing is expected.

        ``where``: for these regions alone, and only they are returned.
        """
        mean = self.mean if where is None else self.mean[where]
        count = count if where is None else count[where]
        p = np.full(len(count), np.nan)
        some = mean > 0
        p[some] = tail(count[some], mean[some], self.theta, self.weight)
        return p


def _scaled(count: Floats, mean: Floats, theta: Floats) -> tuple[Floats, Floats]:
    """Return counts and means no larger than the nodes of the rate can resolve.

    Where the chance of a count is finer than the distance between two nodes, both are
    scaled down until it is as wide as that; the sum over nodes is then smooth.
    """
    if len(theta) < 2:
        return count, mean
    step = float(np.log(theta[1] / theta[0]))
    factor = np.minimum(1.0, 1.0 / step**2 / mean)
    return count * factor, mean * factor


def tail(count: Floats, mean: Floats, theta: Floats, weight: Floats) -> Floats:
    """Return P(N >= count) of the mixture, elementwise.

    ``count`` may be fractional (weighted counts): the gamma form of the Poisson tail.
    A count of 0 has probability 1.
    """
    from scipy.special import gammainc

    result = np.ones(len(count))
    some = (count > 0) & (mean > 0)
    k, m = _scaled(count[some], mean[some], theta)
    result[some] = gammainc(k[:, None], m[:, None] * theta[None, :]) @ weight
    return np.asarray(np.clip(result, 0.0, 1.0))


def log_mass(count: Floats, mean: Floats, theta: Floats, weight: Floats) -> Floats:
    """Return the log probability of each count under the mixture."""
    from scipy.special import gammaln

    k, m = _scaled(count, mean, theta)
    rates = m[:, None] * theta[None, :]
    logs = k[:, None] * np.log(rates) - rates
    top = logs.max(axis=1)
    inner = np.exp(logs - top[:, None]) @ weight
    # k = f n: a step of one in n is a step of f in k
    return np.asarray(top + np.log(inner) - gammaln(k + 1) + np.log(m / mean))


def industry_roughness(counts: Floats, means: Floats, density: Floats | None) -> Floats:
    """Return each industry's own roughness tau from the middle of its quotients.

    From the 10th to the 85th percentile of log((n + 1/2)/(mu + 1/2)) over the regions
    where at least four plants are expected, a line on log density taken off, less the
    chance part; widened for what n regions leave open in the far tail (the relative
    variance 0.84/n of this estimate, times half the square of 4.8 deviations). An
    industry with fewer than 20 such regions cannot say itself and gets the mean of the
    others, weighted by their plants.
    """
    n_regions, n_industries = counts.shape
    informative = np.isfinite(counts) & (means >= _INFORMATIVE)
    safe = np.where(informative, means, 1.0)
    y = np.log((np.where(informative, counts, 1.0) + 0.5) / (safe + 0.5))
    weight = np.where(informative, safe / (1 + 0.1 * safe), 0.0)
    if density is not None:
        x = centred(density, np.ones(n_regions))[:, None]
        for _ in range(2):
            total = np.maximum(weight.sum(axis=0), 1e-12)
            mx, my = (weight * x).sum(axis=0) / total, (weight * y).sum(axis=0) / total
            sxx = (weight * (x - mx) ** 2).sum(axis=0)
            sxy = (weight * (x - mx) * (y - my)).sum(axis=0)
            slope = np.divide(sxy, sxx, out=np.zeros_like(sxy), where=sxx > 1e-12)
            y = y - slope * x
            # far points no longer pull in the second pass
            weight = np.where(np.abs(y - my) > 1.0, 0.0, weight)
    enough = informative.sum(axis=0) >= 20
    variance = np.full(n_industries, np.nan)
    if enough.any():
        part = np.where(informative[:, enough], y[:, enough], np.nan)
        low, high = np.nanpercentile(part, [10, 85], axis=0)
        chance = np.where(informative[:, enough], 1 / (safe[:, enough] + 0.5), 0.0)
        chance = chance.sum(axis=0) / informative[:, enough].sum(axis=0)
        variance[enough] = np.maximum(0.0, ((high - low) / 2.318) ** 2 - chance)
        variance[enough] *= (1 + 9.7 / informative[:, enough].sum(axis=0)) ** 2
        plants = np.nansum(counts[:, enough], axis=0)
        common = float(np.average(variance[enough], weights=np.maximum(plants, 1.0)))
    else:
        common = 0.0
    variance[~enough] = common
    return np.asarray(np.sqrt(variance))


def _gradient(
    count: Floats, mean: Floats, x: Floats, tau: float, keep: Bools, sloped: bool
) -> tuple[float, float]:
    """Return level and slope of the log rate on x, clusters left out and clipped.

    Iteratively reweighted least squares with variance mean + tau^2 mean^2 and Huber
    clipping of the residuals at 1.5, so that a few large cells do not pull the line.
    """
    level, slope = 0.0, 0.0
    c, m, d = count[keep], mean[keep], x[keep]
    for _ in range(25):
        fit = m * np.exp(np.clip(level + slope * d, -8, 8))
        variance = fit + (tau * fit) ** 2
        residual = (c - fit) / np.sqrt(variance)
        clipped = np.clip(residual, -1.5, 1.5) * np.sqrt(variance)
        w = fit * fit / variance
        s0, s1, s2 = w.sum(), (w * d).sum(), (w * d * d).sum()
        g = clipped * fit / variance
        g0, g1 = g.sum(), (g * d).sum()
        s2, g1 = s2 + 1 / PRIOR_SLOPE**2, g1 - slope / PRIOR_SLOPE**2
        det = s0 * s2 - s1 * s1
        if not sloped or det <= 1e-12 * max(1.0, s0 * s2):
            step0, step1 = (g0 / s0 if s0 > 0 else 0.0), 0.0
        else:
            step0 = (s2 * g0 - s1 * g1) / det
            step1 = (s0 * g1 - s1 * g0) / det
        step0, step1 = np.clip(step0, -1, 1), np.clip(step1, -1, 1)
        level = level + step0
        slope = float(np.clip(slope + step1, -STEEPEST, STEEPEST))
        if abs(step0) + abs(step1) < 1e-8:
            break
    return float(level), float(slope)


def fit_null(
    counts: Floats,
    means: Floats,
    *,
    shares: Floats,
    taus: Floats,
    density: Floats | None,
) -> list[Null]:
    """Return the fitted null of every group (columns of ``counts``).

    Parameters
    ----------
    counts, means : array, regions x groups
        Observed and dartboard counts; NaN where unknown, mean 0 where nothing can be
        expected.
    shares : array, industries x groups
        Each industry's expected plants in the group (any scale).
    taus : array by industry
        Each industry's own roughness.
    density : array by region, optional
        Log density for the gradient; NaN where unknown. None: no gradient.
    """
    rates = _rates(shares, taus)
    fits = [
        _fit_one(counts[:, g], means[:, g], density, rates[g])
        for g in range(counts.shape[1])
    ]
    posterior = pooled_posterior(np.array([fit[1] for fit in fits]))
    nulls = []
    for g, (mean, _, slope) in enumerate(fits):
        keep = np.flatnonzero(posterior[g] > _KEPT)
        theta = np.concatenate([rates[g][s][0] for s in keep])
        mass = np.concatenate([rates[g][s][1] * posterior[g][s] for s in keep])
        nulls.append(Null(mean, *joined(theta, mass), slope))
    return nulls


def _rates(shares: Floats, taus: Floats) -> list[list[tuple[Floats, Floats]]]:
    """Return the rates tried: the industries' own times a log-normal of every sigma."""
    rates = []
    for g in range(shares.shape[1]):
        own = shares[:, g] > 0
        base = (np.ones(1), np.ones(1))
        if own.any():
            base = weighted_sum(shares[own, g] / shares[own, g].sum(), taus[own])
        rates.append([spread(*base, sigma) for sigma in SIGMA_GRID])
    return rates


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


def _sd(rate: tuple[Floats, Floats]) -> float:
    logs = np.log(rate[0])
    return float(np.sqrt((logs - logs @ rate[1]) ** 2 @ rate[1]))


def _fit_one(
    count: Floats,
    mean: Floats,
    density: Floats | None,
    rates: list[tuple[Floats, Floats]],
) -> tuple[Floats, Floats, float]:
    """Return adjusted mean, log-likelihood of every rate distribution, and slope."""
    usable = np.isfinite(count) & np.isfinite(mean) & (mean > 0)
    like = np.zeros(len(rates))
    base = np.where(usable, mean, 0.0)
    if usable.sum() < FEWEST or count[usable].sum() <= 0:
        return base, like, 0.0
    k = np.where(usable, count, 0.0)
    x = centred(density, base)
    sds = np.array([_sd(rate) for rate in rates])
    tau = float(sds[0])
    level, slope = _gradient(k, base, x, tau, usable, density is not None)
    fitted = base * np.exp(np.clip(level + slope * x, -4, 4))
    # density explains a concentration away; it never accuses a region of one
    judged = base * np.exp(np.clip(level, -4, 4) + np.clip(slope * x, 0, 4))
    variance = np.log1p(np.expm1(tau * tau) + 1 / np.maximum(fitted, 1e-9))
    wide = _Z_TRIMMED * np.sqrt(variance) - variance / 2
    cut = np.floor(fitted * np.exp(wide)) + 1.0
    keep = usable & (k < cut)
    if keep.sum() < FEWEST:
        return judged, like, slope
    like = np.full(len(rates), -np.inf)
    for s, (theta, mass) in enumerate(rates):
        above = tail(cut[keep], fitted[keep], theta, mass)
        below = np.log(np.maximum(1 - above, 1e-12))
        like[s] = float((log_mass(k[keep], fitted[keep], theta, mass) - below).sum())
        if like[s] < like.max() - _HOPELESS:
            break  # larger values only get worse
    return judged, like, slope


def centred(density: Floats | None, weight: Floats) -> Floats:
    """Return the covariate less its weighted mean; unknown values stand at the mean."""
    if density is None:
        return np.zeros(len(weight))
    known = np.isfinite(density) & (weight > 0)
    if not known.any():
        return np.zeros(len(weight))
    middle = np.average(density[known], weights=weight[known])
    return np.where(np.isfinite(density), density - middle, 0.0)
