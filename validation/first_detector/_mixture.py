"""The distribution of a group's rate: industries that are rough each on its own.

A group's rate is the weighted mean of its industries' rates. Where each is log-normal
and independent, the mean has a heavier upper tail than a log-normal of the same body:
one rough industry suffices. Distributions stand on nodes even in the log, and are
combined there without random numbers.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["joined", "spread", "weighted_sum"]

Floats = npt.NDArray[np.float64]

_Z = np.linspace(-6.0, 6.0, 33)
_W = np.exp(-_Z * _Z / 2) / np.exp(-_Z * _Z / 2).sum()
_NODES = 161
_FINAL = 45
_JOINED = 101
_FEWEST_WEIGHT = 1e-12


def _rebin(values: Floats, weights: Floats, grid: Floats) -> Floats:
    """Return the weights on an even log grid, each value split between two nodes."""
    place = (np.log(values) - grid[0]) / (grid[1] - grid[0])
    place = np.clip(place, 0.0, len(grid) - 1.000001)
    low = place.astype(np.int64)
    part = place - low
    result = np.bincount(low, weights * (1 - part), len(grid))
    result += np.bincount(low + 1, weights * part, len(grid))
    return np.asarray(result)


def _tidy(log_values: Floats, weights: Floats, n: int) -> tuple[Floats, Floats]:
    """Return the distribution on n nodes over its effective support, mean 1."""
    some = weights > _FEWEST_WEIGHT
    low, high = log_values[some].min(), log_values[some].max()
    if high - low < 1e-9:
        return np.ones(1), np.ones(1)
    grid = np.linspace(low, high, n)
    mass = _rebin(np.exp(log_values[some]), weights[some], grid)
    mass /= mass.sum()
    values = np.exp(grid)
    return values / float(values @ mass), mass


def weighted_sum(weights: Floats, taus: Floats) -> tuple[Floats, Floats]:
    """Return values and probabilities of sum_i w_i exp(tau_i z_i - tau_i^2/2).

    Weights are scaled to sum to one; industries with little weight are joined, so
    that long groups stay quick.
    """
    share = weights / weights.sum()
    order = np.argsort(-share, kind="stable")
    share, tau = share[order], taus[order]
    if len(share) > 30:
        rest = share[29:]
        total = float(rest.sum())
        variance = float((rest**2 * np.expm1(tau[29:] ** 2)).sum()) / total**2
        share = np.append(share[:29], total)
        tau = np.append(tau[:29], np.sqrt(np.log1p(variance)))
    if not (tau > 0).any():
        return np.ones(1), np.ones(1)
    top = float(tau.max())
    grid = np.linspace(
        np.log(share[0]) - 6.5 * top - top**2 / 2, 6.0 * top + 0.1, _NODES
    )
    mass: Floats | None = None
    for w, t in zip(share, tau, strict=True):
        term = w * np.exp(t * _Z - t * t / 2)
        if mass is None:
            mass = _rebin(term, _W, grid)
            continue
        kept = mass > _FEWEST_WEIGHT
        values = np.exp(grid[kept])[:, None] + term[None, :]
        mass = _rebin(values.ravel(), (mass[kept][:, None] * _W).ravel(), grid)
    if mass is None:
        return np.ones(1), np.ones(1)
    return _tidy(grid, mass, _FINAL)


def joined(values: Floats, mass: Floats) -> tuple[Floats, Floats]:
    """Return a mixture of such distributions on one even grid of 101 nodes."""
    return _tidy(np.log(values), mass, _JOINED)


def spread(values: Floats, mass: Floats, sigma: float) -> tuple[Floats, Floats]:
    """Return the distribution times an independent log-normal of mean 1."""
    if sigma == 0:
        return values, mass
    logs = np.log(values)[:, None] + (sigma * _Z - sigma * sigma / 2)[None, :]
    both = mass[:, None] * _W[None, :]
    return _tidy(logs.ravel(), both.ravel(), _FINAL)
