"""Nestedness against another program on real data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.golden.peers import read

from clusterid import networks as nw


def test_nestedness_counts_pairs_where_the_peer_takes_the_mean_of_two(
    golden: Any,
) -> None:
    table, cases = read(golden, "fermi")
    ours = nw.nestedness(table)
    both = ours[["regions", "industries"]].mean()
    assert both == pytest.approx(cases["nodf"]["output"], rel=1e-9)
    n_regions, n = table.shape
    pairs = n_regions * (n_regions - 1), n * (n - 1)
    weighted = np.average(ours[["regions", "industries"]], weights=pairs)
    assert ours["nestedness"] == pytest.approx(weighted)
    assert ours["nestedness"] != pytest.approx(both, rel=1e-4)
