"""Agreement coefficients against printed values, and beyond chance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterid.comparison import fuzzy_jaccard, rater_agreement
from clusterid.comparison._agreement import agreement_table, permutation_test
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


def test_permuted_labels_keep_the_expected_share():
    rng = np.random.default_rng(0)
    declared = rng.random((30, 6)) < 0.3
    measured = np.zeros((30, 6))
    measured[:, 0] = 1.0
    sums = permutation_test(declared, measured, None, 500, rng)
    # a field measured everywhere gains nothing from where it is declared
    assert (sums == declared[:, 0].sum()).all()
    inside = rng.integers(0, 2, 30)
    sums = permutation_test(declared, rng.random((30, 6)), inside, 200, rng)
    assert len(sums) == 200


def test_without_an_exhaustive_list_there_is_no_kappa_but_a_lift():
    rng = np.random.default_rng(1)
    measured = rng.random((40, 8)) < 0.2
    declared = measured & (rng.random((40, 8)) < 0.8)
    declared |= rng.random((40, 8)) < 0.05
    strata = np.zeros(40, dtype=np.int64)
    found = agreement_table(
        declared, measured, np.zeros(40, dtype=bool), strata, draws=200, rng=rng
    )
    assert found.loc["kappa", "reason"] == "no_exhaustive_list"
    assert np.isnan(found.loc["kappa", "value"])
    assert found.loc["lift_within_margins", "value"] > 2
    assert found.loc["lift_within_margins", "p_value"] < 0.01
    found = agreement_table(
        declared, measured, np.ones(40, dtype=bool), strata, draws=200, rng=rng
    )
    hits = (declared & measured).sum()
    assert found.loc["precision", "value"] == pytest.approx(hits / declared.sum())
    assert found.loc["recall", "value"] == pytest.approx(hits / measured.sum())


def test_jaccard_by_hand():
    size = np.array([10.0, 30.0, 60.0])
    a, b = np.array([1.0, 0.5, 0.0]), np.array([0.0, 1.0, 1.0])
    assert fuzzy_jaccard(a, b, size) == pytest.approx(15 / 100)
    assert fuzzy_jaccard(a, a, size) == 1.0
    assert np.isnan(fuzzy_jaccard(a * 0, a * 0, size))
