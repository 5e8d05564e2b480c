"""Titles written out, shortened, and said together without repetition."""

from __future__ import annotations

import re

import pytest

from clusterid.classifications import (
    joined_titles,
    name_in,
    read_classification,
    short_title,
    written_out,
)

#: what an official abbreviation looks like: a word cut short, a comma without a space
_ABBREVIATED = re.compile(r"\w\.|,\S|\w-?,$")


def test_no_title_of_occupations_stays_abbreviated() -> None:
    titles = read_classification("kldb2010").codes["label_de"]
    short = [title for title in titles if _ABBREVIATED.search(title)]
    assert len(short) > 30
    for title in titles:
        for said in (written_out(title, "kldb2010"), name_in(title, "kldb2010", "de")):
            assert not _ABBREVIATED.search(said), said


def test_a_long_form_is_found_from_either_language() -> None:
    long = "Versicherungs- und Finanzdienstleistungen"
    english = "Insurance and financial services"
    for name in ("Versicherungs- u. Finanzdienstleistungen", long, english):
        assert name_in(name, "kldb2010", "de") == long
        assert name_in(name, "kldb2010", "en") == english


def test_names_that_are_nowhere_stay_as_they_are() -> None:
    for name in ("{{ 7*7 }}", 'Q "x"\nline', "", "=1+1", "Toys u. games"):
        assert written_out(name, "kldb2010") == name
        assert name_in(name, "our own", "de") == name


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("Jewelry (except costume) manufacturing", "Jewelry manufacturing"),
        ("Insurance, except compulsory social security", "Insurance"),
        ("Sonstige Heime (ohne Erholungsheime)", "Sonstige Heime"),
        ("Architectural activities; technical testing", "Architectural activities"),
        ("Verlegen von Software a. n. g.", "Verlegen von Software"),
        ("Handel ohne Schwerpunkt", "Handel ohne Schwerpunkt"),
        ("Washing and (dry-)cleaning", "Washing and (dry-)cleaning"),
        # nothing is left of these, so they stay
        ("(none)", "(none)"),
        ("; and", "; and"),
        ("", ""),
        ("n.e.c.", "n.e.c."),
        # a list has no end before its noun
        (
            "Research and development in the physical, engineering, and life sciences "
            "of plants",
            "Research and development in the physical, engineering, and life sciences "
            "of plants",
        ),
    ],
)
def test_titles_are_shortened_where_they_list_exceptions(
    title: str, short: str
) -> None:
    assert short_title(title) == short


@pytest.mark.parametrize("name", ["nace2", "wz2008", "sic2007", "naics2017"])
def test_no_title_is_shortened_to_nothing_or_inside_a_word(name: str) -> None:
    codes = read_classification(name).codes
    for column in ("label_en", "label_de"):
        for title in codes[column]:
            short = short_title(title)
            assert bool(short) == bool(title.strip())
            words = re.findall(r"\w+", title)
            assert set(re.findall(r"\w+", short)) <= set(words)
            assert not short.endswith((",", "-", " and", " of", " und", " von", "("))


def test_repeated_words_are_said_once() -> None:
    said = joined_titles([
        "Publishing of journals", "Book publishing", "Publishing of newspapers",
    ])  # fmt: skip
    # what stands between would make the third one unclear
    assert said == "Publishing of journals; Book publishing; Publishing of newspapers"
    assert joined_titles(["Film", "Film"]) == "Film"
    assert joined_titles([]) == ""
    pair = ["Professional organizations", "Labor organizations"]
    assert joined_titles(pair) == "Professional organizations; Labor organizations"
