"""Upper tails of Poisson-binomial counts, exact and fast, also very far out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["poisson_binomial_tail"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_CHUNK = 1 << 20
# |q z| <= 0.2, and 0.2**24 is below the precision of a double
_SMALL = 0.1
_TERMS = 24


def poisson_binomial_tail(q: Floats, m: Integers, v: Integers) -> Floats:
    r"""Return P(V >= v) where V adds m_c trials of probability q_rc, row by row.

    The distribution is tilted first, so that its mean is v, then found by a
    discrete Fourier transform over a window around v and tilted back. All terms of
    the tail are positive, so small p-values are as exact as large ones:

    .. math:: P(V \ge v) = M(\theta) e^{-\theta v}
              \sum_{k \ge 0} P_\theta(V = v + k)\, e^{-\theta k}

    Parameters
    ----------
    q : array, n_rows x n_classes
        Probability of one trial, 0..1.
    m : array, n_classes
        Number of trials in a class.
    v : array, n_rows
        Observed counts.
    """
    n_trials = np.where(q > 0, m[None, :], 0).sum(axis=1)
    certain = np.where(q >= 1, m[None, :], 0).sum(axis=1)
    result = np.full(len(v), np.nan)
    result[v <= certain] = 1.0
    result[v > n_trials] = 0.0
    every = (v == n_trials) & np.isnan(result)
    if every.any():
        with np.errstate(divide="ignore"):
            logs = np.where(q[every] > 0, np.log(q[every]), 0.0)
        result[every] = np.exp(logs @ m)
    open_rows = np.flatnonzero(np.isnan(result))
    if not len(open_rows):
        return result
    p = q[open_rows].copy()
    p[p >= 1] = 0.0
    k = (v - certain)[open_rows].astype(float)
    theta = _tilt(p, m, k)
    scale = np.exp(theta)[:, None]
    normal = 1 - p + p * scale
    tilted = p * scale / normal
    log_moment = np.log(normal) @ m
    spread = np.sqrt((tilted * (1 - tilted)) @ m)
    centre = tilted @ m
    reach = 9 * spread + 20 + 2 * np.abs(centre - k)
    size = 2 ** np.ceil(np.log2(np.maximum(2 * reach + 2, 64))).astype(np.int64)
    tail = np.empty(len(k))
    for width in np.unique(size):
        group = np.flatnonzero(size == width)
        step = max(1, _CHUNK // int(width))
        for start in range(0, len(group), step):
            part = group[start : start + step]
            mass = _window(tilted[part], m, int(width))
            tail[part] = _sum_tail(mass, k[part], theta[part])
    value = tail * np.exp(log_moment - theta * k)
    result[open_rows] = np.clip(value, 0.0, 1.0)
    return result


def _tilt(p: Floats, m: Integers, k: Floats) -> Floats:
    """Return theta >= 0 that moves the mean near k; it need not be exact."""
    mean = p @ m
    theta = np.where(k > mean, np.log(k / np.maximum(mean, 1e-300)), 0.0)
    rows = np.flatnonzero(k > mean)
    for _ in range(60):
        if not len(rows):
            break
        scale = np.exp(theta[rows])[:, None]
        part = p[rows]
        tilted = part * scale / (1 - part + part * scale)
        gap = k[rows] - tilted @ m
        slope = np.maximum((tilted * (1 - tilted)) @ m, 1e-300)
        theta[rows] = np.maximum(theta[rows] + np.clip(gap / slope, -2.0, 2.0), 0.0)
        rows = rows[np.abs(gap) > 0.25 * np.sqrt(slope)]
    return theta


def _window(q: Floats, m: Integers, width: int) -> Floats:
    """Return the distribution modulo width, by its characteristic function.

    Its logarithm is a sum of log(1 + q z) over classes. Where q is small, it is a
    power series in z whose coefficients are sums of powers of q: one matrix product
    for all classes together.
    """
    angle = -2 * np.pi * np.arange(width // 2 + 1) / width
    z = np.exp(1j * angle) - 1
    small = np.where(q < _SMALL, q, 0.0)
    sums = np.empty((len(q), _TERMS))
    power = np.ones_like(q)
    for j in range(_TERMS):
        power *= small
        sums[:, j] = power @ m
    series = np.empty((_TERMS, len(z)), dtype=np.complex128)
    for j in range(_TERMS):
        series[j] = (-1) ** j * z ** (j + 1) / (j + 1)
    log_cf = sums @ series.real + 1j * (sums @ series.imag)
    for c, trials in enumerate(m.tolist()):
        rows = np.flatnonzero(q[:, c] >= _SMALL)
        if len(rows):
            log_cf[rows] += trials * np.log(1 + q[rows, c][:, None] * z[None, :])
    return np.fft.irfft(np.exp(log_cf), n=width, axis=1)


def _sum_tail(mass: Floats, k: Floats, theta: Floats) -> Floats:
    """Return sum over j >= 0 of P(k + j) exp(-theta j), within half a window."""
    width = mass.shape[1]
    ahead = np.arange(width // 2)
    at = (k.astype(np.int64)[:, None] + ahead[None, :]) % width
    density = np.maximum(np.take_along_axis(mass, at, axis=1), 0.0)
    return np.asarray((density * np.exp(-theta[:, None] * ahead)).sum(axis=1))
