"""Monte Carlo test of location quotients: throw the plants at random."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clusterid.statistics import permutation_p, tail_at_least

__all__ = ["throw_plants"]

_SLOTS = 1 << 16  # equally likely positions between 0 and 1, shifted at random
_BLOCK = 1 << 18  # plants thrown at once: fits a second-level cache
_TOLERANCE = 1e-12  # of a share; equal shares must count as equal


def throw_plants(
    shares: NDArray[np.float64],
    x: NDArray[np.float64],
    sizes: Mapping[Any, NDArray[np.float64]],
    industries: Sequence[Any],
    *,
    tau: float,
    roughness: NDArray[np.float64],
    draws: int,
    generators: Sequence[np.random.Generator],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return one-sided Monte Carlo p-values, upper and lower tail.

    Parameters
    ----------
    shares : array, n_regions x n_industries
        Observed share of the industry's employment, ``s_ij``; NaN is withheld.
    x : array, n_regions
        Probability of each region under chance; sums to one.
    sizes : mapping of industry to array
        Sizes of all its plants.
    industries : sequence
        Codes of the columns of ``shares``.
    tau, roughness, draws
        The null, relative variance by industry, number of throws.
    generators : sequence of Generator, one an industry
        So that an industry's draws do not depend on the others.

    Returns
    -------
    (greater, less) : two arrays, n_regions x n_industries
        ``(1 + #{drawn >= observed}) / (draws + 1)`` and the same for ``<=``; NaN
        where the share or the plants are unknown.
    """
    greater = np.full(shares.shape, np.nan)
    less = np.full(shares.shape, np.nan)
    for i, (code, rng) in enumerate(zip(industries, generators, strict=True)):
        plants = sizes.get(code)
        known = np.isfinite(shares[:, i]) & np.isfinite(x)
        if plants is None or len(plants) < 2 or not known.any():
            continue
        z = plants / plants.sum()
        at_least = np.full(len(x), draws)
        at_most = np.zeros(len(x), dtype=np.int64)
        present = np.flatnonzero(known & (shares[:, i] > 0))
        for batch in _batches(np.minimum(tau * x, 1.0), present, float(roughness[i])):
            p = np.minimum(tau * x[batch], 1.0)
            counts = _count_draws(
                z, p, shares[batch, i], float(roughness[i]), draws, rng
            )
            at_least[batch], at_most[batch] = counts
        # where nothing is, nothing is what a draw must equal: exactly known
        empty = np.flatnonzero(known & (shares[:, i] <= 0))
        greater[known, i] = permutation_p(at_least[known], draws)
        less[known, i] = permutation_p(at_most[known], draws)
        p = np.minimum(tau * x[empty], 1.0)
        less[empty, i] = _chance_of_none(len(z), p, float(roughness[i]))
    return greater, less


def _chance_of_none(n: int, p: NDArray[np.float64], v: float) -> NDArray[np.float64]:
    if v > 0:
        return 1.0 - tail_at_least(np.ones_like(p), n, p, 1.0, v)
    return (1.0 - p) ** n


def _batches(
    p: NDArray[np.float64], present: NDArray[np.intp], roughness: float
) -> list[NDArray[np.intp]]:
    """Split regions so that the probabilities of each part add up to at most one.

    Only each region's own distribution matters, so the parts are thrown apart; with
    tau = 1 and no roughness there is one part. Rough probabilities vary, so a part
    of several regions leaves room for four standard deviations of their sum.
    """
    parts: list[NDArray[np.intp]] = []
    start, filled, squares = 0, 0.0, 0.0
    for k, region in enumerate(present):
        room = 4.0 * np.sqrt(roughness * (squares + p[region] ** 2))
        if k > start and filled + p[region] + room > 1.0 + 1e-9:
            parts.append(present[start:k])
            start, filled, squares = k, 0.0, 0.0
        filled += p[region]
        squares += p[region] ** 2
    if len(present):
        parts.append(present[start:])
    return parts


def _count_draws(
    z: NDArray[np.float64],
    p: NDArray[np.float64],
    observed: NDArray[np.float64],
    roughness: float,
    draws: int,
    rng: np.random.Generator,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count draws at least, and at most, as large as observed in each region."""
    n, bins = len(z), len(p) + 1  # the last bin is elsewhere
    at_least = np.zeros(bins - 1, dtype=np.int64)
    at_most = np.zeros(bins - 1, dtype=np.int64)
    per_block = max(1, _BLOCK // n)
    for start in range(0, draws, per_block):
        rows = min(per_block, draws - start)
        if roughness > 0:
            region = _rough_throws(p, roughness, (rows, n), rng)
        else:
            region = _even_throws(p, (rows, n), rng)
        region += (np.arange(rows) * bins)[:, None]
        weights = np.broadcast_to(z, (rows, n)).ravel()
        sums = np.bincount(region.ravel(), weights, rows * bins)
        drawn = sums.reshape(rows, bins)[:, :-1]
        at_least += np.count_nonzero(drawn >= observed - _TOLERANCE, axis=0)
        at_most += np.count_nonzero(drawn <= observed + _TOLERANCE, axis=0)
    return at_least, at_most


def _even_throws(
    p: NDArray[np.float64], shape: tuple[int, int], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return a region for each plant; index ``len(p)`` is elsewhere.

    A position is a random slot plus one shift for the block, hence exactly uniform
    between 0 and 1; the slots turn the search for its region into one look-up.
    """
    edges = np.minimum(np.cumsum(p), 1.0)
    if abs(edges[-1] - 1.0) < 1e-9:
        edges[-1] = 1.0
    # slots whose shifted position lies below each edge
    below = np.ceil(edges * _SLOTS - rng.random()).astype(np.int64)
    below = np.clip(below, 0, _SLOTS)
    filled = np.diff(below, prepend=0, append=_SLOTS)
    table = np.repeat(np.arange(len(filled)), filled)
    return table[rng.integers(0, _SLOTS, shape, dtype=np.uint16)]


def _rough_throws(
    p: NDArray[np.float64],
    roughness: float,
    shape: tuple[int, int],
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """As above, each draw with its own gamma-distributed quotients."""
    rows = shape[0]
    theta = rng.standard_gamma(1.0 / roughness, (rows, len(p))) * roughness
    edges = np.cumsum(theta * p, axis=1)
    edges /= np.maximum(edges[:, -1:], 1.0)
    row = np.arange(rows)[:, None]
    flat = np.concatenate([edges, np.ones((rows, 1))], axis=1) + row
    position = rng.random(shape) + row
    found = np.searchsorted(flat.ravel(), position.ravel(), side="right")
    region = found.reshape(shape) - row * (len(p) + 1)
    return np.asarray(np.minimum(region, len(p)), dtype=np.int64)
