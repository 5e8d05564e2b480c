"""Intervals of shares in small populations: published values, coverage, nesting."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterid.statistics import finite_wilson, share_interval, wilson

# METHODS E3, printed to four digits
PRINTED = 5e-5


def test_interval_of_the_seed_survey():
    found = share_interval(90, 144, 188)
    assert found.share == 0.625
    assert found.lower == pytest.approx(0.5860, abs=PRINTED)
    assert found.upper == pytest.approx(0.6625, abs=PRINTED)
    assert found.exact_lower == pytest.approx(0.5851, abs=PRINTED)
    assert found.exact_upper == pytest.approx(0.6649, abs=PRINTED)
    assert found.worst_lower == pytest.approx(0.4787, abs=PRINTED)
    assert found.worst_upper == pytest.approx(0.7128, abs=PRINTED)
    endless = share_interval(90, 144)
    assert endless.lower == pytest.approx(0.5436, abs=PRINTED)
    assert endless.upper == pytest.approx(0.6999, abs=PRINTED)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_intervals_are_nested(data):
    population = data.draw(st.integers(5, 300))
    n = data.draw(st.integers(1, population))
    count = data.draw(st.integers(0, n))
    found = share_interval(count, n, population)
    eps = 1e-12
    assert found.worst_lower - eps <= found.exact_lower <= found.share + eps
    assert found.share - eps <= found.exact_upper <= found.worst_upper + eps
    assert found.lower - eps <= found.share <= found.upper + eps
    free = share_interval(count, n)
    assert free.upper - free.lower >= found.upper - found.lower - eps


def test_the_exact_interval_covers():
    rng = np.random.default_rng(3)
    draws = rng.hypergeometric(110, 78, 144, size=400)
    cover = [
        i.exact_lower <= 110 / 188 <= i.exact_upper
        for i in (share_interval(int(c), 144, 188) for c in draws)
    ]
    assert np.mean(cover) >= 0.93


def test_a_weighted_share_has_the_interval_of_its_effective_size() -> None:
    interval = share_interval(90, 144, 188, design_effect=1.5)
    found = finite_wilson(0.625, 144, 188, design_effect=1.5)
    assert found == (interval.lower, interval.upper)
    assert finite_wilson(0.4, 10, 10) == (0.4, 0.4)
    lower, upper = wilson(0.4, 10 / 2)
    assert finite_wilson(0.4, 10, None, design_effect=2.0) == (lower, upper)
