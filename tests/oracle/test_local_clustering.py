"""Permutation p-values by full enumeration."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from clusterid.concentration import local_clustering


def test_permutation_p_by_full_enumeration() -> None:
    """Conditional permutation of a small map, all draws of neighbours."""
    from libpysal.graph import Graph

    names = list("abcdefg")
    links = [("a", "b"), ("b", "c"), ("c", "d"), ("d", "e"), ("e", "f"), ("f", "g")]
    links += [(b, a) for a, b in links]
    graph = Graph.from_arrays(
        [a for a, _ in links], [b for _, b in links], [1.0] * len(links)
    )
    y = pd.Series([9.0, 7.5, 6.0, 1.0, 2.0, 0.5, 3.0], names)
    found = local_clustering(y, graph, permutations=20_000, alternative="greater")
    for name in names:
        near = [b for a, b in links if a == name]
        others = [m for m in names if m != name]
        observed = sum(y[b] for b in near)
        sums = [sum(y[m] for m in c) for c in itertools.combinations(others, len(near))]
        exact = np.mean([v >= observed - 1e-12 for v in sums])
        assert found.loc[name, "p_value"] == pytest.approx(exact, abs=0.012)
