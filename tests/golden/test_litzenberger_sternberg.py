"""The cluster index against REAT."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from tests.golden.peers import Golden, every_case, same, table

from clusterid.concentration import litzenberger_sternberg


def test_reat_litzenberger(golden: Callable[[str], Golden]) -> None:
    content = golden("reat_litzenberger")
    every_case(content, {}, {"cluster_index", "cluster_index_table"})
    regions = content["inputs"]["regions"]
    area = pd.Series(content["inputs"]["area"], regions)
    people = pd.Series(content["inputs"]["population"], regions)
    found = litzenberger_sternberg(
        table(content, "employment"), table(content, "establishments"), area, people
    )
    wide = found.pivot(index="region", columns="industry", values="cluster_index")
    wide = wide.loc[regions, content["inputs"]["industries"]]
    for case in ("cluster_index", "cluster_index_table"):
        same(wide, content["by_id"][case]["output"])
    product = found["density"] * found["stock"] / found["plant_size"]
    same(product, found["cluster_index"].to_numpy())
    # three plants without a job (both counts are rounded): no index, and said so
    assert found.loc[found["cluster_index"].isna(), "reason"].tolist() == [
        "jobs_absent"
    ]
    # METHODS A10: area in the denominator puts the city-states on top
    best = found.loc[found["cluster_index"].idxmax()]
    assert (best["region"], best["industry"]) == ("BE", "WZ08-R")
    assert best["cluster_index"] == pytest.approx(104.735657, abs=1e-6)
