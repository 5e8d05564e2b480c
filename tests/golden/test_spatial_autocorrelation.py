"""Global statistics of spatial autocorrelation against esda."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from tests.golden.peers import Golden, columbus, same

from clusterid.concentration import (
    join_counts,
    local_clustering,
    spatial_autocorrelation,
)


def _global(content: Golden, **options: Any) -> pd.Series:
    y, _, graph = columbus(content)
    return spatial_autocorrelation(y, graph, permutations=9, **options)


@pytest.mark.parametrize("statistic", ["moran", "geary"])
@pytest.mark.parametrize("weights", ["row", "binary"])
@pytest.mark.parametrize("assumption", ["randomisation", "normality"])
def test_esda_global_statistics(
    golden: Callable[[str], Golden], statistic: Any, weights: Any, assumption: Any
) -> None:
    content = golden("esda_spatial_autocorrelation")
    found = _global(
        content, statistic=statistic, weights=weights, assumption=assumption
    )
    known = content["by_id"][f"{statistic}_{weights[0]}"]["output"]
    letter = statistic[0].upper().replace("M", "I").replace("G", "C")
    kind = "rand" if assumption == "randomisation" else "norm"
    same(found["statistic"], known[letter])
    same(found["expected"], known[f"E{letter}"])
    same(found["variance"], known[f"V{letter}_{kind}"])
    same(found["z"], known[f"z_{kind}"])
    if f"p_{kind}" in known:
        same(found["p_analytical"], known[f"p_{kind}"])


def test_esda_general_g(golden: Callable[[str], Golden]) -> None:
    content = golden("esda_spatial_autocorrelation")
    found = _global(content, statistic="getis_ord")
    known = content["by_id"]["getis_ord_general_g"]["output"]
    same(found["statistic"], known["G"])
    same(found["expected"], known["EG"])
    same(found["variance"], known["VG"])
    same(found["z"], known["z_norm"])
    # esda prints one tail here, two for Moran; ours is always two-sided
    same(found["p_analytical"], 2 * known["p_norm"])


def test_esda_bivariate_and_joins(golden: Callable[[str], Golden]) -> None:
    content = golden("esda_spatial_autocorrelation")
    y, x, graph = columbus(content)
    known = content["by_id"]
    every = {f"{s}_{w}" for s in ("moran", "geary") for w in "rb"}
    every |= {"getis_ord_general_g", "getis_ord_local_g", "getis_ord_local_gstar"}
    every |= {"local_moran", "local_moran_p", "moran_bivariate", "join_counts"}
    assert set(known) == every | {"local_moran_bivariate"}
    found = spatial_autocorrelation(x, graph, other=y, permutations=99)
    same(found["statistic"], known["moran_bivariate"]["output"])
    local = local_clustering(x, graph, statistic="moran", other=y, permutations=99)
    same(local["statistic"], known["local_moran_bivariate"]["output"])
    joins = join_counts(y > y.median(), graph)
    theirs = known["join_counts"]["output"]
    assert joins.tolist() == [theirs[k] for k in ("bb", "ww", "bw", "J")]
