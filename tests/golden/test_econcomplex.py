"""Indices of region x industry tables against econcomplex.

Every case of the file is listed; a case that is left out fails the matrix.
"""

from __future__ import annotations

import math
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
    location_quotient,
    locational_gini,
    mix_similarity,
    product_gini,
    prody,
)


def _series(content: Golden, case: str, argument: str) -> pd.Series:
    values = content["by_id"][case]["args"][argument]
    return pd.Series(values, content["inputs"]["regions"], dtype=float)


def _with_reference(
    measure: Callable[..., Any], case: str, argument: str
) -> Callable[[pd.DataFrame, Golden], Any]:
    return lambda e, content: measure(e, _series(content, case, argument))


def _population_totals(
    e: pd.DataFrame, content: Golden, case: str = "hoover_gini"
) -> pd.DataFrame:
    """Population in place of total employment, as region totals."""
    people = _series(content, case, "pop")
    return pd.DataFrame({
        "region": [*e.index, "TOTAL"],
        "industry": "TOTAL",
        "value": [*people, people.sum()],
    })


ECONCOMPLEX: dict[str, Callable[[pd.DataFrame, Golden], Any]] = {
    "lq_avg": lambda e, _: 1.0 / hachman_index(e),
    "hachman": lambda e, _: hachman_index(e),
    "krugman": lambda e, _: krugman_specialization(e),
    "specialization_coefficient": lambda e, _: hoover_index(e, axis="region"),
    "gini": lambda e, _: locational_gini(e, variant="plain"),
    "locational_gini": lambda e, _: locational_gini(e, variant="krugman"),
    "hoover_gini": lambda e, c: locational_gini(
        e, variant="weighted", totals=_population_totals(e, c)
    ),
    "hoover_index": lambda e, c: (
        100 * hoover_index(e, reference=_series(c, "hoover_index", "pop"))
    ),
    "hhi": lambda e, _: herfindahl_index(e, axis="region"),
    "hhi_normalised": lambda e, _: herfindahl_index(
        e, axis="region", variant="normalised"
    ),
    "entropy_bits": lambda e, _: entropy(e),
    "entropy_nats": lambda e, _: entropy(e, base=math.e),
    "export_similarity": lambda e, _: mix_similarity(e),
    "prody": _with_reference(prody, "prody", "income"),
    "pgi": _with_reference(product_gini, "pgi", "gini"),
}


@pytest.mark.parametrize("case", ECONCOMPLEX)
def test_econcomplex_basic(golden: Callable[[str], Golden], case: str) -> None:
    content = golden("econcomplex_basic")
    every_case(content, ECONCOMPLEX, {"lq", "rpop"})  # location quotients: their tests
    found = ECONCOMPLEX[case](table(content, "values"), content)
    same(found, content["by_id"][case]["output"], atol=1e-11)


def test_quotients_by_head_of_population(golden: Callable[[str], Golden]) -> None:
    content = golden("econcomplex_basic")
    e = table(content, "values")
    found = location_quotient(e, totals=_population_totals(e, content, "rpop"))
    same(found, content["by_id"]["rpop"]["output"])
