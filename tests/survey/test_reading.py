"""The codebook is whole, and the faults of three tables are named at once."""

from __future__ import annotations

import pandas as pd
import pytest

from clusterid.errors import OptionError, TableError
from clusterid.survey import read_codebook, read_survey


def test_codebook_has_both_languages_and_unique_options():
    book = read_codebook()
    assert not book.duplicated(["question", "option"]).any()
    assert (book[["label_de", "label_en"]] != "").all().all()


def test_faults_of_all_three_tables_are_told_at_once():
    places = pd.DataFrame({"place": ["a", "a"], "regions": ["R1", ""]})
    answers = pd.DataFrame({
        "place": ["a"],
        "question": ["strategy"],
        "option": ["oui"],
        "value": ["yes"],
    })
    declared = pd.DataFrame({"record": ["1", "1"], "place": ["a", "a"], "label": "x"})
    with pytest.raises(TableError) as error:
        read_survey(places, answers, declared)
    assert len(error.value.faults) >= 4
    with pytest.raises(OptionError, match="Did you mean 'themes'"):
        read_survey(
            pd.DataFrame({"place": ["a"], "regions": ["R1"]}),
            pd.DataFrame(
                {"place": ["a"], "question": ["themes"], "option": ["land"],
                 "value": ["yes"]}
            ),
        ).table("theme")  # fmt: skip
