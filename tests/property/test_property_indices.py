"""What must hold for every table: permutation, scale, bounds, merging, exact sums."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from clusterid.concentration import (
    coagglomeration,
    diversity,
    duranton_puga_diversity,
    ellison_glaeser,
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
    shift_share,
    specialization_gini,
    theil_decomposition,
    theil_index,
    unrelated_variety,
)

CLOSE = {"rtol": 1e-9, "atol": 1e-11}


@st.composite
def tables(draw: st.DrawFn, regions: int = 6, industries: int = 5) -> pd.DataFrame:
    """Jobs with zeros, every region and industry present somewhere."""
    shape = (
        draw(st.integers(2, regions)),
        draw(st.integers(2, industries)),
    )
    counts = draw(arrays(np.int64, shape, elements=st.integers(0, 500)))
    jobs = counts.astype(float)
    jobs[:, 0] += 1  # no empty region
    jobs[0, :] += 1  # no absent industry
    names = [f"r{j}" for j in range(shape[0])]
    return pd.DataFrame(jobs, names, [f"i{k}" for k in range(shape[1])])


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


@settings(max_examples=40, deadline=None)
@given(start=tables(), end=tables())
def test_shift_share_adds_up_at_every_level(
    start: pd.DataFrame, end: pd.DataFrame
) -> None:
    for variant in ("dunn", "esteban_marquillas", "arcelus"):
        found = shift_share(start, end, variant=variant)  # type: ignore[arg-type]
        parts = list(found.components)
        scale = float(end.to_numpy().sum() + start.to_numpy().sum())
        for level in (found.cells, found.regions, found.industries):
            gap = level[parts].sum(axis=1) - level["change"]
            assert np.abs(gap).max() <= 1e-9 * scale
        for name in parts:
            assert found.regions[name].sum() == pytest.approx(
                found.industries[name].sum(), abs=1e-8 * scale
            )
    dunn = shift_share(start, end).total
    # over all regions there is neither a mix nor a regional share
    scale = float(end.to_numpy().sum())
    assert abs(dunn["national_share"] - dunn["change"]) <= 1e-9 * scale


@settings(max_examples=40, deadline=None)
@given(jobs=tables(), width=st.floats(0.0, 0.2), more=st.floats(0.0, 0.2))
def test_wider_bounds_never_narrow_gamma(
    jobs: pd.DataFrame, width: float, more: float
) -> None:
    lower = np.full(jobs.shape[1], 0.3)
    inner = pd.DataFrame({"lower": lower - width, "upper": lower + width}, jobs.columns)
    outer = pd.DataFrame(
        {
            "lower": lower - width - more * (0.29 - width),
            "upper": lower + width + more,
        },
        jobs.columns,
    )
    a, b = ellison_glaeser(jobs, inner), ellison_glaeser(jobs, outer)
    assert (b["gamma_lower"] <= a["gamma_lower"] + 1e-12).all()
    assert (b["gamma_upper"] >= a["gamma_upper"] - 1e-12).all()
    assert ((b["p_value"] >= a["p_value"] - 1e-3) | a["p_value"].isna()).all()


@settings(max_examples=30, deadline=None)
@given(jobs=tables())
def test_coagglomeration_is_symmetric_and_sums_to_zero(jobs: pd.DataFrame) -> None:
    """Weighted by size, deviations cancel: w' C w = 0 over all industries."""
    found = coagglomeration(jobs).to_numpy(copy=True)
    np.testing.assert_allclose(found, found.T, equal_nan=True)
    total = jobs.to_numpy().sum()
    x = jobs.sum(axis=1) / total
    own = ((jobs / jobs.sum()).sub(x, axis=0) ** 2).sum() / (1 - (x**2).sum())
    np.fill_diagonal(found, own)
    w = (jobs.sum() / total).to_numpy()
    assert w @ found @ w == pytest.approx(0.0, abs=1e-9)


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
