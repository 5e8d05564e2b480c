"""Locational and specialisation Gini on the data of REAT."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from tests.golden.peers import Golden, numbers, table

from clusterid.concentration import (
    krugman_specialization,
    locational_gini,
    specialization_gini,
)


def test_four_ginis_of_one_industry_are_four_numbers(
    golden: Callable[[str], Golden],
) -> None:
    employment = table(golden("reat_concentration_specialization"), "employment")
    found = [
        locational_gini(employment, variant=variant)["WZ08-C"]
        for variant in ("unweighted", "weighted", "krugman", "plain")
    ]
    np.testing.assert_allclose(found, [0.1705, 0.1395, 0.0697, 0.5410], atol=6e-5)


def test_a9_goettingen_against_germany(golden: Callable[[str], Golden]) -> None:
    args = golden("reat_shift_share")["by_id"]["dynamic_dunn"]["args"]
    region, nation = numbers(args["region"])[:, -1], numbers(args["nation"])[:, -1]
    rest = nation - region
    jobs = pd.DataFrame([region, rest], ["G", "rest"], args["industries"])
    assert specialization_gini(jobs)["G"] == pytest.approx(0.3598520295, abs=1e-10)
    assert krugman_specialization(jobs)["G"] == pytest.approx(0.4508468784, abs=1e-10)
