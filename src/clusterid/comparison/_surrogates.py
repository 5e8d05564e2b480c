"""Maps with the spatial autocorrelation of the measured ones, otherwise by chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "SURROGATES", "normal_scores", "spatial_surrogates", "spatial_vectors",
    "surrogate_hits",
]  # fmt: skip

#: Surrogate maps drawn at most; each costs a matrix product.
SURROGATES = 999
#: What tells equal eigenvalues apart, so that every machine finds the same vectors.
_APART = 1e-7


def normal_scores(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return normal scores of values, column by column: the larger, the higher.

    Ties share their mean rank; what is missing has the score of the middle, 0.
    """
    from scipy.stats import norm, rankdata

    scores = np.zeros(values.shape)
    for j in range(values.shape[1]):
        known = np.isfinite(values[:, j])
        if known.any():
            rank = rankdata(values[known, j])
            scores[known, j] = norm.ppf((rank - 0.5) / known.sum())
    return scores


def spatial_vectors(touching: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the eigenvectors of the neighbour matrix, centred on both sides.

    Equal eigenvalues are moved apart by 1e-7 and the largest entry of a vector is
    made positive: without that the vectors would be a matter of the machine.
    """
    n = len(touching)
    w = touching.astype(float)
    np.fill_diagonal(w, _APART * np.arange(n))
    centre = np.eye(n) - 1.0 / n
    vectors = np.linalg.eigh(centre @ w @ centre)[1]
    largest = vectors[np.abs(vectors).round(9).argmax(axis=0), np.arange(n)]
    return np.asarray(vectors * np.where(largest < 0, -1.0, 1.0))


def spatial_surrogates(
    values: NDArray[np.float64],
    vectors: NDArray[np.float64],
    draws: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    r"""Return random maps with the mean, variance and Moran's I of a map.

    With :math:`V` the eigenvectors of the centred neighbour matrix, a map is
    :math:`\bar x + V a`; the surrogate keeps the size of each coefficient and
    draws its sign: :math:`\bar x + V (s \circ a)`.

    Parameters
    ----------
    values : array, regions
        What is measured.
    vectors : array, regions x regions
        From :func:`spatial_vectors`.
    draws : int
        Surrogates.
    rng : Generator

    Returns
    -------
    array, draws x regions

    References
    ----------
    Wagner, H. and Dray, S. (2015), Generating spatially constrained null models for
    irregularly spaced data using Moran spectral randomization methods, Methods in
    Ecology and Evolution 6 (the variant "singleton"). Not checked against the
    original [M].
    """
    mean = values.mean()
    coefficients = vectors.T @ (values - mean)
    sign = rng.integers(0, 2, size=(draws, len(values))) * 2.0 - 1.0
    return np.asarray(mean + (sign * coefficients) @ vectors.T)


def surrogate_hits(
    declared: NDArray[np.bool_],
    measured: NDArray[np.bool_],
    members: NDArray[np.float64],
    scores: NDArray[np.float64],
    touching: NDArray[np.bool_],
    draws: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Return how many declared cells are concentrated on maps drawn anew.

    ``members`` (places x regions) holds how much of a place each region is, ``scores``
    (regions x fields) what is measured. On each surrogate as many places are
    concentrated as on the real map, field by field: those with the highest scores.
    """
    wanted = measured.sum(axis=0)
    if not wanted.any():
        return np.zeros(draws)
    vectors = spatial_vectors(touching)
    hits = np.zeros(draws)
    for j in np.flatnonzero(wanted):
        drawn = spatial_surrogates(scores[:, j], vectors, draws, rng)
        at_places = (drawn @ members.T).round(9)
        best = np.argsort(-at_places, axis=1, kind="stable")[:, : wanted[j]]
        hits += declared[:, j][best].sum(axis=1)
    return hits
