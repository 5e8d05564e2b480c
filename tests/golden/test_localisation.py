"""Localisation of industries against the segregation package."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from tests.golden.peers import Golden, every_case, same, table

from clusterid.concentration import localisation_indices, overall_localisation

SEGREGATION: dict[str, Callable[[pd.DataFrame], Any]] = {
    "dissimilarity": lambda e: localisation_indices(e)["dissimilarity"],
    "isolation": lambda e: localisation_indices(e)["isolation"],
    "gini_seg": lambda e: localisation_indices(e)["gini"],
    "entropy_seg": lambda e: localisation_indices(e)["entropy"],
    "multi_dissimilarity": lambda e: overall_localisation(e)["dissimilarity"],
    "multi_information_theory": lambda e: overall_localisation(e)["information"],
    "multi_divergence": lambda e: overall_localisation(e)["divergence"],
    "multi_gini": lambda e: overall_localisation(e)["gini"],
}


@pytest.mark.parametrize("case", SEGREGATION)
def test_segregation_as_localisation(
    golden: Callable[[str], Golden], case: str
) -> None:
    content = golden("segregation")
    every_case(content, SEGREGATION, set())
    same(SEGREGATION[case](table(content, "values")), content["by_id"][case]["output"])
