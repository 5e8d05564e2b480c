"""What location quotients promise for any table."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.property.simulated_data import counts, table

from clusterid.concentration import location_quotient, missing_reasons

VARIANTS = ["ratio", "additive", "additive_industry", "symmetric", "log", "z", "log_z"]

variants = st.sampled_from(VARIANTS)


@settings(deadline=None, max_examples=40)
@given(counts, variants, st.integers(2, 9))
def test_units_do_not_matter(values, variant, factor):
    one, many = table(values), table(values * factor)
    pd.testing.assert_frame_equal(
        location_quotient(one, variant=variant),
        location_quotient(many, variant=variant),
        rtol=1e-9,
        atol=1e-9,
    )


@settings(deadline=None, max_examples=40)
@given(counts, variants, st.permutations(range(4)), st.permutations(range(3)))
def test_order_does_not_matter(values, variant, rows, columns):
    plain = location_quotient(table(values), variant=variant)
    turned = location_quotient(table(values).iloc[rows, columns], variant=variant)
    pd.testing.assert_frame_equal(
        turned, plain.iloc[rows, columns], rtol=1e-9, atol=1e-12
    )


@settings(deadline=None, max_examples=40)
@given(counts, variants)
def test_every_missing_quotient_has_a_reason_and_only_those(values, variant):
    lq = location_quotient(table(values), variant=variant)
    why = missing_reasons(table(values), variant=variant)
    assert (lq.isna() == why.ne("")).to_numpy().all()


@settings(deadline=None, max_examples=40)
@given(counts)
def test_splitting_an_industry_in_halves_changes_no_quotient(values):
    whole = table(values)
    split = whole.assign(A1=whole["A"] / 2, A2=whole["A"] / 2).drop(columns="A")
    before, after = location_quotient(whole), location_quotient(split)
    for half in ("A1", "A2"):
        np.testing.assert_allclose(after[half], before["A"], rtol=1e-9)
    np.testing.assert_allclose(after["B"], before["B"], rtol=1e-9)


@settings(deadline=None, max_examples=40)
@given(counts)
def test_quotients_stay_in_their_ranges_and_average_to_one(values):
    jobs = table(values)
    lq = location_quotient(jobs)
    e_j, e_i, e = jobs.sum(axis=1), jobs.sum(), jobs.to_numpy().sum()
    for i in jobs:
        if e_i[i] > 0:
            assert (lq[i].dropna() <= e / e_i[i] * (1 + 1e-12)).all()
            mean = (lq[i] * e_j / e).sum()  # weighted by size: exactly neutral
            assert abs(mean - 1.0) < 1e-9
    additive = location_quotient(jobs, variant="additive")
    assert (additive.abs().fillna(0.0) <= 1.0).to_numpy().all()
