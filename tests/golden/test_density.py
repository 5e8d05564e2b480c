"""Relatedness density against other programs on real data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.golden.peers import EXACT, array, off, read

from clusterid import networks as nw


@pytest.mark.parametrize(
    ("case", "method", "base"),
    [
        ("density_prob_reference", "probability", "cooccurrence"),
        ("density_hidalgo_reference", "conditional", None),
    ],
)
def test_density_without_the_industry_itself(
    golden: Any, case: str, method: str, base: str | None
) -> None:
    table, cases = read(golden, "econgeo_relatedness")
    phi = nw.proximity(table, method=method, base=base)
    ours = off(nw.relatedness_density(table, phi), table)
    np.testing.assert_allclose(ours, array(cases[case]), **EXACT)


def test_rounded_densities_of_the_peer_lie_around_ours(golden: Any) -> None:
    table, cases = read(golden, "econgeo_relatedness")
    phi = nw.proximity(table, method="probability")
    ours = 100 * off(nw.relatedness_density(table, phi), table)
    np.testing.assert_allclose(ours, array(cases["density_rounded"]), atol=0.0051)
    held = table.to_numpy() == 1
    inside, outside = (
        array(cases["density_internal_rounded"]),
        array(cases["density_external_rounded"]),
    )
    np.testing.assert_allclose(ours[held], inside[held], atol=0.501)
    np.testing.assert_allclose(ours[~held], outside[~held], atol=0.501)


def test_density_of_econcomplex_is_in_per_cent(golden: Any) -> None:
    table, cases = read(golden, "econcomplex_relatedness")
    phi = nw.proximity(table, method="conditional")
    ours = off(nw.relatedness_density(table, phi), table)
    np.testing.assert_allclose(100 * ours, array(cases["density"]), **EXACT)
    np.testing.assert_allclose(1 - ours, array(cases["distance"]), **EXACT)


def test_density_with_the_industry_itself(golden: Any) -> None:
    table, cases = read(golden, "ecomplexity")
    phi = nw.proximity(table, method="conditional", diagonal="keep")
    ours = off(nw.relatedness_density(table, phi, own="in"), table)
    np.testing.assert_allclose(ours, array(cases["density"]), **EXACT)
    again = nw.proximity(table, method="conditional")
    ours = off(nw.relatedness_density(table, again, own="in"), table)
    np.testing.assert_allclose(ours, array(cases["density"]), **EXACT)


def test_density_moves_with_the_industry_itself_as_the_peers_disagree(
    golden: Any,
) -> None:
    table, _ = read(golden, "ecomplexity")
    phi = nw.proximity(table, method="conditional")
    held = table.to_numpy() == 1
    without = off(nw.relatedness_density(table, phi), table)
    with_own = off(nw.relatedness_density(table, phi, own="in"), table)
    assert with_own[held].mean() == pytest.approx(0.510, abs=5e-4)
    assert without[held].mean() == pytest.approx(0.475, abs=5e-4)
    assert with_own[~held].mean() == pytest.approx(0.280, abs=5e-4)
    assert without[~held].mean() == pytest.approx(0.303, abs=5e-4)


def test_nearest_neighbours_of_the_peer_are_counted_not_weighted(golden: Any) -> None:
    table, cases = read(golden, "ecomplexity")
    theirs = array(cases["density_knn"])
    phi = nw.proximity(table, method="conditional").loc[table.columns, table.columns]
    ordered = -np.sort(-phi.to_numpy(), axis=0)
    clear = ordered[4] > ordered[5]  # no tie at the fifth neighbour
    assert clear.sum() > 20
    ours = off(nw.relatedness_density(table, phi, neighbours=5), table)
    for j in np.flatnonzero(clear):
        column = phi.iloc[:, j].to_numpy()
        nearest = np.argsort(-column, kind="stable")[:5]
        held = table.to_numpy(float)[:, nearest]
        np.testing.assert_array_equal(held.sum(axis=1), theirs[:, j])
        np.testing.assert_allclose(
            held @ column[nearest] / column[nearest].sum(), ours[:, j], **EXACT
        )
    assert ours.max() <= 1 + 1e-12 < theirs.max()


def test_densities_of_held_and_of_absent_industries(golden: Any) -> None:
    table, cases = read(golden, "econcomplex_relatedness")
    phi = nw.proximity(table, method="conditional")
    ours = 100 * off(nw.relatedness_density(table, phi), table)
    held = table.to_numpy() == 1
    inside, outside = (
        array(cases["density_internal"]),
        array(cases["density_external"]),
    )
    np.testing.assert_allclose(ours[held], inside[held], **EXACT)
    np.testing.assert_allclose(ours[~held], outside[~held], **EXACT)
    assert np.isnan(inside[~held]).all()
    absent = np.where(held, np.nan, ours)
    z = (absent - np.nanmean(absent, axis=1, keepdims=True)) / np.nanstd(
        absent, axis=1, keepdims=True
    )
    theirs = array(cases["relative_relatedness"])
    np.testing.assert_allclose(z, theirs, rtol=1e-9, atol=1e-12)
