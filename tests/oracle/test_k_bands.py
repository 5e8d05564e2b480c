"""Mean and covariance of a K-density under relabelling, by every subset of sites."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from tests.oracle.simulated_data import density, town

from clusterid.concentration.distances._k_bands import null_moments
from clusterid.concentration.distances._pair_counts import PairCounts
from clusterid.concentration.distances._pair_density import PairSet
from clusterid.concentration.distances._points import read_points


@pytest.mark.parametrize("other", [None, "B"])
@pytest.mark.parametrize("weight", [None, "employment"])
def test_moments_by_every_relabelling(other: Any, weight: Any) -> None:
    """Seven sites, three plants of A (and two of B): all placements, exactly."""
    points = town(7, 2).assign(industry=list("AAABBCC"))
    data = read_points(points, weight)
    width, n_bins, h = 0.01, 16_000, 6.0
    r = np.array([0.0, 10.0, 40.0])
    own = data.of("A")
    second = None if other is None else data.of("B")
    one = PairSet("A", own, second, data, exact=True)
    one.h = h
    # the products of 16,000 bins would not fit: one kernel a distance instead
    far = np.hypot(*(data.xy[:, None] - data.xy).T)
    mean, covariance = null_moments(one, r, _counts_as_kernels(far, h, r))
    u, v = one.weights
    values = []
    for chosen in itertools.permutations(range(7), len(u) + (len(v) if other else 0)):
        a, b = chosen[: len(u)], chosen[len(u) :]
        if other:
            pairs = [
                (far[i, j], p * q)
                for i, p in zip(a, u, strict=True)
                for j, q in zip(b, v, strict=True)
            ]
        else:
            seats = zip(a, u, strict=True)
            pairs = [
                (far[i, j], p * q)
                for (i, p), (j, q) in itertools.combinations(seats, 2)
            ]
        values.append([density(x, pairs, h) for x in r])
    np.testing.assert_allclose(mean, np.mean(values, axis=0), rtol=1e-10)
    np.testing.assert_allclose(
        covariance, np.cov(np.array(values).T, ddof=0), rtol=1e-8, atol=1e-18
    )
    assert width * n_bins > far.max()


def _counts_as_kernels(far: np.ndarray, h: float, r: np.ndarray) -> PairCounts:
    """Pair counts with one bin for each distance that occurs, so nothing is rounded."""
    distances = np.unique(far[np.triu_indices(len(far), 1)])
    number = np.searchsorted(distances, far)
    per_site = np.zeros((len(far), len(distances)))
    for i, j in itertools.permutations(range(len(far)), 2):
        per_site[i, number[i, j]] += 1

    class Exact(PairCounts):
        @property
        def centres(self) -> np.ndarray:
            return distances

    return Exact(0.0, per_site.sum(axis=0) / 2, per_site.T @ per_site, len(far))
