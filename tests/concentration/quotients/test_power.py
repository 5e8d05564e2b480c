"""How many plants a test needs."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from clusterid.concentration import power_quotient


@pytest.mark.parametrize(("lq", "plants"), [(1.5, 221), (2, 86), (3, 40), (5, 23)])
def test_power_reproduces_the_plants_needed(lq, plants):
    # METHODS 10: 90 % power in a family of 4,411 cells, plants = LQ x expected,
    # the smallest whole expectation at which the quotient is detectable
    mu = np.arange(1.0, 300.0)
    detectable = power_quotient(mu, tests=4411)
    smallest = mu[detectable <= lq][0]
    assert abs(smallest * lq - plants) <= 2.5


def test_power_of_binomial_counts_by_brute_force():
    for mu, n in ((3.0, 30), (20.0, 100)):
        critical = next(
            c for c in range(n + 1) if stats.binom.sf(c - 1, n, mu / n) <= 0.05 / 40
        )
        lq = float(power_quotient(np.array(mu), tests=40, trials=n))
        assert stats.binom.sf(critical - 1, n, lq * mu / n) == pytest.approx(0.9)
    assert np.isinf(power_quotient(np.array([0.5]), tests=1000, trials=2))
