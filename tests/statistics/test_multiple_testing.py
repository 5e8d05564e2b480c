"""One correction for every room: by hand, against scipy, misused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.stats import false_discovery_control

from clusterid.errors import TableError
from clusterid.statistics import (
    adjust,
    adjust_columns,
    benjamini_hochberg_cut,
    q_values,
)


def test_the_cut_rejects_what_benjamini_and_hochberg_reject():
    from clusterid.statistics import benjamini_hochberg_cut

    rng = np.random.default_rng(0)
    for _ in range(200):
        p = rng.random(12) ** 3
        q = np.minimum.accumulate((np.sort(p) * 12 / np.arange(1, 13))[::-1])[::-1]
        rejected = int((q <= 0.05).sum())
        cut = benjamini_hochberg_cut(p, 0.05)
        assert (p <= cut).sum() == rejected
    # one tiny p-value does not make the cut tiny
    assert benjamini_hochberg_cut(np.array([1e-16]), 0.05) == 0.05


@pytest.mark.parametrize("method", ["bh", "by"])
@pytest.mark.parametrize("size", [1, 2, 7, 300])
def test_equals_scipy(method: str, size: int) -> None:
    p = np.random.default_rng(size).random(size) ** 3
    expected = false_discovery_control(p, method=method)
    np.testing.assert_allclose(q_values(p, method), expected, rtol=1e-12)


def test_by_hand() -> None:
    p = np.array([0.04, 0.01, 0.03])
    # sorted .01 .03 .04 times 3/1, 3/2, 3/3: .03 .045 .04, from the top: .03 .04 .04
    np.testing.assert_allclose(q_values(p), [0.04, 0.03, 0.04])
    np.testing.assert_allclose(q_values(p, "bonferroni"), [0.12, 0.03, 0.09])
    # .01 x 3, .03 x 2, .04 x 1, never falling: .03 .06 .06
    np.testing.assert_allclose(q_values(p, "holm"), [0.06, 0.03, 0.06])


@pytest.mark.parametrize("method", ["bh", "by", "bonferroni", "holm"])
def test_tests_that_are_not_listed_have_p_one(method: str) -> None:
    p = np.random.default_rng(3).random(20) ** 4
    padded = q_values(np.concatenate([p, np.ones(80)]), method)
    np.testing.assert_allclose(q_values(p, method, n_tests=100), padded[:20])


def test_missing_is_no_test_and_order_does_not_matter() -> None:
    p = np.array([0.2, np.nan, 0.01, 0.01, np.nan, 0.9])
    q = q_values(p)
    assert np.isnan(q[[1, 4]]).all()
    np.testing.assert_allclose(q[[0, 2, 3, 5]], q_values(p[[0, 2, 3, 5]]))
    shuffled = np.random.default_rng(0).permutation(len(p))
    np.testing.assert_array_equal(q_values(p[shuffled]), q[shuffled])


def test_columns_are_families_of_their_own_and_shapes_stay() -> None:
    p = np.random.default_rng(1).random((30, 4)) ** 2
    p[3, 2] = np.nan
    columns = adjust_columns(p, "bh")
    for j in range(4):
        np.testing.assert_allclose(columns[:, j], q_values(p[:, j]))
    assert q_values(p).shape == p.shape
    assert q_values(np.array([])).shape == (0,)
    assert np.isnan(q_values(np.array([np.nan, np.nan]))).all()


def test_the_cut_rejects_what_the_q_values_reject() -> None:
    rng = np.random.default_rng(5)
    for _ in range(50):
        p = rng.random(40) ** rng.integers(1, 6)
        cut = benjamini_hochberg_cut(p, 0.05)
        rejected = q_values(p) <= 0.05
        if rejected.any():
            np.testing.assert_array_equal(p <= cut, rejected)


def test_what_is_no_probability_is_told() -> None:
    with pytest.raises(ValueError, match="outside 0 to 1"):
        adjust(np.array([0.5, 1.5]))
    with pytest.raises(ValueError, match="not offered"):
        adjust(np.array([0.5]), "fdr")  # type: ignore[arg-type]


def test_adjusted_p_values_equal_scipy():
    p = np.random.default_rng(0).uniform(size=50) ** 2
    for method in ("bh", "by"):
        theirs = stats.false_discovery_control(p, method=method)
        np.testing.assert_allclose(adjust(p, method), theirs, rtol=1e-12)


def test_adjusted_p_values_by_hand():
    p = np.array([0.01, np.nan, 0.04, 0.03])
    np.testing.assert_allclose(adjust(p, "bonferroni"), [0.03, np.nan, 0.12, 0.09])
    np.testing.assert_allclose(adjust(p, "holm"), [0.03, np.nan, 0.06, 0.06])
    np.testing.assert_allclose(adjust(p, "bh"), [0.03, np.nan, 0.04, 0.04])
    np.testing.assert_allclose(adjust(p, "none"), p)
    with pytest.raises(TableError, match="outside 0 to 1"):
        adjust(np.array([1.2, 0.5]))
