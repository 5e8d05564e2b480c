"""Smoothing by a mixture: what it keeps, what it draws to 1, and its quantile."""

from __future__ import annotations

import time

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import gamma, poisson

from clusterid.errors import TableError
from clusterid.statistics import mixture_smoothed


def drawn(shape: tuple[int, int], seed: int = 0) -> tuple[np.ndarray, ...]:
    """Return true ratios, counts and expectations of an uneven table."""
    rng = np.random.default_rng(seed)
    sizes = rng.lognormal(0.0, 1.0, shape[0])
    mu = np.outer(sizes / sizes.sum(), rng.lognormal(5.0, 1.2, shape[1]))
    ordinary = rng.gamma(6.0, 1.0 / 6.0, shape)
    strong = rng.gamma(1.0, 5.0, shape)
    theta = np.where(rng.random(shape) < 0.95, ordinary, strong)
    return theta, rng.poisson(theta * mu).astype(float), mu


def density(theta: float, n: float, mu: float, fitted: object) -> float:
    return float(poisson.pmf(n, theta * mu)) * sum(
        weight * float(gamma.pdf(theta, shape, scale=1.0 / rate))
        for weight, shape, rate in fitted.gammas()
    )


@pytest.mark.parametrize(("n", "mu"), [(4.0, 1.3), (30.0, 9.0), (7.0, 11.0)])
def test_mean_and_quantile_are_those_of_the_posterior(n: float, mu: float) -> None:
    _, count, expected = drawn((40, 30))
    count[0, 0], expected[0, 0] = n, mu
    found = mixture_smoothed(count, expected)
    args, inf = (n, mu, found.parameters), np.inf
    whole = quad(density, 0, inf, args=args, limit=200)[0]
    mean = quad(lambda t: t * density(t, *args), 0, inf, limit=200)[0] / whole
    below = quad(density, 0, found.rank[0, 0], args=args, limit=200)[0] / whole
    assert found.mean[0, 0] == pytest.approx(mean, rel=1e-6)
    assert below == pytest.approx(0.05, rel=1e-6)


def test_the_mixture_is_found_again() -> None:
    _, count, expected = drawn((400, 200))
    found = mixture_smoothed(count, expected).parameters
    assert found.ordinary_shape == pytest.approx(6.0, rel=0.15)
    assert found.strong_mean == pytest.approx(5.0, rel=0.25)
    assert found.strong_share == pytest.approx(0.05, rel=0.3)
    assert found.n_cells == 60_000


def test_a_smoothed_ratio_is_nearer_to_the_truth() -> None:
    theta, count, expected = drawn((300, 100))
    found = mixture_smoothed(count, expected)
    plain = np.sqrt(np.mean((count / expected - theta) ** 2))
    assert np.sqrt(np.mean((found.mean - theta) ** 2)) < 0.5 * plain
    below = found.rank < theta
    assert below.mean() == pytest.approx(0.95, abs=0.01)


def test_a_strong_cell_of_a_quiet_column_stays_strong() -> None:
    rng = np.random.default_rng(1)
    _, count, expected = drawn((100, 60))
    expected[:, 0] = 1.4
    count[:, 0] = rng.poisson(expected[:, 0])
    count[0, 0] = 18.0
    found = mixture_smoothed(count, expected)
    assert found.mean[0, 0] > 0.75 * 18.0 / 1.4
    assert np.abs(found.mean[1:, 0] - 1.0).mean() < 0.35


def test_order_and_shape_do_not_matter() -> None:
    _, count, expected = drawn((300, 250))
    one = mixture_smoothed(count, expected)
    mixed = np.random.default_rng(2).permutation(count.size)
    other = mixture_smoothed(count.ravel()[mixed], expected.ravel()[mixed])
    assert other.parameters == one.parameters
    np.testing.assert_array_equal(other.mean, one.mean.ravel()[mixed])
    np.testing.assert_array_equal(other.rank, one.rank.ravel()[mixed])


def test_what_is_unknown_stays_unknown_and_changes_nothing() -> None:
    _, count, expected = drawn((30, 20))
    one = mixture_smoothed(count, expected)
    more = np.full((3, 20), np.nan)
    n = np.vstack([count, more, np.zeros((1, 20))])
    mu = np.vstack([expected, np.ones((3, 20)), np.zeros((1, 20))])
    other = mixture_smoothed(n, mu)
    assert np.isnan(other.mean[30:]).all()
    assert np.isnan(other.rank[30:]).all()
    np.testing.assert_array_equal(other.mean[:30], one.mean)


@pytest.mark.parametrize("size", [0, 1, 3])
def test_tables_too_small_for_a_fit_still_get_an_answer(size: int) -> None:
    nothing = mixture_smoothed(np.full(size, np.nan), np.ones(size))
    assert np.isnan(nothing.mean).all()
    assert nothing.parameters.n_cells == 0
    empty = mixture_smoothed(np.zeros(size), np.ones(size))
    assert (empty.mean >= 0).all()
    assert (empty.mean < 1).all()
    equal = mixture_smoothed(np.full(size, 5.0), np.full(size, 5.0))
    assert (equal.mean > 0.8).all()
    assert (equal.mean < 1.2).all()


def test_extreme_counts_give_numbers() -> None:
    n = np.array([0.0, 0.0, 1.0, 3.0, 1e6, 1e6, 2.5])
    mu = np.array([1e-12, 1e6, 1e-9, 1e-3, 1.0, 1e6, 2.5])
    found = mixture_smoothed(n, mu)
    assert np.isfinite(found.mean).all()
    assert ((found.rank >= 0) & (found.rank < found.mean)).all()


def test_wrong_inputs_are_told() -> None:
    with pytest.raises(TableError, match="count is negative"):
        mixture_smoothed([-1.0, 2.0], [1.0, 1.0])
    with pytest.raises(TableError, match="expected is negative or infinite"):
        mixture_smoothed([1.0, 2.0], [1.0, np.inf])
    with pytest.raises(TableError, match="shape"):
        mixture_smoothed([1.0, 2.0], [1.0])


@pytest.mark.slow
def test_three_thousand_regions_and_a_thousand_kinds_take_seconds() -> None:
    _, count, expected = drawn((3000, 1000))
    start = time.process_time()
    mixture_smoothed(count, expected)
    assert time.process_time() - start < 10  # 4 s where this was written


def test_without_ranks_the_means_are_the_same() -> None:
    rng = np.random.default_rng(1)
    expected = rng.gamma(2.0, 5.0, size=(30, 4))
    count = rng.poisson(expected).astype(float)
    whole, means = (
        mixture_smoothed(count, expected, ranked=wanted) for wanted in (True, False)
    )
    np.testing.assert_array_equal(whole.mean, means.mean)
    assert np.isfinite(whole.rank).all()
    assert np.isnan(means.rank).all()
