"""The lexicon of fields."""

from __future__ import annotations

import pandas as pd
import pytest

from clusterid import ClassificationError, TableError
from clusterid.classifications import (
    field_synonyms,
    read_fields,
)


def test_both_lexicons_hold_the_same_31_fields() -> None:
    nace, kldb = read_fields("nace2"), read_fields("kldb2010")
    assert list(dict.fromkeys(nace["field"])) == list(dict.fromkeys(kldb["field"]))
    assert nace["field"].nunique() == 31
    assert len(nace) == 216
    assert kldb["basis"].ne("").all()
    assert set(field_synonyms()) <= set(nace["field"])


def test_faults_of_a_lexicon_are_collected() -> None:
    bad = pd.DataFrame({
        "field": ["a", "", "b", "b"],
        "code": ["29", "30", "99.99", "28"],
        "role": ["core", "core", "main", "core"],
        "weight": [1, 1, 1, 2],
    })
    with pytest.raises(TableError) as error:
        read_fields(bad)
    assert [f.count for f in error.value.faults] == [1, 1, 1, 1]
    with pytest.raises(TableError, match="no column 'code'"):
        read_fields(pd.DataFrame({"field": ["a"]}))
    with pytest.raises(ClassificationError, match="Did you mean 'kldb2010'"):
        read_fields("kldb201")
