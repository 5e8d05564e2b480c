"""Colocation of industries by Howard et al. against REAT."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from tests.golden.peers import Golden, plants_of, same

from clusterid.concentration import colocation_index


def test_reat_howard_colocation(golden: Callable[[str], Golden]) -> None:
    content = golden("reat_howard")
    plants = plants_of({**content, "inputs": {**content["inputs"], "employment": 1}})
    table = pd.crosstab(plants["region"], plants["industry"])
    found = colocation_index(table).set_index(["industry", "other"])
    seen = set()
    for case in content["cases"]:
        row = found.loc[tuple(case["args"]["pair"])]
        kind = case["id"].rsplit("_", 1)[0]
        seen.add(kind)
        if kind == "cl":
            same(row["cl"], case["output"])
        elif kind == "xcl_exact":
            same(row["expected"], case["args"]["expected_cl"])
            same(row["xcl"], case["output"])
        else:
            # 2,000 shuffles: within four standard errors of their mean
            error = 4 * np.sqrt(row["variance"] / 2000)
            assert abs(row["xcl"] - case["output"]) < error
    assert seen == {"cl", "xcl_exact", "xcl_sampled"}
