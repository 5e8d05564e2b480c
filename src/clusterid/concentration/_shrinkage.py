"""Location quotients drawn towards the ordinary as far as chance explains them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import gammaincinv
from scipy.stats import norm

from clusterid._typed import typed
from clusterid.concentration._given import own_numbers
from clusterid.errors import Fault, TableError
from clusterid.tables import checked_wide

__all__ = ["shrink_arrays", "shrink_quotients"]

Matrix = NDArray[np.float64]


@typed
def shrink_quotients(
    n_observed: pd.Series | pd.DataFrame,
    n_expected: pd.Series | pd.DataFrame,
    *,
    coverage: float = 0.9,
) -> pd.DataFrame:
    r"""Return shrunk location quotients with their credible interval.

    A cell with few plants says little about its quotient, so it is drawn towards
    the industry's mean; a cell with many keeps its ratio. The true quotients of an
    industry are taken as a gamma distribution with the mean and variance that the
    cells show beyond chance.

    .. math:: n_j \sim \mathrm{Poisson}(\theta_j \mu_j),\quad
              \theta_j \sim \mathrm{Gamma}(a, b),\quad
              \hat\theta_j = \frac{a + n_j}{b + \mu_j}

    Parameters
    ----------
    n_observed : Series, or DataFrame with one industry a column
        Plants counted, or effective counts :math:`s_{ij}/H_i` of employment.
    n_expected : Series or DataFrame like ``n_observed``
        Plants expected by chance, :math:`\mu_{ij} = N_i x_j`, or
        :math:`x_j/H_i`; positive.
    coverage : float
        Probability of the interval, 0 to 1. With 0.9 the lower end is the 5 %
        quantile, the EB05 by which regions are ranked.

    Returns
    -------
    DataFrame with columns shrunk, lower, upper
        Same index as ``n_observed``; of a DataFrame the rows are (row, column).
        1.0 = as expected. NaN where the count or the expectation is NaN or the
        expectation is 0.

    Raises
    ------
    TableError
        If a count is negative, or the labels of the two inputs differ.

    Notes
    -----
    Moment estimate of Marshall (1991): mean :math:`m=\sum n/\sum\mu`, variance
    :math:`A=\sum\mu(n/\mu-m)^2/\sum\mu - m/\bar\mu`, set to 0 where negative, so
    that everything is drawn to the mean. The interval would then have no width
    although A is only estimated: it uses the expectation of A given its estimate
    and standard error under a flat prior on A >= 0, always positive, is stretched
    (on the log scale) by what not knowing A and m adds, and holds the point.

    References
    ----------
    Marshall (1991), Mapping disease and mortality rates using empirical Bayes
    estimators, Applied Statistics 40. DuMouchel (1999), American Statistician 53
    (EB05; not checked against the original).

    Examples
    --------
    >>> n = pd.Series([30.0, 2.0, 0.0, 8.0], index=list("abcd"))
    >>> mu = pd.Series(10.0, index=n.index)
    >>> shrink_quotients(n, mu)["shrunk"].round(2).tolist()
    [2.86, 0.26, 0.07, 0.81]
    """
    n_observed = _checked(n_observed, "n_observed")
    n_expected = _checked(n_expected, "n_expected")
    if not n_observed.index.equals(n_expected.index) or (
        isinstance(n_observed, pd.DataFrame)
        and not n_observed.columns.equals(n_expected.columns)
    ):
        fault = Fault("observed and expected carry different labels", "align them")
        raise TableError("counts", [fault])
    n = n_observed.to_numpy(dtype=float)
    mu = n_expected.to_numpy(dtype=float)
    negative = np.argwhere((n < 0) | (mu < 0))
    if len(negative):
        rows = tuple((str(tuple(map(int, at))), n[tuple(at)]) for at in negative[:5])
        fault = Fault("a count is negative", "pass counts", len(negative), rows)
        raise TableError("counts", [fault])
    two_dimensional = n.reshape(len(n), -1)
    shrunk, lower, upper, _ = shrink_arrays(
        two_dimensional, mu.reshape(two_dimensional.shape), coverage
    )
    index: Any = n_observed.index
    if isinstance(n_observed, pd.DataFrame):
        index = pd.MultiIndex.from_product([n_observed.index, n_observed.columns])
    columns = {"shrunk": shrunk, "lower": lower, "upper": upper}
    return pd.DataFrame({k: a.reshape(-1) for k, a in columns.items()}, index=index)


def _checked(values: Any, name: str) -> Any:
    if not isinstance(values, pd.Series):
        return checked_wide(values, name=name)
    own_numbers(values, name=name)
    return values


def shrink_arrays(
    n: Matrix, mu: Matrix, coverage: float = 0.9
) -> tuple[Matrix, Matrix, Matrix, Matrix]:
    """Return shrunk, lower, upper, EB05 of regions x industries; see above."""
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
