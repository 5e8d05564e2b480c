"""Ties, and economies that order nothing."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clusterid as cid
from clusterid.concentration import diversity, specialization_change
from clusterid.errors import DataWarning
from clusterid.networks import reflections

REGIONS = list("wxyz")


def uniform(sizes: list[float], shares: list[float]) -> pd.DataFrame:
    codes = [f"i{k}" for k in range(len(shares))]
    index = [f"r{k}" for k in range(len(sizes))]
    return pd.DataFrame(np.outer(sizes, shares), index=index, columns=codes)


@settings(max_examples=30, deadline=None)
@given(
    sizes=st.lists(st.floats(0.1, 1e6), min_size=2, max_size=9),
    shares=st.lists(st.floats(0.01, 1.0), min_size=2, max_size=9),
)
def test_a_uniform_economy_does_not_rank(
    sizes: list[float], shares: list[float]
) -> None:
    jobs = uniform(sizes, shares)
    found = cid.economic_complexity(jobs)
    assert found.diversity.eq(len(shares)).all()
    assert found.eci.isna().all()
    assert found.pci.isna().all()
    assert set(found.reason) == {"all_alike"}
    assert len(set(diversity(jobs))) == 1
    density = cid.relatedness_density(jobs, cid.proximity(jobs))
    assert (density.nunique() < 2).all()
    assert specialization_change(
        cid.location_quotient(jobs), cid.location_quotient(jobs * 3.3)
    )["change"].eq("kept").all()  # fmt: skip


def test_an_even_industry_is_everywhere() -> None:
    total = np.array([10.0, 30, 70, 170])
    a, b = 0.1 * total, np.array([0.2, 0.5, 0.6, 0.3]) * total
    jobs = pd.DataFrame({"A": a, "B": b, "C": total - a - b}, index=REGIONS)
    assert cid.economic_complexity(jobs).ubiquity["A"] == 4


def test_a_second_eigenvalue_that_stands_twice_orders_nothing() -> None:
    # a ring of six: every turn of it is as good
    ring = pd.DataFrame(0.0, index=list("abcdef"), columns=list("ABCDEF"))
    for k in range(6):
        ring.iloc[k, k] = ring.iloc[k, (k + 1) % 6] = 1.0
    found = cid.economic_complexity(ring, values="presence")
    assert found.eci.isna().all()
    assert set(found.reason) == {"no_single_order"}
    ring.iloc[0, 3] = 1.0
    found = cid.economic_complexity(ring, values="presence")
    assert found.eci.notna().all()
    assert found.reason.empty


def test_reflections_past_convergence_are_one_value() -> None:
    rng = np.random.default_rng(1)
    table = pd.DataFrame(
        (rng.random((8, 12)) < 0.6).astype(float),
        index=[f"r{k}" for k in range(8)],
        columns=[f"i{k}" for k in range(12)],
    )
    with pytest.warns(DataWarning, match="converged after"):
        regions, industries = reflections(table, steps=400)
    assert len(set(regions)) == 1
    assert len(set(industries)) == 1
    near, far = reflections(table, steps=8), (regions, industries)
    assert near[0].mean() == pytest.approx(far[0].mean(), rel=1e-2)
    assert near[1].mean() == pytest.approx(far[1].mean(), rel=1e-2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(set(reflections(table, steps=2)[0])) > 1
        even, _ = reflections(uniform([1, 2, 3], [0.1, 0.2]), steps=9)
    assert len(set(even)) == 1
