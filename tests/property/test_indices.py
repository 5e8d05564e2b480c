"""What must hold for every table: permutation, scale, bounds, merging, exact sums."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.property.simulated_data import tables

from clusterid.concentration import (
    diversity,
    duranton_puga_diversity,
    entropy,
    hachman_index,
    herfindahl_index,
    hoover_index,
    krugman_concentration,
    krugman_specialization,
    localisation_indices,
    locational_gini,
    overall_localisation,
    related_variety,
    specialization_gini,
    theil_decomposition,
    theil_index,
    unrelated_variety,
)

CLOSE = {"rtol": 1e-9, "atol": 1e-11}

#: measure -> largest value it may take
BOUNDED: dict[str, tuple[Any, float]] = {
    "gini_unweighted": (locational_gini, 1.0),
    "gini_weighted": (lambda e: locational_gini(e, variant="weighted"), 1.0),
    "gini_krugman": (lambda e: locational_gini(e, variant="krugman"), 0.5),
    "gini_plain": (lambda e: locational_gini(e, variant="plain"), 1.0),
    "gini_specialization": (specialization_gini, 1.0),
    "hoover": (hoover_index, 1.0),
    "hoover_rest": (lambda e: hoover_index(e, reference="rest"), 1.0),
    "hoover_region": (lambda e: hoover_index(e, axis="region"), 1.0),
    "herfindahl": (herfindahl_index, 1.0),
    "herfindahl_normalised": (
        lambda e: herfindahl_index(e, variant="normalised"),
        1.0,
    ),
    "krugman_concentration": (krugman_concentration, 2.0),
    "krugman_specialization": (krugman_specialization, 2.0),
    "krugman_others": (
        lambda e: krugman_specialization(e, reference="others_mean"),
        2.0,
    ),
    "hachman": (hachman_index, 1.0),
    "theil": (theil_index, np.inf),
    "entropy": (entropy, np.log2(6)),
    "diversity": (diversity, 5.0),
    "dissimilarity": (lambda e: localisation_indices(e)["dissimilarity"], 1.0),
    "isolation": (lambda e: localisation_indices(e)["isolation"], 1.0),
    "theil_h": (lambda e: localisation_indices(e)["entropy"], 1.0),
    "overall": (overall_localisation, np.inf),
}


@pytest.mark.parametrize("name", BOUNDED)
@settings(max_examples=25, deadline=None)
@given(jobs=tables())
def test_bounds(name: str, jobs: pd.DataFrame) -> None:
    measure, most = BOUNDED[name]
    values = measure(jobs).dropna()
    assert (values >= -1e-9).all()
    assert (values <= most + 1e-9).all()


@pytest.mark.parametrize("name", BOUNDED)
@settings(max_examples=15, deadline=None)
@given(jobs=tables(), data=st.data())
def test_order_of_rows_and_columns_changes_no_bit(
    name: str, jobs: pd.DataFrame, data: st.DataObject
) -> None:
    measure = BOUNDED[name][0]
    rows = data.draw(st.permutations(range(len(jobs))))
    columns = data.draw(st.permutations(range(jobs.shape[1])))
    found = measure(jobs.iloc[rows, columns])
    known = measure(jobs)
    assert found.to_dict() == pytest.approx(known.to_dict(), abs=0, rel=0, nan_ok=True)


@pytest.mark.parametrize("name", [n for n in BOUNDED if n != "diversity"])
@settings(max_examples=15, deadline=None)
@given(jobs=tables(), scale=st.floats(0.01, 1000))
def test_unit_of_employment_does_not_matter(
    name: str, jobs: pd.DataFrame, scale: float
) -> None:
    measure = BOUNDED[name][0]
    np.testing.assert_allclose(measure(jobs * scale), measure(jobs), **CLOSE)


@settings(max_examples=40, deadline=None)
@given(jobs=tables())
def test_merging_regions_of_the_same_mix_changes_no_reference_index(
    jobs: pd.DataFrame,
) -> None:
    """A region cut in two parts of the same mix: indices with weights stay."""
    cut = pd.concat([jobs, jobs.iloc[[0]] * 0.25])
    cut.index = [*jobs.index, "part"]
    cut.iloc[0] = jobs.iloc[0] * 0.75
    for measure in (
        hoover_index,
        krugman_concentration,
        theil_index,
        lambda e: locational_gini(e, variant="weighted"),
        lambda e: localisation_indices(e)["entropy"],
    ):
        np.testing.assert_allclose(measure(cut), measure(jobs), **CLOSE)


@settings(max_examples=40, deadline=None)
@given(jobs=tables())
def test_merging_any_regions_never_raises_a_divergence(jobs: pd.DataFrame) -> None:
    merged = jobs.iloc[1:].copy()
    merged.iloc[0] = jobs.iloc[0] + jobs.iloc[1]
    for measure in (hoover_index, theil_index):
        assert (measure(merged) <= measure(jobs) + 1e-9).all()


@settings(max_examples=40, deadline=None)
@given(jobs=tables())
def test_splitting_an_industry_in_two_halves(jobs: pd.DataFrame) -> None:
    """Halves of one industry sit as the whole did, and with each other."""
    half = jobs.copy()
    half["i0"] = jobs["i0"] / 2
    half["half"] = jobs["i0"] / 2
    for measure in (locational_gini, hoover_index, theil_index):
        found, known = measure(half), measure(jobs)
        np.testing.assert_allclose(found[known.index], known, **CLOSE)
        assert found["half"] == pytest.approx(known["i0"], rel=1e-9, abs=1e-11)
    np.testing.assert_allclose(hachman_index(half), hachman_index(jobs), **CLOSE)


@settings(max_examples=40, deadline=None)
@given(jobs=tables(), data=st.data())
def test_variety_and_theil_add_up(jobs: pd.DataFrame, data: st.DataObject) -> None:
    labels = st.lists(
        st.sampled_from("xyz"), min_size=jobs.shape[1], max_size=jobs.shape[1]
    )
    groups = pd.Series(data.draw(labels), jobs.columns)
    whole = related_variety(jobs, groups) + unrelated_variety(jobs, groups)
    np.testing.assert_allclose(whole, entropy(jobs), rtol=1e-12, atol=1e-12)
    assert (related_variety(jobs, groups) >= -1e-12).all()
    parts = theil_decomposition(jobs, groups, axis="region")
    assert (parts[["between", "within"]] >= -1e-9).all(axis=None)
    np.testing.assert_allclose(
        parts["between"] + parts["within"], theil_index(jobs, axis="region"), **CLOSE
    )


@pytest.mark.filterwarnings("ignore:.*are withheld, in")
@settings(max_examples=30, deadline=None)
@given(jobs=tables(), hide=st.integers(0, 3))
def test_hidden_cells_never_become_zero(jobs: pd.DataFrame, hide: int) -> None:
    hidden = jobs.copy()
    column = hide % jobs.shape[1]
    hidden.iloc[hide % len(jobs), column] = np.nan
    for name, (measure, _) in BOUNDED.items():
        found = measure(hidden)
        reasons = found.attrs.get("reasons")
        if reasons is not None:
            assert set(found.index[found.isna()]) == set(reasons), name
    assert np.isnan(herfindahl_index(hidden).iloc[column])
    assert np.isnan(duranton_puga_diversity(hidden)).all()
