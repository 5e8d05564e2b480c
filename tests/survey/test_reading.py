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


HUBS = pd.DataFrame({
    "name": ["one", "two", "three"],
    "place": ["Tulsa", "Tulsa", "Ulm"],
    "cbsa": ["46140", "46140", "1;2"],
    "focus": ["drones", "aircraft", "trucks"],
    "field": ["aero", "aero", "cars"],
    "sure": ["True", "True", "False"],
})
COLUMNS = {
    "places": {"place": "place", "name": "place", "regions": "cbsa"},
    "declared": {"record": "name", "label": "focus", "fields": "field"},
}


def test_a_list_of_records_names_a_place_as_often_as_it_declares(tmp_path):
    found = read_survey(HUBS, declared=HUBS, columns=COLUMNS)
    assert found.places["place"].tolist() == ["Tulsa", "Ulm"]
    assert found.declared["record"].tolist() == ["one", "three", "two"]
    assert not found.places["exhaustive"].any()
    HUBS.to_csv(tmp_path / "hubs.csv", index=False)
    path = tmp_path / "hubs.csv"
    again = read_survey(path, declared=str(path), columns=COLUMNS)
    assert again.places["regions"].tolist() == found.places["regions"].tolist()


def test_rows_that_say_different_things_of_a_place_stay_a_fault():
    odd = HUBS.assign(cbsa=["46140", "46141", "1;2"])
    with pytest.raises(TableError, match="place stands more than once"):
        read_survey(odd, declared=odd, columns=COLUMNS)
    with pytest.raises(TableError, match="place stands more than once"):
        read_survey(HUBS, declared=HUBS.copy(), columns=COLUMNS)


def test_rows_are_kept_by_a_filter_of_their_table():
    kept = {"places": {"sure": "True"}, "declared": {"sure": "True"}}
    found = read_survey(HUBS, declared=HUBS, columns=COLUMNS, filter=kept)
    assert found.declared["record"].tolist() == ["one", "two"]
    with pytest.raises(OptionError, match="filter"):
        read_survey(HUBS, declared=HUBS, columns=COLUMNS, filter={"fields": {}})
