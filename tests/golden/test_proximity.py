"""Proximity against other programs on real data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.golden.peers import EXACT, array, off, read

from clusterid import networks as nw
from clusterid.concentration import location_quotient

PROXIMITIES = [
    ("econgeo_relatedness", "relatedness_probability", "probability", "cooccurrence"),
    ("econgeo_relatedness", "relatedness_association", "association", "cooccurrence"),
    ("econgeo_relatedness", "relatedness_cosine", "cosine", "cooccurrence"),
    ("econgeo_relatedness", "relatedness_jaccard", "jaccard", "cooccurrence"),
    ("econgeo_relatedness", "proximity_hidalgo_reference", "conditional", None),
    ("econgeo_relatedness", "lift_reference", "association", "ubiquity"),
    ("econgeo_relatedness", "cosine_ubiquity_reference", "cosine", "ubiquity"),
    ("econgeo_relatedness", "jaccard_ubiquity_reference", "jaccard", "ubiquity"),
    ("econgeo_relatedness", "zscore_teece", "z_score", None),
    ("econcomplex_relatedness", "proximity_max", "conditional", None),
    ("econcomplex_relatedness", "proximity_sqrt", "cosine", "ubiquity"),
    ("econcomplex_relatedness", "proximity_min", "overlap", None),
    ("econcomplex_relatedness", "relatedness_association_uT", "association", None),
    ("econcomplex_relatedness", "relatedness_cosine_u", "cosine", None),
    ("econcomplex_relatedness", "relatedness_jaccard_u", "jaccard", None),
    ("econcomplex_relatedness", "relatedness_probability_u", "probability", "ubiquity"),
    ("econcomplex_relatedness", "zscore", "z_score", None),
    ("fermi", "proximity", "conditional", None),
    ("fermi", "taxonomy", "taxonomy", None),
    ("ecomplexity", "proximity", "conditional", None),
]


@pytest.mark.parametrize(("file", "case", "method", "base"), PROXIMITIES)
def test_proximity_equals_the_peer_off_the_diagonal(
    golden: Any, file: str, case: str, method: str, base: str | None
) -> None:
    table, cases = read(golden, file)
    ours = off(nw.proximity(table, method=method, base=base), table)
    theirs = array(cases[case])
    different = ~np.eye(len(theirs), dtype=bool)
    np.testing.assert_allclose(ours[different], theirs[different], **EXACT)


def test_the_same_name_on_two_bases_is_two_numbers(golden: Any) -> None:
    table, cases = read(golden, "econgeo_relatedness")
    by_rows = off(nw.proximity(table, method="cosine", base="cooccurrence"), table)
    by_ubiquity = off(nw.proximity(table, method="cosine", base="ubiquity"), table)
    upper = np.triu_indices(len(by_rows), 1)
    assert by_ubiquity[upper].mean() > 5 * by_rows[upper].mean()
    np.testing.assert_allclose(by_rows, array(cases["relatedness_cosine"]), **EXACT)


def test_cooccurrence_counts_regions(golden: Any) -> None:
    table, cases = read(golden, "fermi")
    ours = off(nw.cooccurrence(table), table)
    np.testing.assert_array_equal(ours, array(cases["cooccurrence"]))
    table, cases = read(golden, "econgeo_relatedness")
    ours = off(nw.cooccurrence(table), table)
    diagonal = array(cases["cooccurrence_diagonal"])
    np.testing.assert_array_equal(np.diag(ours), diagonal)


def test_regions_are_compared_by_the_transposed_table(golden: Any) -> None:
    table, cases = read(golden, "econcomplex_relatedness")
    ours = nw.proximity(table.T, method="conditional", values="presence")
    ours = ours.loc[table.index, table.index]
    np.testing.assert_allclose(ours, array(cases["proximity_regions"]), **EXACT)


def test_datawheel_proximity_and_relatedness_from_values(golden: Any) -> None:
    table, cases = read(golden, "economic_complexity_datawheel")
    phi = nw.proximity(table, method="conditional", values="employment")
    np.testing.assert_allclose(off(phi, table), array(cases["proximity"]), **EXACT)
    ours = nw.relatedness_density(table, phi, values="employment")
    ours = off(ours, table)
    np.testing.assert_allclose(ours, array(cases["relatedness"]), **EXACT)
    np.testing.assert_allclose(1 - ours, array(cases["distance"]), **EXACT)
    # their relative relatedness: over the region's absent industries, divided by n-1
    held = location_quotient(table).to_numpy() >= 1
    absent = np.where(held, np.nan, ours)
    z = (ours - np.nanmean(absent, axis=1, keepdims=True)) / np.nanstd(
        absent, axis=1, ddof=1, keepdims=True
    )
    theirs = array(cases["relative_relatedness"])
    np.testing.assert_allclose(z[~held], theirs[~held], rtol=1e-9, atol=1e-11)
