"""Indices of concentration and of specialisation against REAT.

Every case of the file is listed; a case that is left out fails the matrix.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from tests.golden.peers import Golden, every_case, same, table

from clusterid.concentration import (
    duranton_puga_diversity,
    herfindahl_index,
    hoover_index,
    krugman_concentration,
    krugman_specialization,
    locational_gini,
    specialization_gini,
)

SPECIALISATION: dict[str, Callable[[pd.DataFrame], Any]] = {
    "gini_conc": locational_gini,
    "gini_spec": specialization_gini,
    "hoover_conc": hoover_index,
    "hoover_spec": lambda e: hoover_index(e, axis="region"),
    "hoover_noref": lambda e: hoover_index(e, reference="uniform"),
    "krugman_conc_pair": lambda e: krugman_concentration(e, reference="pairwise").iloc[
        0
    ],
    "krugman_spec_pair": lambda e: krugman_specialization(e, reference="pairwise").iloc[
        0
    ],
    "krugman_conc_others": lambda e: krugman_concentration(e, reference="others_mean"),
    "krugman_spec_others": lambda e: krugman_specialization(e, reference="others_mean"),
    "krugman_spec_vs_total": krugman_specialization,
    "reciprocal_diversity_durpug": duranton_puga_diversity,
    "hhi_regions": lambda e: herfindahl_index(e, axis="region"),
    "hhi_regions_normalised": lambda e: herfindahl_index(
        e, axis="region", variant="normalised"
    ),
    "hhi_equivalent_number": lambda e: herfindahl_index(
        e, axis="region", variant="equivalent_number"
    ),
    "hhi_industries": herfindahl_index,
}


@pytest.mark.parametrize("case", SPECIALISATION)
def test_reat_concentration_and_specialisation(
    golden: Callable[[str], Golden], case: str
) -> None:
    content = golden("reat_concentration_specialization")
    every_case(content, SPECIALISATION, set())
    employment = table(content, "employment")
    same(SPECIALISATION[case](employment), content["by_id"][case]["output"])
