"""Empirical-Bayes shrinkage of ratios of counts, with credible intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

__all__ = ["shrink_arrays"]

Matrix = NDArray[np.float64]


def shrink_arrays(
    n: Matrix, mu: Matrix, coverage: float = 0.9
) -> tuple[Matrix, Matrix, Matrix, Matrix]:
    """Return shrunk, lower, upper and EB05 of counts over expectations, by column.

    Each column has a gamma prior with Marshall's moments; formula, limits and sources:
    :func:`clusterid.concentration.shrink_quotients`.
    """
    known = np.isfinite(n) & np.isfinite(mu) & (mu > 0)
    mu = np.where(known, mu, 1.0)
    count = np.where(known, n, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        prior = _prior(count, mu, known)
        m, between, expected = prior.mean, prior.between, prior.expected
        chance = m / mu
        shrunk = m + between / (between + chance) * (count / mu - m)
        shape, rate = m**2 / expected + count, m / expected + mu
        centre = shape / rate
        # what is added by not knowing A and m: delta method around both
        pull = chance / (expected + chance)
        slope = pull / (expected + chance) * (count / mu - m)
        extra = slope**2 * prior.error_between**2 + (pull * prior.error_mean) ** 2
        stretch = np.sqrt(1.0 + extra * rate**2 / shape)

        def quantile(probability: float) -> Matrix:
            plain = _gamma_quantile(shape, probability, count) / rate
            return np.asarray(centre * (plain / centre) ** stretch)

        tail = (1.0 - coverage) / 2.0
        lower, upper = quantile(tail), quantile(1.0 - tail)
        eb05 = lower if coverage == 0.9 else quantile(0.05)
    shrunk = np.where(known & (m > 0), shrunk, np.nan)
    hidden = np.isnan(shrunk)
    lower = np.where(hidden, np.nan, np.fmin(lower, shrunk))
    upper = np.where(hidden, np.nan, np.fmax(upper, shrunk))
    return shrunk, lower, upper, np.where(hidden, np.nan, np.fmin(eb05, shrunk))


@dataclass(frozen=True, slots=True)
class _Prior:
    """Distribution of the true quotients of each industry, as estimated."""

    mean: Matrix
    between: Matrix  # Marshall's A, truncated at 0
    expected: Matrix  # E[A | estimate, A >= 0]
    error_between: Matrix  # its standard deviation
    error_mean: Matrix


def _prior(count: Matrix, mu: Matrix, known: NDArray[np.bool_]) -> _Prior:
    from scipy.stats import norm

    weight = np.where(known, mu, 0.0)
    total = weight.sum(axis=0)
    m = count.sum(axis=0) / total
    ratio = count / mu
    spread = (weight * (ratio - m) ** 2).sum(axis=0) / total
    a_hat = spread - m * known.sum(axis=0) / total
    expected = np.maximum(a_hat, 0.0)
    error = z = mills = expected
    for _ in range(2):  # the error at the estimate, then at its expectation
        v, mean = expected / m**2, weight * m
        fourth = mean * (1 + 7 * v * mean + 12 * (v * mean) ** 2 + 6 * (v * mean) ** 3)
        second = (weight * m + weight**2 * expected) ** 2
        # weight^2 Var (ratio - m)^2, from the cumulants of the negative binomial
        squares = np.where(known, (fourth + 2.0 * second) / mu**2, 0.0)
        error = np.sqrt(squares.sum(axis=0)) / total
        z = a_hat / error
        mills = np.exp(norm.logpdf(z) - norm.logcdf(z))
        expected = np.where(error > 0, a_hat + error * mills, np.maximum(a_hat, 0.0))
    shrinking = np.sqrt(np.maximum(1.0 - mills * (mills + z), 0.0))
    of_mean = (weight**2 * expected + weight * m).sum(axis=0) / total**2
    return _Prior(
        m, np.maximum(a_hat, 0.0), expected, error * shrinking, np.sqrt(of_mean)
    )


def _gamma_quantile(shape: Matrix, probability: float, count: Matrix) -> Matrix:
    """Return quantiles of Gamma(shape, 1); empty cells of a column share theirs."""
    empty = count == 0
    first = empty.argmax(axis=0)
    of_empty = gammaincinv(shape[first, np.arange(shape.shape[1])], probability)
    quantile = np.broadcast_to(of_empty, shape.shape).copy()
    quantile[~empty] = gammaincinv(shape[~empty], probability)
    return quantile
