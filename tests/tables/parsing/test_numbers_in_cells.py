"""One parser of numbers for every reader; marks, ranges and flags inside cells."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import clusterid as cid
from clusterid.errors import ClusteridError, TableError
from clusterid.tables import column_numbers


def _counts(values: list[str], **more: object) -> pd.DataFrame:
    regions = [f"R{k}" for k in range(len(values))]
    return pd.DataFrame({"region": regions, "industry": "C", "employment": values,
                         **more})  # fmt: skip


@pytest.mark.parametrize(
    ("text", "lower", "upper"),
    [("5-9", 5, 9), ("10 – 19", 10, 19), ("<10", 0, 9), ("≤10", 0, 10),
     ("250+", 250, np.nan), (">99", 100, np.nan), ("weniger als 3", 0, 2)],
)  # fmt: skip
def test_a_range_withholds_its_cell_with_bounds(text, lower, upper):
    with pytest.raises(TableError, match="range or a limit"):
        cid.read_employment(_counts([text, "120"]))
    read = cid.read_employment(_counts([text, "120"]), marked=True)
    assert np.isnan(read["employment"][0])
    assert read["lower"].tolist() == [lower, 120]
    np.testing.assert_array_equal(read["upper"], [upper, 120])


@pytest.mark.parametrize(("text", "mark"), [("45p", "p"), ("45 b", "b"), ("(45)", "()"),
                                            ("45*", "*"), ("45 (1)", "1")])  # fmt: skip
def test_a_mark_beside_a_number_is_told_and_kept_as_flag(text, mark):
    with pytest.raises(TableError, match="beside the number"):
        cid.read_employment(_counts([text, "120"]))
    read = cid.read_employment(
        _counts([text, "120"]), marked=True, withheld_flags=["c"]
    )
    assert read["employment"].tolist() == [45, 120]
    assert read["flag"][0] == mark


def test_bands_hold_for_marks_in_place_of_the_number():
    read = cid.read_employment(
        _counts(["(D)", "(L)", "120"]), withheld=["(D)"], bands={"(L)": (0, 9)}
    )
    np.testing.assert_array_equal(read["upper"], [np.nan, 9, 120])


@pytest.mark.parametrize(
    ("flag", "is_withheld"),
    [
        ("bc", True), ("c", True), ("b c", True), ("b;c", True), ("b", False),
        ("Cc", False),
    ],
)  # fmt: skip
def test_flags_that_stand_together_are_each_read(flag, is_withheld):
    table = _counts([0.0, 50.0], flag=[flag, None])
    read = cid.read_employment(table, withheld_flags=["c"])
    assert np.isnan(read["employment"][0]) == is_withheld


POINTS = ["1.234", "12.345", "567"]


@pytest.mark.parametrize(
    "read",
    [
        lambda v: cid.read_flows(pd.DataFrame(
            {"seller": ["A", "A", "B"], "buyer": ["A", "B", "A"], "value": v})),
        lambda v: cid.supply_network(pd.DataFrame(
            {"seller": ["A", "A", "B"], "buyer": ["A", "B", "A"], "value": v})),
        lambda v: cid.read_links(pd.DataFrame(
            {"source": ["A", "A", "B"], "target": ["C", "B", "C"], "value": v})),
        lambda v: cid.skill_network(pd.DataFrame(
            {"source": ["A", "A", "B"], "target": ["C", "B", "C"], "value": v})),
        lambda v: cid.read_collaborations(pd.DataFrame(
            {"project": ["p", "p", "q"], "organisation": ["a", "b", "c"],
             "weight": v})),
        lambda v: cid.economy(
            pd.DataFrame({"A": [1.0, 2, 3], "B": [1.0, 2, 9]}, index=["x", "y", "z"]),
            totals=pd.DataFrame(
                {"region": ["x", "y", "z"], "industry": "TOTAL", "value": v})),
    ],
)  # fmt: skip
@pytest.mark.parametrize("values", [POINTS, ["1 234", "5", "6"], ["1,5", "2", "3"],
                                    ["viel", "2", "3"]])  # fmt: skip
def test_every_reader_sees_what_is_no_plain_number(read, values):
    with pytest.raises(ClusteridError):
        read(values)


def test_fractions_are_not_taken_for_thousands():
    values, faults = column_numbers(pd.Series(["0.123", "1.234", "0.5"]))
    assert not faults
    assert values.tolist() == [0.123, 1.234, 0.5]
    assert not column_numbers(pd.Series(["0.123", "0.456"]))[1]
    assert column_numbers(pd.Series(["1.123", "2.456"]))[1]
    assert not column_numbers(pd.Series(["1.123", "2"]))[1]
    values, faults = column_numbers(pd.Series(["x", "2"]), only_doubtful=True)
    assert np.isnan(values[0])
    assert not faults


@pytest.mark.parametrize(
    ("codes", "is_told"),
    [
        (["1", "13", "2A", "75"], True),
        (["1001", "13055", "2A004", "75056"], True),
        (["1001", "1003", "13001", "13003"], True),
        (["01", "13", "2A", "971"], False),
        (["10", "11", "101", "111"], False),
        (["1110", "1120", "11101", "11201"], False),
    ],
)
def test_zeros_that_other_codes_hide_are_missed(codes, is_told):
    table = pd.DataFrame({"region": codes, "industry": "C", "employment": [1, 2, 3, 4]})
    if is_told:
        with pytest.raises(TableError, match="leading zeros"):
            cid.read_employment(table)
    assert len(cid.read_employment(table, pad={"region": 0})) == 4


@pytest.mark.parametrize(
    "code",
    [
        "10-dic", "01-ene", "02-févr", "01-août", "05-mag", "12-ott", "03-maj",
        "04-paź", "07-júl", "11-kas",
    ],
)  # fmt: skip
def test_dates_in_other_languages_are_seen(code):
    table = pd.DataFrame({"region": ["a", "b"], "industry": [code, "26.11"],
                          "employment": [1, 2]})  # fmt: skip
    with pytest.raises(TableError, match="date"):
        cid.read_employment(table)


def test_decimals_are_told_even_when_codes_are_filled_up():
    table = pd.DataFrame({"region": [1001.0, 13001.0], "industry": "C",
                          "employment": [1, 2]})  # fmt: skip
    with pytest.raises(TableError, match="decimal number"):
        cid.read_employment(table, pad={"region": 5})


@pytest.mark.parametrize("sign", ["\u200b", "\u00ad", "\u2800", "\u3164", "\ufe0f"])
def test_a_sign_that_nobody_sees_is_told(sign):
    table = pd.DataFrame({"region": ["01", f"02{sign}"], "industry": "C",
                          "employment": [1, 2]})  # fmt: skip
    with pytest.raises(TableError, match="nobody sees"):
        cid.read_employment(table)


def test_a_prefix_before_known_codes_is_named():
    table = pd.DataFrame({"region": ["XX01001", "XX01003"], "industry": "C",
                          "employment": [1, 2]})  # fmt: skip
    with pytest.raises(TableError, match="carry a prefix"):
        cid.read_employment(table, regions=["01001", "01003"])
