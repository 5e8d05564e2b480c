"""Local statistics against esda."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.golden.peers import Golden, columbus, numbers, same

from clusterid.concentration import local_clustering


@pytest.mark.parametrize(
    ("case", "statistic"),
    [
        ("getis_ord_local_g", "gi"),
        ("getis_ord_local_gstar", "gi_star"),
        ("local_moran", "moran"),
    ],
)
def test_esda_local_statistics(
    golden: Callable[[str], Golden], case: str, statistic: Any
) -> None:
    content = golden("esda_spatial_autocorrelation")
    y, _, graph = columbus(content)
    found = local_clustering(y, graph, statistic=statistic, permutations=99)
    known = content["by_id"][case]["output"]
    if statistic == "moran":
        same(found["statistic"], known["Is"])
        quadrant = {"high-high": 1, "low-high": 2, "low-low": 3, "high-low": 4}
        assert found["kind"].map(quadrant).tolist() == known["q"]
    else:
        same(found["statistic"], known["Gs"])
        same(found["z"], known["Zs"])


def test_esda_permutation_p_values(golden: Callable[[str], Golden]) -> None:
    content = golden("esda_spatial_autocorrelation")
    y, _, graph = columbus(content)
    found = local_clustering(y, graph, statistic="moran", permutations=9999)
    theirs = numbers(content["by_id"]["local_moran_p"]["output"])
    # esda folds to the smaller tail; ours is twice that, at most one
    same(found["p_value"], np.minimum(1.0, 2 * theirs), rtol=0, atol=0.04)
