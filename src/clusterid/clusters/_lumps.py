r"""The null where only employment is known: jobs come in lumps of unknown size.

Without plants the data cannot tell ten firms of a hundred from one of a thousand. What
can be learnt is how far jobs ordinarily scatter around their expectation, by its size:

.. math:: \ln (e_j / \mu_j) \sim N(m_j - s_j^2/2,\ s_j^2), \qquad
          s_j^2 = \ln\{1 + \phi/\mu_j + (e^{\tau^2} - 1)(1 + \phi/\mu_j)\}

with :math:`\phi` the effective jobs a lump (plant) has, :math:`\tau` the roughness and
m a density gradient, all estimated over the regions with the upper tenth left out by
truncation. A log-normal sum of few lumps has a heavier tail than the normal, so the
tail is a Student t whose degrees of freedom grow with the number of lumps expected.
The price is power: a cluster must stand out of everything that plant sizes do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clusterid.clusters._roughness import FEWEST, centred

__all__ = ["LumpNull", "fit_lumps"]

Floats = npt.NDArray[np.float64]

#: Effective jobs a lump, and roughness, on which the posterior stands. Ours.
LUMP_GRID = np.geomspace(1.0, 5000.0, 18)
TAU_GRID = np.concatenate([[0.0], np.geomspace(0.05, 1.6, 12)])
#: Degrees of freedom of the tail: this plus a quarter of the lumps expected. Ours,
#: set on simulated economies with log-normal plants (sd 1.6) and no clusters.
TAIL_DEGREES = 8.0
TRIMMED = 0.10
_KEPT = 1e-3
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class LumpNull:
    """The fitted null of one group's employment."""

    mean: Floats
    shift: Floats
    tau: Floats
    lumps: Floats
    weight: Floats
    gradient: float

    @property
    def roughness(self) -> float:
        """Posterior mean of the sd of the log rate."""
        return float(self.tau @ self.weight)

    @property
    def lump(self) -> float:
        """Posterior mean of the effective jobs a lump."""
        return float(np.exp(np.log(self.lumps) @ self.weight))

    def p_values(self, jobs: Floats) -> Floats:
        """Return P(at least these jobs) by region; NaN where nothing is expected."""
        from scipy.stats import t as student

        p = np.full(len(jobs), np.nan)
        some = self.mean > 0
        mean, y = self.mean[some], _log_ratio(jobs[some], self.mean[some])
        total = np.zeros(len(mean))
        for tau, lump, share in zip(self.tau, self.lumps, self.weight, strict=True):
            s = np.sqrt(_variance(mean, lump, tau))
            z = (y - self.shift[some] + s * s / 2) / s
            total += share * student.sf(z, TAIL_DEGREES + mean / lump / 4)
        p[some] = np.where(jobs[some] > 0, total, 1.0)
        return p

    def detectable(self, mean: Floats, level: float, power: float) -> Floats:
        """Return the true quotient to ``mean`` found at ``level`` with ``power``."""
        from scipy.stats import norm
        from scipy.stats import t as student

        result = np.full(len(mean), np.nan)
        some = (self.mean > 0) & (mean > 0)
        base = self.mean[some]
        spread = np.zeros(len(base))
        for tau, lump, share in zip(self.tau, self.lumps, self.weight, strict=True):
            spread += share * _variance(base, lump, tau)
        s = np.sqrt(spread)
        degrees = TAIL_DEGREES + base / self.lump / 4
        needed = self.shift[some] - s * s / 2 + s * student.isf(level, degrees)
        log_lq = needed.copy()
        for _ in range(8):
            own = np.log1p(self.lump / (base * np.exp(np.clip(log_lq, -5, 12))))
            log_lq = needed + own / 2 + float(norm.isf(1 - power)) * np.sqrt(own)
        result[some] = np.exp(np.clip(log_lq, -5, 12)) * base / mean[some]
        return result


def _log_ratio(jobs: Floats, mean: Floats) -> Floats:
    """Return ln(jobs / mean), none standing at half a job."""
    ratio: Floats = np.log(np.maximum(jobs, 0.5) / mean)
    return ratio


def _variance(mean: Floats, lump: float, tau: float) -> Floats:
    """Return the variance of ln(jobs / mean)."""
    own = lump / mean
    variance: Floats = np.log1p(own + np.expm1(tau * tau) * (1 + own))
    return np.maximum(variance, 1e-8)


def fit_lumps(
    jobs: Floats, means: Floats, *, density: Floats | None, roughness: str | float
) -> list[LumpNull]:
    """Return the fitted null of every group (columns of ``jobs``)."""
    if roughness == "none":
        grid = np.zeros(1)
    elif isinstance(roughness, str):
        grid = TAU_GRID
    else:
        grid = np.array([float(roughness)])
    return [
        _fit_one(jobs[:, g], means[:, g], density, grid) for g in range(jobs.shape[1])
    ]


def _line(y: Floats, x: Floats, variance: Floats, gradient: bool) -> Floats:
    """Return level and slope of y on x, far points clipped (Huber, 1.5)."""
    design = np.column_stack([np.ones(len(y)), x])[:, : 2 if gradient else 1]
    beta = np.zeros(design.shape[1])
    for _ in range(20):
        r = np.abs(y - design @ beta) / np.sqrt(variance)
        w = np.minimum(1.0, 1.5 / np.maximum(r, 1e-9)) / variance
        beta = np.linalg.lstsq(
            design * np.sqrt(w)[:, None], y * np.sqrt(w), rcond=None
        )[0]
    return np.append(beta, 0.0)[:2]


def _fit_one(
    jobs: Floats, mean: Floats, density: Floats | None, grid: Floats
) -> LumpNull:
    from scipy.special import log_ndtr

    usable = np.isfinite(jobs) & np.isfinite(mean) & (mean > 0)
    base = np.where(usable, mean, 0.0)
    if usable.sum() < FEWEST or jobs[usable].sum() <= 0:
        # nothing can be learnt: nothing can be tested
        nowhere = np.zeros(len(mean))
        return LumpNull(nowhere, nowhere, np.zeros(1), np.ones(1), np.ones(1), 0.0)
    m, y = base[usable], _log_ratio(jobs[usable], base[usable])
    zero = jobs[usable] <= 0
    x_all = centred(density, base)
    x = x_all[usable]
    tau, lump = np.meshgrid(grid, LUMP_GRID)
    variance = np.full(len(y), max(float(np.var(y)), 1e-6))
    posterior = np.ones(tau.size) / tau.size
    spreads = np.array([
        _variance(m, b, a) for a, b in zip(tau.ravel(), lump.ravel(), strict=True)
    ])
    level = slope = 0.0
    for _ in range(_ROUNDS):
        level, slope = _line(y + variance / 2, x, variance, density is not None)
        centre = level + slope * x
        cut = centre - variance / 2 + 1.2815515655446004 * np.sqrt(variance)
        keep = y <= cut
        if keep.sum() < FEWEST:
            keep = np.ones(len(y), dtype=bool)
            cut = np.full(len(y), np.inf)
        s2 = spreads[:, keep]
        s, at = np.sqrt(s2), centre[keep] - s2 / 2
        z = (y[keep] - at) / s
        log_mass = np.where(
            zero[keep], log_ndtr(z), -z * z / 2 - np.log(s) - 0.9189385332046727
        )
        log_mass -= log_ndtr((cut[keep] - at) / s)
        total = log_mass.sum(axis=1)
        posterior = np.exp(total - total.max())
        posterior /= posterior.sum()
        variance = posterior @ spreads
    kept = posterior > _KEPT
    shift = np.zeros(len(mean))
    shift[usable] = level + slope * x
    share = posterior[kept] / posterior[kept].sum()
    return LumpNull(base, shift, tau.ravel()[kept], lump.ravel()[kept], share, slope)
