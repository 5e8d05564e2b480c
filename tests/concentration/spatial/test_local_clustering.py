"""Local statistics: published values, islands, edges, p-values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid.concentration import local_clustering, spatial_autocorrelation
from clusterid.errors import GraphError


def test_b1_getis_ord_against_spdep() -> None:
    from libpysal.graph import Graph

    xy = np.array([(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)])
    far = np.sqrt(((xy[:, None] - xy) ** 2).sum(axis=2))
    i, j = np.nonzero((far <= 15) & (far > 0))
    names = np.array(list("abcdef"))
    graph = Graph.from_arrays(names[i], names[j], np.ones(len(i)))
    y = pd.Series([2, 3, 3.2, 5, 8, 7], names)
    gi = local_clustering(y, graph, statistic="gi", permutations=19)["z"]
    star = local_clustering(y, graph, permutations=19)["z"]
    known = [-1.0136729, -0.0436159, 1.3155870, -0.3141268, 1.1537399, 1.7783394]
    np.testing.assert_allclose(gi, known, atol=5e-8)
    known = [-1.3972763, -0.2891776, 0.6506496, -0.2891776, 1.2345208, 2.0242433]
    np.testing.assert_allclose(star, known, atol=5e-8)


def test_islands_and_unknown_regions_are_told_apart() -> None:
    from libpysal.graph import Graph

    graph = Graph.from_arrays(list("abbccde"), list("babcbde"), [1.0, 1, 0, 1, 1, 0, 0])
    y = pd.Series([5.0, 4, 1, 7, np.nan], list("abcde"))
    found = local_clustering(y, graph, permutations=19)
    assert found["reason"].tolist() == ["", "", "", "island", "withheld"]
    assert found.loc[["d", "e"], ["z", "p_value", "q_value"]].isna().all(axis=None)
    with pytest.raises(GraphError, match="not in the graph"):
        local_clustering(pd.Series([1.0], ["z"]), graph)


def test_edge_regions_are_flagged_when_told() -> None:
    from libpysal.graph import Graph

    graph = Graph.from_arrays(list("abbc"), list("bacb"), [1.0] * 4)
    y = pd.Series([1.0, 2, 4], list("abc"))
    found = local_clustering(y, graph, permutations=9, edge_regions=["a", "c"])
    assert found["at_edge"].tolist() == [True, False, True]
    assert local_clustering(y, graph, permutations=9)["at_edge"].isna().all()


def test_two_sided_p_values_never_pass_one() -> None:
    """Esda's can, where many values are equal (METHODS, trap 12)."""
    from libpysal.graph import Graph

    n = 30
    left = np.arange(n - 1)
    graph = Graph.from_arrays(
        np.concatenate([left, left + 1]),
        np.concatenate([left + 1, left]),
        np.ones(2 * n - 2),
    )
    y = pd.Series(0.0, range(n))
    y[5] = 100.0
    found = local_clustering(y, graph, permutations=199)
    assert found["p_value"].max() == 1.0
    assert found["p_value"].min() > 0


def test_numpy_global_state_is_left_alone() -> None:
    from libpysal.graph import Graph

    graph = Graph.from_arrays(list("abbc"), list("bacb"), [1.0] * 4)
    y = pd.Series([1.0, 2, 4], list("abc"))
    np.random.seed(3)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    local_clustering(y, graph, permutations=9)
    local_clustering(y, graph, statistic="moran", permutations=9)
    spatial_autocorrelation(y, graph, permutations=9)
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002
