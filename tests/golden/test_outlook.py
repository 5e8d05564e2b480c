"""Complexity outlook and gain against other programs on real data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.golden.peers import EXACT, array, read

from clusterid import networks as nw


def test_outlook_of_econcomplex_and_its_divisor(golden: Any) -> None:
    table, cases = read(golden, "econcomplex_complexity")
    phi = nw.proximity(table, method="conditional")
    pci = pd.Series(cases["coi"]["args"]["pci"], index=table.columns)
    ours = nw.complexity_outlook(table, phi, pci, divide_by="target")
    theirs = array(cases["coi"])
    index = ours.index[table.index].to_numpy()
    scale = theirs / index
    np.testing.assert_allclose(scale, np.full(len(scale), scale[0]), rtol=1e-9)
    assert scale[0] == pytest.approx(1.0) or scale[0] == pytest.approx(100.0)
    gain = ours.gain.loc[table.index, table.columns]
    np.testing.assert_allclose(gain, array(cases["cog"]), **EXACT)
    atlas = nw.complexity_outlook(table, phi, pci)
    assert not np.allclose(atlas.gain.loc[table.index, table.columns], gain)


def test_outlook_of_ecomplexity_uses_pci_before_it_is_scaled(golden: Any) -> None:
    table, cases = read(golden, "ecomplexity")
    phi = nw.proximity(table, method="conditional")
    result = nw.economic_complexity(table)
    ours = nw.complexity_outlook(table, phi, result.pci, own="in")
    density = nw.relatedness_density(table, phi, own="in")
    missing = (density * (1 - table)).sum(axis=1)
    design = np.column_stack([
        ours.index[table.index],
        missing[table.index],
        np.ones(len(table)),
    ])
    theirs = array(cases["coi"])
    weights, *_ = np.linalg.lstsq(design, theirs, rcond=None)
    np.testing.assert_allclose(design @ weights, theirs, atol=1e-9)
    # a constant left in every PCI: the index then also rewards having little
    assert abs(weights[1]) > 0.1


def test_gain_of_ecomplexity_uses_pci_before_it_is_scaled(golden: Any) -> None:
    table, cases = read(golden, "ecomplexity")
    phi = nw.proximity(table, method="conditional")
    pci = nw.economic_complexity(table).pci
    gains = [
        nw.complexity_outlook(table, phi, worth, own="in").gain.loc[
            table.index, table.columns
        ]
        for worth in (pci, pci * 0 + 1)
    ]
    design = np.column_stack([gain.to_numpy().ravel() for gain in gains])
    theirs = array(cases["cog"]).ravel()
    weights, *_ = np.linalg.lstsq(design, theirs, rcond=None)
    np.testing.assert_allclose(design @ weights, theirs, atol=1e-9)
    # our gain and a constant in every PCI, as in their outlook index
    assert weights[0] == pytest.approx(1.0, rel=1e-7)
    assert abs(weights[1]) > 0.1
