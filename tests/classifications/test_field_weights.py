"""What a classification can separate of the fields of the lexicon."""

from __future__ import annotations

import pandas as pd
import pytest

from clusterid import ClassificationError, TableError
from clusterid.classifications import (
    fields_on,
    read_classification,
    read_correspondence,
    read_fields,
)

WZ_GROUPS = ["A", "B+D+E", "C", "F", "G-I", "J", "K", "L", "M-N", "O-Q", "R-U"]


def test_weights_by_hand() -> None:
    fields = pd.DataFrame({"field": ["cars"], "code": ["29.1"]})
    found = fields_on(read_fields(fields), ["29", "28"], "nace2")
    # division 29 has the classes 29.10, 29.20, 29.31, 29.32
    assert found.weights["cars"].to_dict() == {"29": 0.25, "28": 0.0}
    assert found.mappability["cars"] == 0.25
    assert found.coverage["cars"] == 1.0


def test_sizes_decide_which_impurity_counts() -> None:
    lexicon = pd.DataFrame(
        {"field": ["f", "f"], "code": ["252", "524"], "weight": [0.1, 1.0],
         "classification": "kldb2010"}
    )  # fmt: skip
    fields = read_fields(lexicon)
    sizes = pd.Series({"252": 1000.0, "524": 100.0})
    found = fields_on(fields, ["252", "524"], "kldb2010", sizes=sizes)
    assert found.mappability["f"] == pytest.approx((10 + 100) / (100 + 100), abs=1e-9)


def test_wz_sections_cannot_separate_most_fields() -> None:
    found = fields_on(read_fields(), WZ_GROUPS, "wz2008")
    assert found.mappability["biotech"] < 0.05
    clear = found.mappability[["finance", "real_estate", "construction"]]
    assert clear.to_list() == pytest.approx([1, 1, 1], abs=1e-9)
    assert found.mappability.lt(0.5).sum() == 26
    assert found.coverage.to_list() == pytest.approx([1] * 31, abs=1e-9)
    assert found.weights.to_numpy().max() <= 1


def test_nace_classes_separate_everything_named_by_class() -> None:
    classes = read_classification("nace2").at_level("class")
    assert fields_on(read_fields(), classes, "nace2").mappability.eq(1).all()


def test_field_outside_the_table_is_not_covered() -> None:
    found = fields_on(read_fields(), ["C"], "wz2008")
    assert found.mappability["finance"] == 0
    assert found.coverage["finance"] == 0


def test_other_classification_needs_a_correspondence() -> None:
    nace, isic = read_fields("nace2"), read_classification("isic4").at_level("class")
    with pytest.raises(ClassificationError, match="give correspondence="):
        fields_on(nace, isic, "isic4")
    bridge = read_correspondence("nace2_to_isic4", basis="equal")
    found = fields_on(nace, isic, "isic4", correspondence=bridge)
    assert found.mappability["finance"] == pytest.approx(1)
    assert 0 < found.mappability["production_technology"] < 1


def test_unknown_and_overlapping_industries_are_told() -> None:
    with pytest.raises(ClassificationError, match="1 of 2 industries"):
        fields_on(read_fields(), ["C", "zz"], "wz2008")
    with pytest.raises(TableError, match="the same finest code"):
        fields_on(read_fields(), ["C", "29"], "wz2008")
