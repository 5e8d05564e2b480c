"""A lexicon brought to the codes that are counted."""

from __future__ import annotations

import pandas as pd
import pytest

from clusterid import ClassificationError, TableError
from clusterid.classifications import read_correspondence, read_fields
from clusterid.errors import DataWarning

#: 335221 and others became 335220, 541711 was divided, 111110 stayed.
NAICS = read_correspondence("naics2012_to_naics2017", basis="equal")


def lexicon(*lines: tuple[str, str], **more: object) -> pd.DataFrame:
    table = pd.DataFrame(lines, columns=["field", "code"])
    return table.assign(**more)


def carried(table: pd.DataFrame) -> dict[tuple[str, str], float]:
    found = read_fields(table, correspondence=NAICS)
    assert set(found["classification"]) == {"naics2017"}
    keys = zip(found["field"], found["code"], strict=True)
    return dict(zip(keys, found["weight"].round(6), strict=True))


def test_codes_that_stay_keep_their_weight() -> None:
    found = carried(lexicon(("soy", "111110"), ("cars", "336111"), weight=[1.0, 0.5]))
    assert found == {("soy", "111110"): 1.0, ("cars", "336111"): 0.5}


def test_codes_that_become_one_are_the_share_of_it_that_is_the_field() -> None:
    old = NAICS.table.loc[NAICS.table["target"].eq("335220"), "source"].tolist()
    assert len(old) > 1
    one = carried(lexicon(("home", old[0])))
    assert one == {("home", "335220"): pytest.approx(1 / len(old), abs=1e-6)}
    assert carried(lexicon(*[("home", code) for code in old])) == {
        ("home", "335220"): 1.0
    }


def test_a_divided_code_is_told() -> None:
    with pytest.warns(DataWarning, match="1 is divided among several codes"):
        found = read_fields(lexicon(("bio", "541711")), correspondence=NAICS)
    weights = dict(zip(found["code"], found["weight"], strict=True))
    # 541713 is half of it, half of 541712
    assert weights == {"541713": 0.5, "541714": 1.0}


def test_a_code_of_the_next_vintage_is_taken_as_it_stands_and_told() -> None:
    table = lexicon(("home", "335220"), ("cars", "336111"))
    with pytest.warns(DataWarning, match="1 code is of naics2017, not of naics2012"):
        found = read_fields(table, correspondence=NAICS)
    assert found["code"].tolist() == ["336111", "335220"]
    assert found["weight"].eq(1).all()


def test_a_code_of_neither_vintage_is_a_fault() -> None:
    with pytest.raises(TableError, match="a code is not in naics2012"):
        read_fields(lexicon(("home", "999999")), correspondence=NAICS)


def test_what_leads_nowhere_is_told_and_everything_is_an_error() -> None:
    part = NAICS.table[NAICS.table["source"].ne("336111")]
    bridge = read_correspondence(part, names=("naics2012", "naics2017"))
    with pytest.warns(DataWarning, match=r"1 of 2 codes lead nowhere \('336111'\)"):
        found = read_fields(
            lexicon(("cars", "336111"), ("cars", "336112")), correspondence=bridge
        )
    assert found["code"].tolist() == ["336112"]
    with pytest.raises(ClassificationError, match="None of the 1 codes"):
        read_fields(lexicon(("cars", "336111")), correspondence=bridge)


def test_a_correspondence_from_elsewhere_is_refused() -> None:
    nace = lexicon(("cars", "29"), classification="nace2")
    with pytest.raises(ClassificationError, match="The lexicon is in nace2"):
        read_fields(nace, correspondence=NAICS)


def test_another_pair_of_classifications_works_alike() -> None:
    bridge = read_correspondence("wz2025_to_wz2008", basis="equal")
    table = lexicon(("cars", "29.1"), classification="wz2025")
    with pytest.warns(DataWarning, match="2 are divided"):
        found = read_fields(table, correspondence=bridge)
    assert set(found["classification"]) == {"wz2008"}
    assert {"29.10.1", "29.10.2"} <= set(found["code"])
    assert found["weight"].between(0, 1).all()


def test_a_code_reached_twice_has_the_narrower_role() -> None:
    old = NAICS.table.loc[NAICS.table["target"].eq("335220"), "source"].tolist()
    table = lexicon(("home", old[0]), ("home", old[1]), role=["extended", "core"])
    found = read_fields(table, correspondence=NAICS)
    assert found["role"].tolist() == ["core"]


def test_the_order_of_the_lines_says_nothing() -> None:
    table = lexicon(("cars", "336111"), ("soy", "111110"), ("cars", "336112"))
    first = read_fields(table, correspondence=NAICS)
    again = read_fields(table.iloc[::-1], correspondence=NAICS)
    pd.testing.assert_frame_equal(first, again)


def test_a_filter_keeps_lines_by_the_columns_of_the_file() -> None:
    table = lexicon(
        ("cars", "336111"), ("bakers", "311811"), traded_local=["Traded", "Local"]
    )
    found = read_fields(
        table, filter={"traded_local": "Traded"}, classification="naics2012"
    )
    assert found["field"].tolist() == ["cars"]
    both = read_fields(
        table, filter={"traded_local": ["Traded", "Local"]}, classification="naics2012"
    )
    assert len(both) == 2
    with pytest.raises(TableError, match="leaves no row"):
        read_fields(table, filter={"traded_local": "traded"})
    with pytest.raises(TableError, match="no column 'traded'"):
        read_fields(table, filter={"traded": "Traded"})
