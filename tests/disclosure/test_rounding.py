"""Grids that are no finer than the estimates in a number."""

from __future__ import annotations

import numpy as np
import pytest

from clusterid.disclosure._rounding import (
    absolute_step,
    grid_step,
    on_step,
    one_digit,
    part_step,
    tail_rounded,
)

VALUES = np.array([7505.3, 7505.3, 43085.0, 430.0, np.nan])
PART = np.array([0.2, 0.002, 10 / 43085, 2.0, 0.1])


def test_sums_with_an_estimate_stand_on_a_grid() -> None:
    step = grid_step(VALUES, PART)
    rounded = on_step(VALUES, step)
    np.testing.assert_allclose(rounded, [8_000, 7_500, 43_080, 400, np.nan], rtol=3e-4)
    assert (on_step(VALUES, step, "lower")[:4] <= VALUES[:4]).all()
    assert (on_step(VALUES, step, "upper")[:4] >= VALUES[:4]).all()


def test_a_step_is_no_finer_than_the_part_or_the_first_digit() -> None:
    step = grid_step(VALUES[:4], PART[:4])
    coarsest = 10.0 ** np.floor(np.log10(VALUES[:4]))
    assert (step >= np.minimum(VALUES[:4] * PART[:4] * (1 - 1e-9), coarsest)).all()
    assert (step <= coarsest).all()
    below = part_step(VALUES[:4], PART[:4])
    assert (below <= VALUES[:4] * PART[:4]).all()
    assert (below * 10 > VALUES[:4] * PART[:4]).all()


@pytest.mark.parametrize("step", [grid_step, part_step])
def test_what_has_no_part_is_not_rounded(step) -> None:
    values = np.array([5.0, 0.0, np.nan, np.inf, 12.345])
    found = step(values, np.array([np.nan, 0.1, 0.1, 0.1, 0.0]))
    np.testing.assert_array_equal(found, np.zeros(5))
    np.testing.assert_array_equal(on_step(values, found), values)


def test_a_decimal_is_the_decimal_itself() -> None:
    values = np.array([0.66969, -0.04, 0.0, 1e-132 * 6.5864])
    step = np.array([0.0001, 0.1, 0.1, 1e-133])
    rounded = on_step(values, step)
    assert rounded[:3].tolist() == [0.6697, 0.0, 0.0]
    assert not np.signbit(rounded[1])
    assert rounded[3] == pytest.approx(6.6e-132, rel=1e-9)
    # steps that are no part of one
    np.testing.assert_allclose(on_step(np.array([2.0]), np.array([0.7])), [2.1])


def test_a_width_is_kept_on_the_absolute_grid() -> None:
    width = np.array([0.011, 0.02, 0.021, 0.051, 3.0, 0.0, np.nan])
    step = absolute_step(width)
    np.testing.assert_allclose(step, [0.02, 0.02, 0.05, 0.1, 5.0, 0.0, 0.0])


def test_a_share_is_told_to_one_digit_and_never_as_nothing_or_all() -> None:
    share = np.array([1e-6, 0.0262, 0.55, 0.96, 0.9999, 1.0, 0.0, np.nan])
    np.testing.assert_allclose(
        one_digit(share), [1e-6, 0.03, 0.6, 0.99, 0.99, 1.0, 0.0, np.nan]
    )


def test_a_p_value_is_rounded_up_and_keeps_its_side_of_the_level() -> None:
    p = np.array([0.5, 0.21, 0.051, 0.05, 0.012, 4.02e-15, 1e-300, 1.0])
    found = tail_rounded(p, np.full(8, 0.0001))
    np.testing.assert_allclose(
        found, [0.5, 0.5, 0.1, 0.05, 0.02, 5e-15, 1e-300, 1.0], rtol=1e-9
    )
    for share in (0.01, 0.1, 0.4, 0.9):
        coarse = tail_rounded(p, np.full(8, share))
        assert (coarse >= p * (1 - 1e-9)).all()
        assert (coarse <= 1).all()
        assert ((coarse <= 0.05) == (p <= 0.05)).all()
    assert tail_rounded(p, np.full(8, 0.1))[5] == pytest.approx(1e-10)


def test_near_p_values_become_the_same() -> None:
    p = 10.0 ** np.linspace(-14.9, -14, 11)
    assert len(set(tail_rounded(p, np.full(11, 0.1)))) == 1


def test_a_p_value_without_an_estimate_or_a_number_stays() -> None:
    p = np.array([0.0123, 0.0123, np.nan, 0.0])
    found = tail_rounded(p, np.array([0.0, np.nan, 0.1, 0.1]))
    np.testing.assert_array_equal(found, p)
