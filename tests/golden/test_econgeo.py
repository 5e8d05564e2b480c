"""Indices of region x industry tables against EconGeo.

Every case of the file is listed; a case that is left out fails the matrix.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from tests.golden.peers import Golden, every_case, same, table

from clusterid.concentration import (
    entropy,
    hachman_index,
    herfindahl_index,
    hoover_index,
    krugman_specialization,
    locational_gini,
)

BASIC: dict[str, Callable[[pd.DataFrame], Any]] = {
    "lq_avg": lambda e: 1.0 / hachman_index(e),
    "hachman": hachman_index,
    "specialisation_coefficient": lambda e: hoover_index(e, axis="region"),
    "krugman": krugman_specialization,
    "hhi": lambda e: herfindahl_index(e, axis="region"),
    "entropy_rounded": lambda e: entropy(e).round(3),
    "entropy_reference": entropy,
    "gini_rounded": lambda e: locational_gini(e, variant="plain").round(3),
    "gini_reference": lambda e: locational_gini(e, variant="plain"),
    "locational_gini": lambda e: locational_gini(e, variant="krugman"),
    "hoover_gini_rounded": lambda e: locational_gini(e, variant="weighted").round(3),
    "hoover_gini_reference": lambda e: locational_gini(e, variant="weighted"),
    "hoover_index_rounded": lambda e: (100 * hoover_index(e)).round(2),
    "hoover_index_reference": hoover_index,
    "hoover_index_nopop": lambda e: (100 * hoover_index(e, reference="uniform")).round(
        2
    ),
    "hoover_index_nopop_reference": lambda e: hoover_index(e, reference="uniform"),
}


@pytest.mark.parametrize("case", BASIC)
def test_econgeo_basic(golden: Callable[[str], Golden], case: str) -> None:
    content = golden("econgeo_basic")
    every_case(content, BASIC, {"lq", "lq_rounded"})
    known = content["by_id"][case]
    # a rounded peer is a sanity check: within one unit of its last digit
    atol = {"entropy_rounded": 2e-3, "hoover_index_rounded": 2e-2}.get(case, 2e-3)
    rounded = known["status"] == "rounded"
    same(BASIC[case](table(content, "values")), known["output"], atol=atol * rounded)
