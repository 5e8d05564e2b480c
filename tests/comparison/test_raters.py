"""Agreement coefficients against printed values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterid.comparison import rater_agreement
from clusterid.errors import TableError

# METHODS D1 and D3 (R irrCAC), printed to seven digits
PRINTED = 5e-8


def test_three_abstractors():
    found = rater_agreement(np.array([[13, 0, 0], [0, 20, 7], [0, 4, 56]]))
    assert found.kappa == pytest.approx(0.7964094, abs=PRINTED)
    assert found.kappa_se == pytest.approx(0.0589107, abs=PRINTED)
    assert found.ac1 == pytest.approx(0.8493305, abs=PRINTED)
    assert found.ac1_se == pytest.approx(0.0432175, abs=PRINTED)
    assert found.scott == pytest.approx(0.7962397, abs=PRINTED)
    assert found.brennan_prediger == pytest.approx(0.835, abs=PRINTED)
    assert found.alpha == pytest.approx(0.7972585, abs=PRINTED)


def test_kappa_collapses_with_rare_events_and_ac1_does_not():
    found = rater_agreement(np.array([[80, 10], [10, 0]]))
    assert found.kappa == pytest.approx(-0.1111111, abs=PRINTED)
    assert found.ac1 == pytest.approx(0.7560976, abs=PRINTED)
    assert found.observed == pytest.approx(0.8)


@given(st.lists(st.integers(0, 40), min_size=4, max_size=4))
@settings(max_examples=50)
def test_agreement_does_not_depend_on_order_of_raters_or_categories(cells):
    table = np.array(cells, dtype=float).reshape(2, 2)
    if table.sum() == 0:
        with pytest.raises(TableError):
            rater_agreement(table)
        return
    one, two, three = (rater_agreement(t) for t in (table, table.T, table[::-1, ::-1]))
    for name in ("kappa", "ac1", "scott", "alpha", "observed"):
        a, b, c = (getattr(x, name) for x in (one, two, three))
        assert a == pytest.approx(b, nan_ok=True)
        assert a == pytest.approx(c, nan_ok=True)
        assert not a > 1 + 1e-12
