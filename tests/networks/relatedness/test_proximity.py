"""Proximity where presences are unknown."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid import networks as nw
from clusterid.errors import TableError


def test_unknown_presences_are_left_out_pair_by_pair() -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        (rng.random((30, 6)) < 0.5).astype(float), columns=list("abcdef")
    )
    table = table.mask(rng.random(table.shape) < 0.2)
    whole = nw.proximity(table, method="association")
    for one, two in (("a", "b"), ("c", "f"), ("d", "e")):
        both = table[[one, two]].dropna()
        shared = (both[one] * both[two]).sum()
        lift = shared * len(both) / (both[one].sum() * both[two].sum())
        assert whole.loc[one, two] == pytest.approx(lift)
    density = nw.relatedness_density(table, whole)
    row = table.iloc[3]
    known = row.notna() & (row.index != "a")
    by_hand = (row * whole["a"])[known].sum() / whole["a"][known].sum()
    assert density.loc["3", "a"] == pytest.approx(by_hand)
    with pytest.raises(TableError, match="unknown"):
        nw.economic_complexity(table)
