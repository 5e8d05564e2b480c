"""The bipartite configuration model: who would meet whom, degrees given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from clusterid._faults import faults_in_cells, refuse, stands_twice
from clusterid._html import shown_with
from clusterid._typed import typed
from clusterid.errors import NotConvergedError
from clusterid.statistics import poisson_binomial_tail

__all__ = ["BipartiteModel", "ReducedModel", "bicm", "fit_reduced"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_TOLERANCE = 1e-11
_STEPS = 500
_BLOCK = 20_000


@dataclass(frozen=True, slots=True)
class ReducedModel:
    """The model on classes of equal degree: probabilities, classes of rows, columns.

    ``probability`` is n_row_classes x n_column_classes; ``row_class`` and
    ``column_class`` place every row and column; ``error`` is the largest gap between
    an expected and an observed degree.
    """

    probability: Floats
    row_class: Integers
    column_class: Integers
    column_count: Integers
    iterations: int
    error: float

    def expected(self, a: Integers, b: Integers) -> tuple[Floats, Floats]:
        """Return mean and variance of the number of columns two rows share."""
        n = len(self.probability)
        keys, back = np.unique(self._pairs(a, b), return_inverse=True)
        mean, variance = np.empty(len(keys)), np.empty(len(keys))
        for start in range(0, len(keys), _BLOCK):
            part = slice(start, start + _BLOCK)
            q = self._both(keys[part] // n, keys[part] % n)
            mean[part] = q @ self.column_count
            variance[part] = (q * (1 - q)) @ self.column_count
        return mean[back.ravel()], variance[back.ravel()]

    def tail(self, a: Integers, b: Integers, shared: Integers) -> Floats:
        """Return P(V >= shared) for pairs of rows; equal classes are done once."""
        n = len(self.probability)
        most = int(shared.max(initial=0)) + 1
        keys, back = np.unique(self._pairs(a, b) * most + shared, return_inverse=True)
        pair, v = keys // most, keys % most
        p = np.empty(len(keys))
        for start in range(0, len(keys), _BLOCK):
            part = slice(start, start + _BLOCK)
            q = self._both(pair[part] // n, pair[part] % n)
            p[part] = poisson_binomial_tail(q, self.column_count, v[part])
        return np.asarray(p[back.ravel()])

    def _pairs(self, a: Integers, b: Integers) -> Integers:
        """Return one number for each pair of classes, whatever their order."""
        low = np.minimum(self.row_class[a], self.row_class[b])
        high = np.maximum(self.row_class[a], self.row_class[b])
        return np.asarray(low * len(self.probability) + high)

    def _both(self, a: Integers, b: Integers) -> Floats:
        return np.asarray(self.probability[a] * self.probability[b], dtype=np.float64)


def fit_reduced(row_degree: Integers, column_degree: Integers) -> ReducedModel:
    """Return the maximum-entropy model whose mean degrees are the ones given.

    Rows and columns of equal degree have equal fitness, so only one unknown per
    distinct degree is solved for, by Newton's method on the likelihood, which is
    concave. Rows that meet every column (or none) are settled first.
    """
    k, row_class = np.unique(row_degree, return_inverse=True)
    d, column_class = np.unique(column_degree, return_inverse=True)
    m = np.bincount(row_class.ravel(), minlength=len(k)).astype(float)
    n = np.bincount(column_class.ravel(), minlength=len(d)).astype(float)
    probability = np.full((len(k), len(d)), np.nan)
    rows, columns = np.ones(len(k), dtype=bool), np.ones(len(d), dtype=bool)
    k_left, d_left = k.astype(float), d.astype(float)
    while rows.any() and columns.any():
        full = rows & (k_left >= n[columns].sum() - 1e-9)
        if full.any():
            probability[np.ix_(full, columns)] = 1.0
            d_left[columns] -= m[full].sum()
            rows &= ~full
            continue
        full = columns & (d_left >= m[rows].sum() - 1e-9)
        if full.any():
            probability[np.ix_(rows, full)] = 1.0
            k_left[rows] -= n[full].sum()
            columns &= ~full
            continue
        empty_rows = rows & (k_left <= 1e-9)
        empty_columns = columns & (d_left <= 1e-9)
        if not (empty_rows.any() or empty_columns.any()):
            break
        probability[np.ix_(empty_rows, columns)] = 0.0
        probability[np.ix_(rows, empty_columns)] = 0.0
        rows &= ~empty_rows
        columns &= ~empty_columns
    iterations = 0
    if rows.any() and columns.any():
        part, iterations = _newton(k_left[rows], m[rows], d_left[columns], n[columns])
        probability[np.ix_(rows, columns)] = part
    probability = np.nan_to_num(probability, nan=0.0)
    gap_rows = np.abs(probability @ n - k).max(initial=0.0)
    gap_columns = np.abs(m @ probability - d).max(initial=0.0)
    error = float(max(gap_rows, gap_columns))
    if error > 1e-6:
        raise NotConvergedError(
            f"The bipartite model misses a degree by {error:.3g} after {iterations} "
            "steps. Mend: check that row and column sums belong to one table."
        )
    return ReducedModel(
        probability,
        row_class.ravel().astype(np.int64),
        column_class.ravel().astype(np.int64),
        n.astype(np.int64),
        iterations,
        error,
    )


def _newton(k: Floats, m: Floats, d: Floats, n: Floats) -> tuple[Floats, int]:
    """Return probabilities by class; one column's fitness is fixed as the gauge."""
    edges = float((m * k).sum())
    theta = np.log(k) - 0.5 * np.log(edges)
    eta = np.log(d) - 0.5 * np.log(edges)
    size = len(k)
    scale = np.maximum(1.0, np.concatenate([k, d]))
    best = np.inf
    stalled = 0
    probability = _logistic(theta, eta)
    for step in range(1, _STEPS + 1):
        gap = np.concatenate([k - probability @ n, d - m @ probability])
        error = float((np.abs(gap) / scale).max())
        if error < _TOLERANCE:
            return probability, step
        stalled = stalled + 1 if error >= best * 0.999 else 0
        best = min(best, error)
        if stalled > 8 and error < 1e-9:
            return probability, step
        spread = probability * (1 - probability)
        hessian = np.zeros((size + len(d), size + len(d)))
        cross = m[:, None] * n[None, :] * spread
        hessian[:size, size:] = cross
        hessian[size:, :size] = cross.T
        hessian[np.arange(size), np.arange(size)] = cross.sum(axis=1)
        at = np.arange(size, size + len(d))
        hessian[at, at] = cross.sum(axis=0)
        # the last column is the gauge: its fitness stays
        inner = hessian[:-1, :-1]
        inner[np.diag_indices_from(inner)] += 1e-13 * np.diag(inner).max()
        gradient = (gap * np.concatenate([m, n]))[:-1]
        move = cho_solve(cho_factor(inner), gradient)
        largest = np.abs(move).max(initial=0.0)
        if largest > 3:
            move *= 3 / largest
        target = _likelihood(theta, eta, k, m, d, n)
        rate = 1.0
        for _ in range(30):
            new_theta = theta + rate * move[:size]
            new_eta = eta.copy()
            new_eta[:-1] += rate * move[size:]
            value = _likelihood(new_theta, new_eta, k, m, d, n)
            if value >= target - 1e-12 * abs(target):
                break
            rate /= 2
        theta, eta = new_theta, new_eta
        probability = _logistic(theta, eta)
    return probability, _STEPS


def _logistic(theta: Floats, eta: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-(theta[:, None] + eta[None, :]))))


def _likelihood(
    theta: Floats, eta: Floats, k: Floats, m: Floats, d: Floats, n: Floats
) -> float:
    both = np.logaddexp(0.0, theta[:, None] + eta[None, :])
    return float((m * k) @ theta + (n * d) @ eta - m @ both @ n)


@dataclass(frozen=True, slots=True)
class BipartiteModel:
    """A fitted bipartite configuration model of a presence table.

    ``probability`` is the chance of every cell; ``expected``, ``z_score`` and
    ``p_value`` are column x column: how often two columns share a row under the
    model, how far the observed number is from that, and the chance of as many or
    more. Diagonals are NaN. ``error`` is the largest miss of a degree.
    """

    probability: pd.DataFrame
    expected: pd.DataFrame
    z_score: pd.DataFrame
    p_value: pd.DataFrame
    error: float
    params: dict[str, Any]

    def __repr__(self) -> str:
        rows, columns = self.probability.shape
        return (
            f"BipartiteModel({rows} x {columns}, largest degree error {self.error:.1e})"
        )

    def _repr_html_(self) -> str:
        return shown_with(self, self.probability.round(3).to_html(max_rows=10))


@typed
def bicm(presence: pd.DataFrame) -> BipartiteModel:
    r"""Return the bipartite configuration model of a presence table.

    It keeps every row's and every column's number of presences in the mean, and is
    otherwise as random as can be. Two columns that meet more often than it expects
    have something in common beyond being frequent.

    .. math:: p_{ra} = \frac{x_r y_a}{1 + x_r y_a},\qquad
        V_{ab} \sim \text{Poisson-binomial}(p_{ra} p_{rb})

    Parameters
    ----------
    presence : DataFrame, n_rows x n_columns
        0 or 1 (for example regions x industries, projects x organisations).

    Returns
    -------
    BipartiteModel

    Raises
    ------
    TableError
        If a value is not 0 or 1, or a label stands twice.

    References
    ----------
    Saracco, F. et al. (2017), New Journal of Physics 19, 053022 (equations 2 and 8,
    numbers not checked against the paper).

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"a": [1, 1, 0, 0], "b": [1, 1, 0, 0],
    ...                       "c": [0, 0, 1, 1]}, index=list("wxyz"))
    >>> model = bicm(table)
    >>> model.expected.loc["a", "b"].round(3), model.p_value.loc["a", "b"].round(3)
    (np.float64(1.111), np.float64(0.305))
    """
    values = presence.to_numpy(float)
    mend = (
        "make presences first: (quotient >= 1).astype(int); withheld cells must be "
        "filled or left out"
    )
    wrong = ~np.isin(values, (0.0, 1.0))
    shown = pd.DataFrame(values, presence.index, presence.columns)
    faults = [
        *faults_in_cells("a value is not 0 or 1", mend, wrong, shown),
        *stands_twice(presence.index, "row", "drop or merge the copies"),
        *stands_twice(presence.columns, "column", "drop or merge the copies"),
    ]
    refuse("presence", faults)
    degree_rows = values.sum(axis=1).astype(np.int64)
    degree_columns = values.sum(axis=0).astype(np.int64)
    # columns are what is compared: they are the model's rows
    model = fit_reduced(degree_columns, degree_rows)
    n = values.shape[1]
    a, b = np.triu_indices(n, 1)
    shared = (values.T @ values)[a, b].astype(np.int64)
    mean, variance = model.expected(a, b)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(variance > 0, (shared - mean) / np.sqrt(variance), np.nan)
    p = model.tail(a, b, shared)

    def square(flat: Floats) -> pd.DataFrame:
        full = np.full((n, n), np.nan)
        full[a, b] = full[b, a] = flat
        return pd.DataFrame(full, index=presence.columns, columns=presence.columns)

    probability = model.probability[model.row_class][:, model.column_class].T
    return BipartiteModel(
        pd.DataFrame(probability, index=presence.index, columns=presence.columns),
        square(mean),
        square(z),
        square(p),
        model.error,
        {"iterations": model.iterations},
    )
