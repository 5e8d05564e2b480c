"""Tables of a survey: places, answers, declared clusters."""

from __future__ import annotations

import pandas as pd

from clusterid.tables import (
    check_answers,
    check_declared,
    check_places,
)


def test_survey_tables():
    places = check_places(
        pd.DataFrame({
            "place": ["Y", "Z"],
            "name": ["Ypsilon", None],
            "regions": [[("r1", 0.4)], "r2; r1:0.6"],
            "asked": ["ja", "nein"],
            "answered": [True, False],
            "exhaustive": ["yes", None],
        }),
        regions=["r1", "r2"],
    )
    assert places["regions"].tolist() == [[("r1", 0.4)], [("r1", 0.6), ("r2", 1.0)]]
    assert places["asked"].tolist() == [True, False]
    assert places["exhaustive"].tolist() == [True, False]
    assert places["name"].tolist() == ["Ypsilon", "Z"]
    answers = check_answers(
        pd.DataFrame({
            "place": ["Y", "Y", "Y"],
            "question": "goals",
            "option": ["a", "b", "c"],
            "value": ["1", "0", "k.A."],
            "rank": [1, None, None],
        }),
        places=places,
    )
    assert answers["value"].tolist()[:2] == ["yes", "no"]
    assert answers["value"].isna().tolist() == [False, False, True]
    declared = check_declared(
        pd.DataFrame({
            "record": ["D1", "D2"],
            "place": "Y",
            "label": "x",
            "fields": ["a;b", None],
            "year_founded": ["1999", ""],
        }),
        places=places,
        fields=["a", "b"],
    )
    assert declared["fields"].tolist() == [["a", "b"], []]
    assert declared["year_founded"].iloc[0] == 1999
    assert declared["funded_by"].tolist() == [[], []]
