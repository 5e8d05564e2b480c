"""Question 2: exact moments, its level where nothing is exceptional, its traps."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import poisson
from tests.clusters.simple import uneven

from clusterid.clusters.questions import _exceptional as question
from clusterid.clusters.questions._counted import Counted


def asked(n, share, total=None):
    total = n.sum(axis=0) if total is None else total
    mu = share * total
    unknown = np.full(n.shape, np.nan)
    return Counted(
        None, n, mu, total, unknown, unknown, unknown, unknown, np.zeros(n.shape),
        np.ones(n.shape[1]), np.zeros(len(n), dtype=bool),
    )  # fmt: skip


@pytest.mark.parametrize("mu", [0.05, 0.7, 4.0, 30.0, 400.0])
def test_bias_and_variance_of_a_log_quotient_are_exact(mu):
    n = np.arange(0, int(mu + 20 * np.sqrt(mu) + 40))
    y = np.log((n + 0.5) / (mu + 0.5))
    mass = poisson.pmf(n, mu)
    b, v = question._bias_and_variance(np.array([mu]))
    # tabulated on 500 values of mu
    assert b[0] == pytest.approx(float(mass @ y), abs=2e-3)
    assert v[0] == pytest.approx(float(mass @ y**2 - (mass @ y) ** 2), rel=5e-3)


def test_line_and_sd_are_those_of_the_ordinary_regions():
    n, share, size = uneven(1, sd=0.4, n_kinds=30, n_regions=200)
    n[3, 0] *= 20
    ordinary = question.ordinary_unevenness(asked(n, share), size * 1e5)
    assert np.median(ordinary.sd) == pytest.approx(0.4, abs=0.06)
    assert abs(np.median(ordinary.slope)) < 0.1
    assert 1 < ordinary.freedom <= question.MOST_FREEDOM


def test_p_is_uniform_above_the_line_where_nothing_is_exceptional():
    shares = []
    for seed in range(30):
        n, share, size = uneven(seed)
        counted = asked(n, share)
        p = question.exceptional(
            counted, question.ordinary_unevenness(counted, size * 1e5)
        )
        shares.append((p <= 0.02).mean())
    assert np.mean(shares) == pytest.approx(0.02, abs=0.008)


def test_a_strong_cell_is_exceptional_and_the_order_of_regions_is_nothing():
    n, share, size = uneven(3)
    n[7, 2] = 12 * share[7, 2] * n[:, 2].sum() + 10
    counted = asked(n, share)
    p = question.exceptional(counted, question.ordinary_unevenness(counted, size * 1e5))
    assert p[7, 2] < 1e-4
    order = np.random.default_rng(0).permutation(len(n))
    mixed = asked(n[order], share[order])
    again = question.exceptional(
        mixed, question.ordinary_unevenness(mixed, size[order] * 1e5)
    )
    np.testing.assert_allclose(again, p[order], rtol=1e-7)


def test_few_regions_an_empty_kind_and_equal_regions_say_nothing():
    n, share, size = uneven(4, n_regions=7)
    counted = asked(n, share)
    p = question.exceptional(counted, question.ordinary_unevenness(counted, size))
    assert np.isnan(p).all()
    n, share, size = uneven(4, n_regions=20)
    n[:, 0] = 0.0
    counted = asked(n, share)
    p = question.exceptional(counted, question.ordinary_unevenness(counted, size))
    assert np.isnan(p[:, 0]).all()
    assert np.isfinite(p[:, 1:]).all()
    alike = np.full((20, 3), 10.0)
    counted = asked(alike, np.full((20, 3), 0.05))
    p = question.exceptional(
        counted, question.ordinary_unevenness(counted, np.full(20, 9.0))
    )
    assert (p == 1).all()
