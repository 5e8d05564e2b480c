"""What location quotients, their tests and withheld cells promise for any table."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from clusterid.concentration import (
    adjust,
    count_test,
    location_quotient,
    location_quotient_test,
    missing_reasons,
    plant_herfindahl_bounds,
    shrink_quotients,
    withheld_bounds,
)
from clusterid.tables import Economy

VARIANTS = ["ratio", "additive", "additive_industry", "symmetric", "log", "z", "log_z"]
counts = arrays(np.int64, (4, 3), elements=st.integers(0, 500))
variants = st.sampled_from(VARIANTS)


def table(values):
    return pd.DataFrame(values.astype(float), list("rstu"), list("ABC"))


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


@settings(deadline=None, max_examples=30)
@given(counts, st.permutations(range(4)), st.permutations(range(3)))
def test_tests_do_not_depend_on_order(values, rows, columns):
    plants = table(values)
    one = location_quotient_test(plants, establishments=plants)
    other = location_quotient_test(
        plants.iloc[rows, columns], establishments=plants.iloc[rows[::-1], columns]
    )
    pd.testing.assert_frame_equal(one, other, rtol=1e-12)
    assert (one["q_value"].dropna() >= one["p_value"].dropna() - 1e-15).all()
    known = one["p_value"].notna()
    assert (one.loc[~known, "reason"] != "").all()


@settings(deadline=None, max_examples=40)
@given(
    st.integers(0, 60),
    st.integers(60, 400),
    st.floats(0.001, 0.5),
    st.floats(0.0, 1.5),
)
def test_p_falls_with_the_count_and_rises_with_tau_and_roughness(n, trials, x, v):
    p = count_test(n, trials, x, roughness=v)
    assert 0.0 <= p <= 1.0
    assert count_test(n + 1, trials, x, roughness=v) <= p + 1e-12
    assert count_test(n, trials, x, 1.3, roughness=v) >= p - 1e-12
    if n > 1 + 2 * trials * x:
        assert count_test(n, trials, x, roughness=v + 0.05) >= p * (1 - 1e-9)


@settings(deadline=None, max_examples=40)
@given(arrays(float, 12, elements=st.floats(0, 1)))
def test_adjusted_values_keep_the_order_and_by_is_stricter(p):
    bh, by = adjust(p), adjust(p, "by")
    assert (bh >= p - 1e-15).all()
    assert (by >= bh - 1e-15).all()
    order = np.argsort(p, kind="stable")
    assert (np.diff(bh[order]) >= -1e-15).all()


@settings(deadline=None, max_examples=40)
@given(
    arrays(np.int64, 8, elements=st.integers(0, 40)),
    arrays(float, 8, elements=st.floats(0.5, 30)),
)
def test_shrunk_quotients_lie_between_ratio_and_mean(n, mu):
    n, mu = pd.Series(n.astype(float)), pd.Series(mu)
    fitted = shrink_quotients(n, mu)
    mean = n.sum() / mu.sum()
    if mean == 0:
        assert fitted["shrunk"].isna().all()
        return
    ratio = n / mu
    low, high = np.minimum(ratio, mean), np.maximum(ratio, mean)
    assert fitted["shrunk"].between(low - 1e-9, high + 1e-9).all()
    assert (fitted["lower"] <= fitted["shrunk"]).all()
    assert (fitted["upper"] >= fitted["shrunk"]).all()


@settings(deadline=None, max_examples=40)
@given(
    counts,
    arrays(bool, (4, 3), elements=st.booleans()),
    arrays(bool, (4, 3), elements=st.booleans()),
)
def test_intervals_only_widen_when_more_is_withheld(values, first, more):
    truth = table(values)
    rows = [(r, "TOTAL", truth.loc[r].sum()) for r in truth.index]
    rows += [("TOTAL", i, truth[i].sum()) for i in truth]
    totals = pd.DataFrame(rows, columns=["region", "industry", "value"])
    few = withheld_bounds(Economy(truth.mask(first), totals=totals))
    many = withheld_bounds(Economy(truth.mask(first | more), totals=totals))
    for bounds in (few, many):
        assert (bounds.lower <= truth + 1e-6).to_numpy().all()
        assert (bounds.upper >= truth - 1e-6).to_numpy().all()
    assert (many.lower <= few.lower + 1e-6).to_numpy().all()
    assert (many.upper >= few.upper - 1e-6).to_numpy().all()


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(1, 200), min_size=1, max_size=25))
def test_size_classes_hold_the_true_herfindahl(sizes):
    bands = {"1-9": (1, 9), "10-49": (10, 49), "50+": (50, float("inf"))}
    z = np.array(sizes, dtype=float)
    edges = [1, 10, 50, np.inf]
    numbers = np.histogram(z, edges)[0]
    frame = pd.DataFrame([numbers], ["A"], list(bands))
    bounds = plant_herfindahl_bounds(frame, bands, pd.Series({"A": z.sum()})).loc["A"]
    h = ((z / z.sum()) ** 2).sum()
    assert bounds["lower"] <= h + 1e-9
    assert bounds["upper"] >= h - 1e-9
    assert bounds["lower"] >= 1 / len(z) - 1e-9
