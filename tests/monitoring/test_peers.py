"""Peers of a region: alike in structure, and not by their growth."""

from __future__ import annotations

import pandas as pd
import pytest

from clusterid.errors import (
    OptionError,
)
from clusterid.monitoring import peers
from clusterid.tables import economy


def test_peers_are_alike_in_structure_and_not_in_growth(sim):
    last = sim.economy(2008)
    code = sim.regions.index[5]
    found = peers(last, code, regions=sim.regions, n=149)
    assert len(found) == 149 and code not in found.index
    assert found["distance"].is_monotonic_increasing
    assert {"mix", "size", "plant_size", "diversity", "population", "density"} <= set(
        found.columns
    )
    again = peers({2007: sim.economy(2007), 2008: last}, code, regions=sim.regions)
    assert len(set(again.index) & set(found.index[:10])) >= 5
    doubled = economy(last.employment * 2, metadata=last.metadata)
    plain = economy(last.employment, metadata=last.metadata)
    pd.testing.assert_frame_equal(peers(doubled, code), peers(plain, code))


def test_peers_are_symmetric_and_name_unknown_codes(sim):
    last = sim.economy(2008)
    a, b = sim.regions.index[[3, 90]]
    there = peers(last, a, n=200).loc[b, "distance"]
    assert there == pytest.approx(peers(last, b, n=200).loc[a, "distance"])
    with pytest.raises(OptionError, match="Did you mean"):
        peers(last, "R0O1")
    with pytest.raises(OptionError, match="sizes"):
        peers(last, a, weights={"sizes": 2.0})
