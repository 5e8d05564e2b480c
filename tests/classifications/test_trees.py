"""Code trees: counts, parents, leaves, truncation, faults."""

from __future__ import annotations

import pandas as pd
import pytest

from clusterid import ClassificationError, OptionError, SourceError, TableError
from clusterid.classifications import CLASSIFICATIONS, read_classification

NACE = {"section": 21, "division": 88, "group": 272, "class": 615}
WZ_GROUPS = ["A", "B+D+E", "C", "F", "G-I", "J", "K", "L", "M-N", "O-Q", "R-U"]


@pytest.mark.parametrize("name", sorted(CLASSIFICATIONS))
def test_every_embedded_tree_is_whole(name: str) -> None:
    tree = read_classification(name)
    assert tree.codes.index.is_unique
    parents = tree.parents
    assert set(parents) <= set(tree.codes.index)
    rank = {level: i for i, level in enumerate(tree.levels)}
    mine = tree.codes["level"].map(rank)
    assert (mine[parents.index].to_numpy() > mine[parents].to_numpy()).all()


def test_nace_counts_are_the_published_ones() -> None:
    assert read_classification("nace2").codes["level"].value_counts().to_dict() == NACE
    wz = read_classification("WZ 2008").codes["level"].value_counts().to_dict()
    assert wz == {**NACE, "subclass": 839}


def test_leading_zeros_and_notations() -> None:
    nace = read_classification("nace2")
    assert nace.notation("01") == "01"
    assert nace.notation("0111") == "01.11"
    assert nace.notation("C29") == "29"
    assert nace.notation("1") is None
    assert read_classification("sic2007").notation("29.10") == "2910"
    assert read_classification("sic2007").notation("29100") == "2910"


def test_groups_of_the_german_tables_partition_all_classes() -> None:
    nace = read_classification("nace2")
    found = [leaf for group in WZ_GROUPS for leaf in nace.leaves(group)]
    assert len(found) == len(set(found)) == NACE["class"]
    assert nace.leaves("unknown") == ()
    assert set(nace.leaves("C10-C12")) == {
        leaf for d in ("10", "11", "12") for leaf in nace.leaves(d)
    }


def test_truncation_refuses_codes_that_are_coarser() -> None:
    nace = read_classification("nace2")
    assert nace.truncate(["29.10"], "section").to_dict() == {"29.10": "C"}
    with pytest.raises(ClassificationError, match=r"2 of 3 codes .*'C', 'zz'"):
        nace.truncate(["29.10", "C", "zz"], "division")
    with pytest.raises(OptionError, match="Did you mean 'division'"):
        nace.truncate(["29.10"], "divison")


def test_naics_sector_ranges() -> None:
    naics = read_classification("naics2017")
    assert naics.ancestors("311111") == ("31111", "3111", "311", "31-33")
    assert naics.labels()["311111"] == "Dog and Cat Food Manufacturing"


def test_occupations_have_names_in_both_languages() -> None:
    kldb = read_classification("kldb2010")
    groups = kldb.at_level("group")
    assert len(groups) == 144
    assert kldb.labels("de")[groups].ne("").all()
    assert kldb.labels("en")[groups].ne("").all()


def test_own_table_finds_parents_and_collects_faults() -> None:
    own = read_classification(pd.DataFrame({"code": ["1", "11", "12"]}))
    assert own.levels == ("level_1", "level_2")
    assert own.children("1") == ("11", "12")
    with pytest.raises(TableError) as error:
        read_classification(pd.DataFrame({"code": ["1", "1", ""]}))
    assert {f.rule for f in error.value.faults} == {
        "a code is empty",
        "a code stands more than once",
    }


def test_unknown_names_are_told() -> None:
    with pytest.raises(ClassificationError, match="Did you mean 'nace2'"):
        read_classification("nace3")
    with pytest.raises(SourceError, match="there is no file"):
        read_classification("absent.csv")


@pytest.mark.parametrize("version", ["naics2012", "naics2017", "naics2022"])
def test_every_naics_code_has_an_english_title(version: str) -> None:
    labels = read_classification(version).labels("en").astype(str).str.strip()
    assert not labels.isin(["", "nan"]).any()
    assert labels["331"] == "Primary Metal Manufacturing"
    assert labels["31-33"] == "Manufacturing"
    assert labels["92"] == "Public Administration"


def test_titles_of_naics_follow_its_version() -> None:
    old, new = (
        read_classification(name).labels("en") for name in ("naics2017", "naics2022")
    )
    assert old["445"] == "Food and Beverage Stores"
    assert new["445"] == "Food and Beverage Retailers"
    assert new["516"] == "Broadcasting and Content Providers"
    assert "516" not in old.index
