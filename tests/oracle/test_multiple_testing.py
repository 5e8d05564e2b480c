"""Corrections for many tests, step by step."""

from __future__ import annotations

import numpy as np
import pytest

from clusterid.statistics import q_values


@pytest.mark.parametrize("correction", ["bh", "by", "bonferroni"])
def test_corrections_count_the_pairs_that_never_meet(correction: str) -> None:
    rng = np.random.default_rng(0)
    p = rng.random(20) ** 4
    padded = np.concatenate([p, np.ones(80)])
    whole = q_values(padded, correction)
    np.testing.assert_allclose(
        q_values(p, correction, n_tests=100), whole[:20], rtol=1e-12
    )
    # by hand, step-up
    order = np.argsort(padded)
    factor = {"bh": 1.0, "by": sum(1 / i for i in range(1, 101)), "bonferroni": None}
    if factor[correction] is None:
        np.testing.assert_allclose(whole, np.minimum(padded * 100, 1))
        return
    for rank, at in enumerate(order):
        later = [padded[order[k]] * 100 / (k + 1) for k in range(rank, 100)]
        assert whole[at] == pytest.approx(min(1, factor[correction] * min(later)))
