"""Agreement beyond chance: labels permuted, and dealt out anew."""

from __future__ import annotations

import numpy as np
import pytest

from clusterid.comparison._agreement import (
    agreement_table,
    deal,
    label_table,
    permutation_test,
)


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


def test_intervals_and_ranges_of_chance_stand_in_columns_of_their_own() -> None:
    rng = np.random.default_rng(3)
    measured = rng.random((60, 8)) < 0.2
    declared = measured & (rng.random((60, 8)) < 0.8)
    table = agreement_table(
        declared,
        measured,
        np.ones(60, dtype=bool),
        np.zeros(60, dtype=np.int64),
        draws=199,
        rng=rng,
    )
    row = table.loc["declared_measured_within_margins"]
    assert row["lower"] < row["value"] == 1.0
    assert row["expected_lower"] < row["expected"] < row["expected_upper"] < 1
    lift = table.loc["lift_within_margins"]
    assert lift["expected_lower"] < 1 < lift["expected_upper"]
    assert np.isnan(lift["lower"])
    for name in ("observed", "precision", "recall", "jaccard", "kappa", "ac1"):
        one = table.loc[name]
        assert one["lower"] <= one["value"] <= one["upper"]
        assert np.isnan(one["expected_lower"])
    assert table.loc["lift_spatial", "reason"] == "no_shapes"


def test_every_label_is_held_against_labels_dealt_out_anew() -> None:
    rng = np.random.default_rng(4)
    measured = np.zeros((50, 4), dtype=bool)
    measured[:10] = True
    declared = rng.random((50, 4)) < 0.3
    declared[:, 0] = measured[:, 0]
    declared[:, 3] = False
    dealt = deal(declared, measured.astype(float), None, 499, rng)
    table = label_table(declared, measured, ["a", "b", "c", "d"], dealt.by_field)
    assert list(table.index) == ["a", "b", "c"]
    assert table.loc["a", "places"] == table.loc["a", "concentrated"] == 10
    assert table.loc["a", "p_value"] == 1 / 500
    assert (table["q_value"] >= table["p_value"]).all()
    assert table.loc["a", "lift"] > 2
    # every place keeps its number of labels, so the sums agree
    assert dealt.by_place.sum() == pytest.approx(dealt.by_field.sum(axis=1).mean())
