"""How well likeness tells pairs that belong together, against counting by hand."""

from __future__ import annotations

from itertools import combinations

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from validation.pair_auc import pair_auc

from clusterid.errors import TableError


def test_pair_auc_by_hand():
    # six pairs; together: ab, cd. Likeness: ab .8, cd .3; others: ac .5, rest 0
    layer = nx.Graph()
    layer.add_weighted_edges_from([("a", "b", 0.8), ("c", "d", 0.3), ("a", "c", 0.5)])
    truth = pd.Series({"a": 1, "b": 1, "c": 2, "d": 2})
    found = pair_auc(layer, truth)
    # ab beats all 4, cd beats 3 of 4
    assert found["auc"] == pytest.approx(7 / 8)
    assert found[["n_items", "n_together", "n_pairs"]].tolist() == [4, 2, 6]
    border = pd.Series({"a": "x", "b": "y", "c": "y", "d": "z"})
    across = pair_auc(layer, truth, apart=border)
    # bc is left out: ab .8, cd .3 against ac .5, ad 0, bd 0
    assert across["auc"] == pytest.approx(5 / 6)
    assert across["n_pairs"] == 5


def test_pair_auc_of_a_partition_counts_ties_half():
    found = pd.Series({"a": "T1", "b": "T1", "c": None, "d": None})
    truth = pd.Series({"a": 1, "b": 1, "c": 2, "d": 2, "unknown": 2})
    # ab 1, cd 0 (in no group) against four zeros: (4 + 4/2) / 8
    assert pair_auc(found, truth)["auc"] == pytest.approx(6 / 8)
    rng = np.random.default_rng(3)
    codes = [f"{i:03d}" for i in range(40)]
    one = pd.Series(rng.integers(0, 5, 40), codes)
    other = pd.Series(rng.integers(0, 6, 40), codes)
    brute = [
        (one[i] == one[j], other[i] == other[j]) for i, j in combinations(codes, 2)
    ]
    yes = [s for s, t in brute if t]
    no = [s for s, t in brute if not t]
    wins = sum((a > b) + (a == b) / 2 for a in yes for b in no)
    expected = wins / len(yes) / len(no)
    assert pair_auc(one, other)["auc"] == pytest.approx(expected, abs=1e-12)
    with pytest.raises(TableError, match="no pair belongs"):
        pair_auc(found, pd.Series({"a": 1, "b": 2}))
