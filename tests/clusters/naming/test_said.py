"""Names in words: towns, languages, equal names, texts that are no names."""

from __future__ import annotations

import pandas as pd

from clusterid.clusters import Names, names_in
from clusterid.tables import Metadata


def _regions(**names: str | None) -> pd.DataFrame:
    return pd.DataFrame({"name": names})


def test_towns_lose_what_they_are_in_law_where_they_stay_different() -> None:
    regions = _regions(
        k="Köln, Stadt", d="Düsseldorf, Landeshauptstadt", m="München",
        l="München, Landeshauptstadt", o="Oldenburg (Oldenburg), Stadt", h="Heilbronn",
        i="Heilbronn", x="Inner London, West", z=None,
    )  # fmt: skip
    said = names_in(Metadata(labels={"1": "Film"}), regions)
    assert said("1", "k") == "Köln: Film"
    assert said("1", "d") == "Düsseldorf: Film"
    assert said("1", "l") == "München, Landeshauptstadt: Film"
    assert said("1", "m") == "München: Film"
    assert said("1", "o") == "Oldenburg (Oldenburg): Film"
    assert said("1", "h") == "Heilbronn (h): Film"
    assert said("1", "x") == "Inner London, West: Film"
    assert said("1", "z") == "z: Film"


def test_names_are_said_in_the_language_of_the_reader() -> None:
    labels = {"944": "Theater-, Film- und Fernsehproduktion",
              "945": "Veranstaltungs-, Kamera-, Tontechnik"}  # fmt: skip
    meta = Metadata(labels=labels, classification="kldb2010")
    english = "Theatre, film and television production; "
    english += "Event, camera and sound technology"
    assert names_in(meta, language="en")("944;945") == english
    german = "Theater-, Film- und Fernsehproduktion; Veranstaltungs-, Kamera- und "
    german += "Tontechnik"
    assert names_in(meta, language="de")("944;945") == german
    assert names_in(meta)("944;945") == german


def test_titles_that_would_be_equal_stay_whole() -> None:
    labels = {"1": "Spring (heavy gauge) mills", "2": "Spring (light gauge) mills",
              "3": "Jewelry (except costume)"}  # fmt: skip
    said = names_in(Metadata(labels=labels))
    assert said("1") == "Spring (heavy gauge) mills"
    assert said("3") == "Jewelry"


def test_equal_names_in_one_region_bear_their_codes() -> None:
    said = Names({"1": "Film", "2": "Film", "3": "Ships"}, {})
    table = pd.DataFrame({
        "named_by": ["1", "2", "3", "1"], "label": "kind",
        "region": ["r", "r", "r", "s"],
    })  # fmt: skip
    assert said.each(table) == ["Film (1)", "Film (2)", "Ships", "Film"]


def test_rows_that_no_member_names_keep_the_label_of_their_kind() -> None:
    said = Names({}, {"r": "Ulm"})
    table = pd.DataFrame({"named_by": ["", None, "7"], "town": ["r", None, "q"],
                          "label": ["Care", "Food", ""]})  # fmt: skip
    assert said.each(table) == ["Ulm: Care", "Food", "q: 7"]
    # a result that was stored before there were names
    assert said.each(pd.DataFrame({"label": ["Care", float("nan")]})) == ["Care", ""]
    assert said.each(pd.DataFrame()) == []


def test_braces_quotes_and_ends_of_lines_stay_text() -> None:
    hostile = '{{ 7*7 }} "Q" {value} %s'
    said = names_in(
        Metadata(labels={"1": hostile, "2": "a\u2028b\nc"}), _regions(r="{% x %}\nEnd")
    )
    assert said("1", "r") == f"{{% x %}}\nEnd: {hostile}"
    assert said("2") == "a b c"


def test_a_third_title_is_said_where_there_is_room() -> None:
    titles = {"1": "A" * 45, "2": "B" * 45, "3": "C" * 45, "4": "D"}
    said = Names(titles, {})
    assert said("1;2;3") == f"{'A' * 45}; {'B' * 45}"
    assert said("1;2;4") == f"{'A' * 45}; {'B' * 45}; D"
