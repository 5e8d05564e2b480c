"""Ellison-Glaeser against REAT."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from tests.golden.peers import Golden, given_totals, plant_tables, plants_of, same

from clusterid.concentration import ellison_glaeser


@pytest.mark.parametrize("case", ["eg_given_totals", "eg_own_totals"])
def test_reat_ellison_glaeser(golden: Callable[[str], Golden], case: str) -> None:
    content = golden("reat_ellison_glaeser")
    jobs, H, fourth = plant_tables(plants_of(content))
    reference = given_totals(content) if case == "eg_given_totals" else None
    found = ellison_glaeser(jobs, H, reference=reference, plant_fourth_powers=fourth)
    known = content["by_id"][case]["output"]
    assert found.index.tolist() == known["industries"]
    same(found["gamma"], known["gamma"])
    same(found["raw_concentration"], known["G"])
    same(found["herfindahl"], known["H"])
    same(found["z"], known["z"])


def test_raw_concentration_overstates_gamma(golden: Callable[[str], Golden]) -> None:
    content = golden("reat_ellison_glaeser")
    jobs, H, _ = plant_tables(plants_of(content))
    totals = given_totals(content)
    found = ellison_glaeser(jobs, H, reference=totals)
    X = ((totals / totals.sum()) ** 2).sum()
    simple = found["raw_concentration"] / (1 - X)
    same(simple, content["by_id"]["gamma_simple_eg_reference"]["output"])
    assert (simple > found["gamma"]).all()


def test_published_totals_give_the_same_as_a_reference(
    golden: Callable[[str], Golden],
) -> None:
    content = golden("reat_ellison_glaeser")
    jobs, H, _ = plant_tables(plants_of(content))
    regional = given_totals(content)
    totals = pd.DataFrame({
        "region": regional.index,
        "industry": "TOTAL",
        "value": regional.to_numpy(),
    })
    found = ellison_glaeser(jobs, H, totals=totals)
    same(found["gamma"], content["by_id"]["eg_given_totals"]["output"]["gamma"])
