"""Economic complexity and reflections against other programs on real data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.golden.peers import EXACT, array, as_pair, read

from clusterid import networks as nw

# Eigenvectors come out of different routines.
EIGEN = {"rtol": 1e-7, "atol": 1e-8}


def test_eci_and_pci_equal_the_scaled_eigenvectors(golden: Any) -> None:
    table, cases = read(golden, "ecomplexity")
    result = nw.economic_complexity(table)
    ours = result.eci[table.index].to_numpy()
    np.testing.assert_allclose(ours, array(cases["eci"]), **EIGEN)
    ours = result.pci[table.columns].to_numpy()
    np.testing.assert_allclose(ours, array(cases["pci"]), **EIGEN)


def test_eci_equals_the_reference_and_its_eigenvalue(golden: Any) -> None:
    table, cases = read(golden, "econgeo_complexity")
    result = nw.economic_complexity(table)
    ours = result.eci[table.index].to_numpy()
    np.testing.assert_allclose(ours, array(cases["eci_popsd_reference"]), **EIGEN)
    sample = ours * np.sqrt((len(ours) - 1) / len(ours))
    np.testing.assert_allclose(sample, array(cases["eci_reference"]), **EIGEN)
    pci = result.pci[table.columns].to_numpy()
    own = (pci - pci.mean()) / pci.std()
    np.testing.assert_allclose(own, array(cases["pci_popsd_reference"]), **EIGEN)
    own = (pci - pci.mean()) / pci.std(ddof=1)
    np.testing.assert_allclose(own, array(cases["pci_reference"]), **EIGEN)
    expected = cases["second_eigenvalue_reference"]["output"]
    assert result.eigenvalue == pytest.approx(expected, rel=1e-10)
    np.testing.assert_array_equal(
        result.diversity[table.index], array(cases["diversity"])
    )
    np.testing.assert_array_equal(
        result.ubiquity[table.columns], array(cases["ubiquity"])
    )


def test_one_sign_for_both_where_a_peer_sets_two(golden: Any) -> None:
    table, cases = read(golden, "econcomplex_complexity")
    result = nw.economic_complexity(table)
    eci, pci = as_pair(cases["eci_pci"], "eci", "pci")
    ours = result.eci[table.index].to_numpy()
    np.testing.assert_allclose(ours, eci, **EIGEN)
    own = result.pci[table.columns].to_numpy()
    z = (own - own.mean()) / own.std()
    # the same vector up to sign, and theirs points the other way
    assert abs(np.corrcoef(z, pci)[0, 1]) == pytest.approx(1.0, abs=1e-9)
    held = table.to_numpy(float)
    means = held @ pci / held.sum(axis=1)
    assert np.corrcoef(means, eci)[0, 1] == pytest.approx(-1.0, abs=1e-9)
    mean_of_ours = held @ own / held.sum(axis=1)
    np.testing.assert_allclose(mean_of_ours, ours, **EIGEN)


def test_eci_of_fermi_and_the_iterated_one_of_datawheel(golden: Any) -> None:
    table, cases = read(golden, "fermi")
    eci, pci = as_pair(cases["eci_pci"], "eci", "pci")
    result = nw.economic_complexity(table)
    ours = result.eci[table.index].to_numpy()
    assert abs(np.corrcoef(ours, eci)[0, 1]) == pytest.approx(1.0, abs=1e-9)
    own = result.pci[table.columns].to_numpy()
    assert abs(np.corrcoef(own, pci)[0, 1]) == pytest.approx(1.0, abs=1e-9)
    table, cases = read(golden, "economic_complexity_datawheel")
    eci, pci = as_pair(cases["complexity"], "eci", "pci")
    result = nw.economic_complexity(table, values="employment")
    assert np.corrcoef(result.eci[table.index], eci)[0, 1] > 0.999
    assert np.corrcoef(result.pci[table.columns], pci)[0, 1] > 0.999


def test_rounded_kci_orders_regions_as_eci(golden: Any) -> None:
    table, cases = read(golden, "econgeo_complexity")
    result = nw.economic_complexity(table)
    ours = result.eci[table.index].to_numpy()
    assert abs(np.corrcoef(ours, array(cases["kci_rounded"]))[0, 1]) > 0.9999
    own = result.pci[table.columns].to_numpy()
    assert abs(np.corrcoef(own, array(cases["tci_rounded"]))[0, 1]) > 0.999


def test_reflections_equal_the_peer_up_to_its_rescaling(golden: Any) -> None:
    table, cases = read(golden, "econgeo_complexity")
    case = cases["mor_regions"]
    for step, theirs in zip(case["args"]["steps"], case["output"], strict=True):
        ours = nw.reflections(table, steps=step)[0][table.index].to_numpy()
        theirs = np.array(theirs, float)
        if step <= 2:
            np.testing.assert_allclose(ours, theirs, **EXACT)
        else:
            assert np.corrcoef(ours, theirs)[0, 1] == pytest.approx(1, abs=1e-6)


def test_reflections_of_industries(golden: Any) -> None:
    table, cases = read(golden, "econgeo_complexity")
    case = cases["mor_industries"]
    for step, theirs in zip(case["args"]["steps"], case["output"], strict=True):
        ours = nw.reflections(table, steps=step)[1][table.columns].to_numpy()
        theirs = np.array(theirs, float)
        if step <= 2:
            np.testing.assert_allclose(ours, theirs, **EXACT)
        else:
            assert np.corrcoef(ours, theirs)[0, 1] == pytest.approx(1, abs=1e-6)


def test_twenty_reflections_of_econcomplex_standardised(golden: Any) -> None:
    table, cases = read(golden, "econcomplex_complexity")
    regions, industries = as_pair(cases["reflections"], "regions", "industries")
    ours, own = nw.reflections(table, steps=20)

    def z(values: pd.Series, order: pd.Index) -> np.ndarray:
        values = values[order].to_numpy()
        return (values - values.mean()) / values.std()

    # differences have shrunk to a millionth of the level: fewer digits are left
    np.testing.assert_allclose(z(ours, table.index), regions, atol=1e-9)
    # theirs are turned round: ubiquitous industries are the least complex
    np.testing.assert_allclose(-z(own, table.columns), industries, atol=1e-9)
