"""The mixture has the moments of a sum of lognormals."""

from __future__ import annotations

import numpy as np
import pytest

from clusterid.clusters._mixture import spread, weighted_sum


def test_the_mixture_has_the_moments_of_a_sum_of_lognormals():
    w, tau = np.array([0.6, 0.4]), np.array([0.5, 0.3])
    values, mass = weighted_sum(w, tau)
    assert mass.sum() == pytest.approx(1)
    assert values @ mass == pytest.approx(1)
    variance = float((w**2 * np.expm1(tau**2)).sum())
    assert values**2 @ mass - 1 == pytest.approx(variance, rel=0.05)
    wider, mass = spread(values, mass, 0.4)
    assert wider**2 @ mass == pytest.approx((1 + variance) * np.exp(0.16), rel=0.05)
