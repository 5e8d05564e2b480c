"""Answers and strata that cannot be what they look like."""

from __future__ import annotations

import pandas as pd
import pytest

import clusterid as cid
from clusterid.errors import DataWarning, TableError
from clusterid.survey import rake

BOOK = pd.DataFrame(
    [
        ("q", "a", "multiple"), ("q", "b", "multiple"),
        ("s", "x", "single"), ("s", "y", "single"),
    ],
    columns=["question", "option", "type"],
)  # fmt: skip
PLACES = pd.DataFrame({"place": ["P0", "P1"], "regions": ["R0", "R1"]})


def read(rows: list[tuple[str, str, str, str]], book: pd.DataFrame = BOOK) -> object:
    answers = pd.DataFrame(rows, columns=["place", "question", "option", "value"])
    return cid.read_survey(PLACES, answers, codebook=book)


def test_one_answer_is_one() -> None:
    both = [("P0", "s", "x", "yes"), ("P0", "s", "y", "yes")]
    with pytest.raises(TableError, match="answered with several"):
        read(both)
    read([("P0", "s", "x", "yes"), ("P0", "s", "y", "no"), ("P1", "s", "y", "ja")])
    read([("P0", "q", "a", "yes"), ("P0", "q", "b", "yes")])
    read(both, BOOK.drop(columns="type"))


@pytest.mark.parametrize("empty", ["n", "a", "z"])
def test_an_empty_stratum_is_named(empty: str) -> None:
    sample = pd.DataFrame({"size": ["e"] * 10 + ["w"] * 6})
    margin = pd.Series({"e": 12, "w": 10, empty: 5})
    with pytest.warns(DataWarning, match=f"'{empty}' of size with 'w'"):
        weights = rake(sample, {"size": margin})
    # the units of the empty stratum stand with those it was joined with
    assert weights.iloc[-1] > weights.iloc[0]


def test_two_empty_strata_are_both_named() -> None:
    sample = pd.DataFrame({"size": ["e"] * 10 + ["w"] * 6})
    margin = pd.Series({"e": 12, "w": 10, "n": 5, "o": 3})
    with pytest.warns(DataWarning, match="2 categories have no respondents"):
        rake(sample, {"size": margin})
