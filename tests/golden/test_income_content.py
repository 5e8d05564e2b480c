"""Likeness of mixes, and the income behind industries, against two other programs."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from tests.golden.peers import Golden, same, table

from clusterid.concentration import mix_similarity, prody


def test_likeness_of_mixes_equals_datawheel(golden: Callable[[str], Golden]) -> None:
    content = golden("economic_complexity_datawheel")
    found = mix_similarity(table(content, "values"))
    same(found, content["by_id"]["similarity"]["output"], atol=1e-11)


def test_income_behind_industries_equals_the_exact_reference(
    golden: Callable[[str], Golden],
) -> None:
    content = golden("econgeo_complexity")
    inputs, cases = content["inputs"], content["by_id"]
    e = pd.DataFrame(
        inputs["values"],
        index=inputs["value_regions"],
        columns=inputs["value_industries"],
    ).astype(float)
    income = pd.Series(cases["prody_reference"]["args"]["vec"], e.index, dtype=float)
    found = prody(e, income)
    same(found, cases["prody_reference"]["output"])
    # the peer rounds the quotients inside to two digits
    rounded = pd.Series(cases["prody_rounded_input"]["output"], e.columns)
    assert 0 < (found / rounded - 1).abs().max() < 0.02
