"""Entropy, variety and indices of one region against econgeopy.

Every case of the file is listed; a case that is left out fails the matrix.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from tests.golden.peers import Golden, every_case, numbers, same

from clusterid.concentration import (
    entropy,
    gini_coefficient,
    herfindahl_index,
    hoover_index,
    related_variety,
    specialization_gini,
    unrelated_variety,
)


def _by_class(e: pd.DataFrame, content: Golden, case: str) -> pd.Series:
    args = content["by_id"][case]["args"]
    return pd.Series(args["class_size"], e.columns, dtype=float)


VARIETY: dict[str, Callable[[pd.DataFrame, pd.Series, Golden], Any]] = {
    "entropy": lambda e, _, __: entropy(e, base=math.e),
    "unrelated_variety": lambda e, g, _: unrelated_variety(e, g, base=math.e),
    "related_variety": lambda e, g, _: related_variety(e, g, base=math.e),
    "total_entropy_bits_reference": lambda e, _, __: entropy(e),
    "unrelated_variety_bits_reference": lambda e, g, _: unrelated_variety(e, g),
    "related_variety_bits_reference": lambda e, g, _: related_variety(e, g),
    "gini": lambda e, _, __: specialization_gini(e, variant="plain"),
    "herfindahl": lambda e, _, __: herfindahl_index(e, axis="region"),
    "robin_hood": lambda e, _, __: hoover_index(e, axis="region", reference="uniform"),
    # the values are means of classes of the given sizes
    "robin_hood_by_class": lambda e, _, c: hoover_index(
        e * _by_class(e, c, "robin_hood_by_class"),
        axis="region",
        reference=_by_class(e, c, "robin_hood_by_class"),
    ),
    "gini_by_class": lambda e, _, c: [
        gini_coefficient(
            e.loc[region],
            weights=_by_class(e, c, "gini_by_class"),
        )
        for region in e.index
    ],
}


@pytest.mark.parametrize("case", VARIETY)
def test_econgeopy_variety(golden: Callable[[str], Golden], case: str) -> None:
    content = golden("econgeopy_variety")
    every_case(content, VARIETY, set())
    inputs = content["inputs"]
    jobs = pd.DataFrame(
        numbers(inputs["values_industries_by_regions"]).T,
        index=inputs["regions"],
        columns=inputs["industries"],
    )
    groups = pd.Series(inputs["group"], inputs["industries"])
    found = VARIETY[case](jobs, groups, content)
    same(found, content["by_id"][case]["output"])
