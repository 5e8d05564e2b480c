"""Question 1: the binomial tail against scipy, its interval, what would decide."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta, binom
from tests.clusters.simple import REGIONS, table

from clusterid.clusters.questions._concentrated import (
    deciding_plants,
    exact_interval,
    interval,
    passing_level,
    plants_test,
)
from clusterid.clusters.questions._counted import counted_kinds, table_of

KIND = pd.DataFrame({"A": [1.0, 0, 0, 0]}, index=list("ABCZ"))


def counted(extra=None, weights=KIND, **options):
    return counted_kinds(table_of(table(extra, **options)), weights)


@pytest.mark.parametrize("bar", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("without", [0, 1])
def test_p_is_the_binomial_tail_at_the_bar(bar, without):
    extra = {("R03", "A"): (45, 450.0), ("R07", "A"): (9, 90.0)}
    asked = counted(extra)
    n = asked.plants[:, 0]
    total = n.sum()
    share = table(extra).establishments.sum(axis=1).to_numpy()
    share = share / share.sum()
    p = plants_test(asked, bar, without=without)[:, 0]
    above = n - without > bar * total * share
    assert above[3]
    expected = binom.sf(n - without - 1, total - without, np.minimum(1, bar * share))
    np.testing.assert_allclose(p[above], expected[above], rtol=1e-9)
    assert (p[~above] == 1).all()


def test_a_weighted_kind_is_counted_in_the_unit_of_its_variance():
    half = counted({("R03", "A"): (60, 600.0)}, KIND * 0.5)
    whole = counted({("R03", "A"): (60, 600.0)})
    np.testing.assert_allclose(plants_test(half, 1.5), plants_test(whole, 1.5))
    np.testing.assert_allclose(exact_interval(half), exact_interval(whole))


def test_the_interval_is_that_of_a_binomial_share():
    asked = counted({("R03", "A"): (45, 450.0)})
    low, high = exact_interval(asked)
    n, total, mu = asked.plants[3, 0], asked.total[0], asked.expected[3, 0]
    share = mu / total
    assert low[3, 0] == pytest.approx(beta.ppf(0.05, n + 0.5, total - n + 0.5) / share)
    assert high[3, 0] == pytest.approx(beta.ppf(0.95, n + 0.5, total - n + 0.5) / share)
    assert interval(n, mu, total) == pytest.approx((low[3, 0], high[3, 0]), rel=1e-12)
    together = interval(np.array([n, np.nan, n]), np.array([mu, mu, 0.0]), total)
    assert together[0][0] == interval(n, mu, total)[0]  # one by one or all at once
    assert np.isnan(together[0][1:]).all()
    assert np.isnan(together[1][1:]).all()
    assert np.isnan(interval(np.nan, 3.0, 10.0)).all()
    assert np.isnan(interval(3.0, 0.0, 10.0)).all()


def test_with_the_plants_that_would_decide_it_is_decided():
    total, mu, one = np.array([800.0]), np.array([20.0]), np.ones(1)
    needed = deciding_plants(total, mu, one, 1.5, 0.003)[0]
    share = 1.5 * 20 / 800
    assert binom.sf(needed - 2, 799, share) <= 0.003
    assert binom.sf(needed - 3, 799, share) > 0.003
    # question 3 is asked from ten plants on
    assert deciding_plants(total, mu / 100, one, 1.5, 0.003)[0] == 10
    for unknown in (0.0, np.nan):
        nothing = deciding_plants(total, np.array([unknown]), one, 1.5, 0.003)
        assert np.isnan(nothing).all()
    # half of every plant: twice the units, half the plants
    half = deciding_plants(total / 2, mu / 2, one / 2, 1.5, 0.003)[0]
    assert half == np.ceil(needed / 2)


def test_the_level_is_that_of_the_last_that_passed_or_of_the_first_one_needed():
    p = np.array([0.001, 0.01, 0.2, np.nan])
    assert passing_level(p, np.array([0.003, 0.015, 0.2, np.nan]), 0.05) == 0.05 / 3
    assert passing_level(p, np.array([0.003, 0.05, 0.2, np.nan]), 0.02) == 0.02 / 3
    assert passing_level(np.full(2, np.nan), np.full(2, np.nan), 0.05) == 0.05


def test_without_plants_nothing_is_said():
    asked = counted(counted=False)
    assert not asked.has_plants
    assert np.isnan(plants_test(asked, 1.5)).all()
    assert np.isnan(exact_interval(asked)).all()
    assert np.isfinite(asked.lq_jobs).all()


def test_a_missing_cell_is_missing_on_both_sides():
    economy = table({("R03", "A"): (45, 450.0)})
    economy.establishments.loc["R05", "A"] = np.nan
    asked = counted_kinds(table_of(economy), KIND)
    assert np.isnan(asked.plants[5, 0])
    assert np.isnan(plants_test(asked, 1.5)[5, 0])
    # the total of the kind is of the regions where it is known
    assert asked.total[0] == 20 * (len(REGIONS) - 1) + 45
    assert asked.expected[:, 0][np.arange(len(REGIONS)) != 5].sum() == pytest.approx(
        asked.total[0]
    )


def test_the_jobs_lie_between_their_draws():
    economy = table()
    marks = economy.employment.isna()
    marks.loc["R02", "A"] = True
    values = economy.employment.to_numpy()
    draws = np.repeat(values[None], 21, axis=0)
    draws[:, 2, 0] = np.linspace(100, 300, 21)
    asked = counted_kinds(table_of(economy, marks, draws), KIND)
    assert asked.low_jobs[2, 0] == pytest.approx(110)
    assert asked.high_jobs[2, 0] == pytest.approx(290)
    others = np.arange(len(REGIONS)) != 2
    assert (asked.low_jobs[others, 0] == asked.jobs[others, 0]).all()
