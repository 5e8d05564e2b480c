"""Ratios of counts drawn towards what is ordinary, unless they are plainly not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, gammainc, gammaincinv, gammaln

from clusterid.errors import Fault, TableError

__all__ = ["MixtureParameters", "MixtureSmoothed", "mixture_smoothed"]

Array = NDArray[np.float64]

#: cells from which the mixture is fitted, at most: four numbers need no more
_MOST_CELLS = 60_000
#: posterior quantile by which cells are ranked
_RANK = 0.05
#: bounds of the shapes; an ordinary quotient has a standard deviation of .1 to 1
_ORDINARY_SHAPE, _STRONG_SHAPE = (1.0, 100.0), (0.3, 3.0)
_BLOCK = 1 << 18
_STEPS = 80
#: of the logarithm of a quantile
_CLOSE = 1e-12


@dataclass(frozen=True, slots=True)
class MixtureParameters:
    """What true quotients are like: mostly ordinary around 1, some strong.

    Parameters
    ----------
    ordinary_shape : float
        Shape of the gamma distribution of ordinary quotients, whose mean is 1;
        their variance is its inverse.
    strong_shape, strong_mean : float
        Of the others.
    strong_share : float
        How many cells are of the others, 0 to 1.
    n_cells : int
        Cells that the fit used.
    """

    ordinary_shape: float
    strong_shape: float
    strong_mean: float
    strong_share: float
    n_cells: int

    def gammas(self) -> tuple[tuple[float, float, float], ...]:
        """Return weight, shape and rate of both distributions."""
        rate = self.strong_shape / self.strong_mean
        return (
            (1.0 - self.strong_share, self.ordinary_shape, self.ordinary_shape),
            (self.strong_share, self.strong_shape, rate),
        )


@dataclass(frozen=True, slots=True)
class MixtureSmoothed:
    """Ratios smoothed by a mixture fitted to all of them.

    Parameters
    ----------
    mean : array
        Posterior mean, the smoothed ratio; NaN where the count or the expectation is
        unknown or nothing is expected.
    rank : array
        The 5 % quantile of the posterior: rank by it.
    parameters : MixtureParameters
        As fitted; NaN where no cell is known.
    """

    mean: Array
    rank: Array
    parameters: MixtureParameters


def mixture_smoothed(
    count: ArrayLike, expected: ArrayLike, *, ranked: bool = True
) -> MixtureSmoothed:
    r"""Return ratios of counts over expectations, smoothed over the whole study.

    One distribution of true ratios serves all cells, so that a strong cell of an
    otherwise quiet column is not drawn to 1 because its column knows nothing alike.

    .. math:: n \sim \mathrm{Poisson}(\theta\mu),\quad
              \theta \sim (1-w)\,\mathrm{Gamma}(a_0, a_0)
              + w\,\mathrm{Gamma}(a_1, a_1/m_1)

    Parameters
    ----------
    count : array of any shape
        Counted, ``n``; NaN is unknown.
    expected : array of the same shape
        Expected by chance, :math:`\mu`; a cell with 0 has no ratio.
    ranked : bool
        Whether the quantile is wanted, too, which takes most of the time after the
        fit; without it ``rank`` is NaN.

    Returns
    -------
    MixtureSmoothed
        Arrays of the same shape; 1 = as expected.

    Raises
    ------
    TableError
        If a count or an expectation is negative or infinite, or the shapes differ.

    Notes
    -----
    Maximum likelihood with :math:`a_0` in 1..100, :math:`a_1` in .3..3 and
    :math:`m_1 > 1` (bounds: our choice), by Nelder and Mead, on at most 60,000 cells:
    every k-th in the order of expectation and count, so that the order of rows does
    not matter. Mean and quantile are those of the posterior itself, a mixture of two
    gamma distributions; the quantile lies between theirs and is found by halving.
    An interval of this posterior is no limit for strong cells (it covered .65 of true
    ratios above 3 at a nominal .90): take :func:`ratio_interval`.

    References
    ----------
    DuMouchel (1999), Bayesian data mining in large frequency tables, The American
    Statistician 53 (two gamma distributions; not checked against the original).

    Examples
    --------
    >>> count = np.array([0.0, 3.0, 9.0, 11.0, 10.0, 12.0, 8.0, 130.0])
    >>> smoothed = mixture_smoothed(count, np.full(8, 10.0))
    >>> bool(smoothed.mean[-1] > 12), bool(smoothed.rank[-1] > 10)
    (True, True)
    """
    n, mu = np.asarray(count, dtype=float), np.asarray(expected, dtype=float)
    _check(n, mu)
    known = np.isfinite(n) & np.isfinite(mu) & (mu > 0)
    mean, rank = np.full(n.shape, np.nan), np.full(n.shape, np.nan)
    if not known.any():
        nothing = MixtureParameters(np.nan, np.nan, np.nan, np.nan, 0)
        return MixtureSmoothed(mean, rank, nothing)
    cells, chance = n[known], mu[known]
    fitted = _fitted(*_taken_evenly(cells, chance))
    mean[known], rank[known] = _posterior(cells, chance, fitted, ranked=ranked)
    return MixtureSmoothed(mean, rank, fitted)


def _check(n: Array, mu: Array) -> None:
    if n.shape != mu.shape:
        rule = f"count has shape {n.shape}, expected {mu.shape}"
        raise TableError("counts", [Fault(rule, "give both the same cells")])
    for name, values in (("count", n), ("expected", mu)):
        wrong = np.argwhere((values < 0) | np.isinf(values))
        if len(wrong):
            rows = tuple(
                (str(tuple(map(int, at))), values[tuple(at)]) for at in wrong[:5]
            )
            rule = f"{name} is negative or infinite"
            fault = Fault(rule, "pass counts; NaN where unknown", len(wrong), rows)
            raise TableError("counts", [fault])


def _taken_evenly(n: Array, mu: Array) -> tuple[Array, Array]:
    """Return cells in the order of expectation and count, every k-th of many."""
    order = np.lexsort((n, mu))
    if len(order) > _MOST_CELLS:
        at = (np.arange(_MOST_CELLS) + 0.5) * (len(order) / _MOST_CELLS)
        order = order[at.astype(np.int64)]
    return n[order], mu[order]


def _fitted(n: Array, mu: Array) -> MixtureParameters:
    """Return the likeliest mixture."""
    from scipy.optimize import minimize

    loss = _Likelihood(n, mu)
    # from ordinary quotients rather alike and rather uneven, few or many strong ones
    starts = [
        np.array([shape, strong, mean, share])
        for shape in (0.0, -1.5, 1.5)
        for strong, mean in ((0.0, 0.7), (-1.5, 1.5))
        for share in (-2.5, -4.5)
    ]
    starts.sort(key=loss)
    options = {"xatol": 1e-4, "fatol": 1e-4, "maxfev": 1200}
    found = [
        minimize(loss, start, method="Nelder-Mead", options=options)
        for start in starts[:2]
    ]
    best = min(found, key=lambda one: float(one.fun))
    return _natural(best.x, len(n))


def _natural(x: Array, n_cells: int) -> MixtureParameters:
    """Return the parameters from numbers without bounds."""

    def between(value: float, bounds: tuple[float, float]) -> float:
        low, high = np.log(bounds)
        return float(np.exp(low + (high - low) * expit(value)))

    return MixtureParameters(
        between(x[0], _ORDINARY_SHAPE),
        between(x[1], _STRONG_SHAPE),
        # a cell has no quotient above the number of regions; 10^6 is none
        1.0 + float(np.exp(np.clip(x[2], -9.0, 14.0))),
        float(expit(np.clip(x[3], -14.0, 14.0))),
        n_cells,
    )


class _Likelihood:
    """Minus the log-likelihood of counts under two negative binomials."""

    def __init__(self, n: Array, mu: Array) -> None:
        self.n, self.mu, self.log_mu = n, mu, np.log(mu)
        self.counts, self.which = np.unique(n, return_inverse=True)
        self.fixed = float((n * self.log_mu - gammaln(n + 1.0)).sum())

    def __call__(self, x: Array) -> float:
        one, other = (
            np.log(weight) + self._log_mass(shape, rate)
            for weight, shape, rate in _natural(x, len(self.n)).gammas()
        )
        return -(float(np.logaddexp(one, other).sum()) + self.fixed)

    def _log_mass(self, shape: float, rate: float) -> Array:
        """Return the log mass but for what no parameter moves."""
        rising = gammaln(self.counts + shape) - gammaln(shape) + shape * np.log(rate)
        return np.asarray(
            rising[self.which] - (shape + self.n) * np.log(rate + self.mu)
        )


def _posterior(
    n: Array, mu: Array, fitted: MixtureParameters, *, ranked: bool
) -> tuple[Array, Array]:
    """Return mean and 5 % quantile of the posterior of known cells, in blocks."""
    counts, which = np.unique(n, return_inverse=True)
    # what depends on the count alone is computed once a count
    by_count = [
        (
            np.log(weight) + gammaln(counts + shape) - gammaln(shape)
            + shape * np.log(rate),
            gammaincinv(shape + counts, _RANK),
        )
        for weight, shape, rate in fitted.gammas()
    ]  # fmt: skip
    mean, rank = np.empty_like(mu), np.full(mu.shape, np.nan)
    for start in range(0, len(mu), _BLOCK):
        at = slice(start, start + _BLOCK)
        k, shapes, rates, logs, ends = which[at], [], [], [], []
        for (_, shape, rate), (constant, quantile) in zip(
            fitted.gammas(), by_count, strict=True
        ):
            shapes.append(shape + n[at])
            rates.append(rate + mu[at])
            logs.append(constant[k] - shapes[-1] * np.log(rates[-1]))
            ends.append(quantile[k] / rates[-1])
        strong = expit(logs[1] - logs[0])
        centres = [a / b for a, b in zip(shapes, rates, strict=True)]
        mean[at] = (1.0 - strong) * centres[0] + strong * centres[1]
        if ranked:
            rank[at] = _between(ends, strong, shapes, rates)
    return mean, rank


def _between(
    ends: list[Array], strong: Array, shapes: list[Array], rates: list[Array]
) -> Array:
    """Return the 5 % quantile of a mixture, which lies between those of its parts.

    Steps of Halley's on log P over log theta, both nearly straight in the lower tail;
    a step that leaves the bracket halves it instead.
    """
    low, high = (np.log(f(*ends)) for f in (np.fmin, np.fmax))
    u = (1.0 - strong) * np.log(ends[0]) + strong * np.log(ends[1])
    weights = (1.0 - strong, strong)
    open_ = np.flatnonzero(high - low > _CLOSE)
    for _ in range(_STEPS):
        if not len(open_):
            break
        at, below, slope, curve = u[open_], 0.0, 0.0, 0.0
        for weight, shape, rate in zip(weights, shapes, rates, strict=True):
            a, x = shape[open_], rate[open_] * np.exp(at)
            density = weight[open_] * np.exp(a * np.log(x) - x - gammaln(a))
            below = below + weight[open_] * gammainc(a, x)
            slope, curve = slope + density, curve + density * (a - x)
        gap, first = np.log(below / _RANK), slope / below
        low[open_] = np.where(gap < 0, at, low[open_])
        high[open_] = np.where(gap < 0, high[open_], at)
        step = -2 * gap * first / (2 * first**2 - gap * (curve / below - first**2))
        moved = at + step
        a, b = low[open_], high[open_]
        moved = np.where((moved >= a) & (moved <= b), moved, (a + b) / 2.0)
        u[open_] = moved
        open_ = open_[(np.abs(moved - at) > _CLOSE) & (gap != 0)]
    return np.exp(u)
