"""The words in which a table says what its columns are."""

from __future__ import annotations

import pytest

from clusterid._columns import (
    CELL,
    IDENTIFIER,
    MODEL,
    RATIO,
    SAFE,
    SHARE,
    SUM,
    Kind,
    Names,
    Table,
)


def test_a_word_is_added_and_the_kind_stays() -> None:
    column = MODEL.counted.of_all.upper.by("a", "b").as_fine_as("c")
    assert column.kind is Kind.MODEL
    assert column.is_counted
    assert column.is_of_all
    assert column.end == "upper"
    assert column.shares == ("a", "b")
    assert column.like == ("c",)
    assert not MODEL.is_counted
    assert not MODEL.end
    assert RATIO.change.is_change
    assert CELL.over_totals.is_over_totals
    assert SUM.lower.end == "lower"
    assert SHARE.is_share


def test_what_is_not_declared_is_nothing() -> None:
    table = Table({"region": IDENTIFIER, "lq": RATIO})
    assert table.of("lq") is RATIO
    assert table.of("lq_") is None
    assert table.with_columns(lq_=SAFE).of("lq_") is SAFE
    assert table.of("lq_") is None
    assert Table({}, others=IDENTIFIER).of("mayor") is IDENTIFIER
    names = Names({"seed": IDENTIFIER})
    assert names.of("draws") is None
    assert Names({}, others=SAFE).of("draws") is SAFE


def test_a_declaration_cannot_be_changed_in_passing() -> None:
    with pytest.raises(AttributeError):
        SUM.end = "lower"  # type: ignore[misc]
