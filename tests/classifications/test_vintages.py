"""Territories that change: told by name, carried, never taken as vanished."""

from __future__ import annotations

import pandas as pd
import pytest

import clusterid as cid
from clusterid import ClassificationError, TableError
from clusterid.classifications import (
    kreis_correspondence,
    mixed_in_one,
    mixed_vintages,
    territory_changes,
    territory_correspondence,
    vintage_hint,
)
from clusterid.concentration import specialization_change
from clusterid.errors import DataWarning

KINDS = ("kreise", "us_counties", "nuts")


@pytest.mark.parametrize(
    ("old", "start"), [("15151", 2005), ("13052", 2010), ("15352", 2006)]
)
def test_a_divided_kreis_is_refused(old: str, start: int) -> None:
    with pytest.raises(ClassificationError, match="was divided into"):
        kreis_correspondence([old], start=start, end=2019)


@pytest.mark.parametrize(
    ("old", "new", "start"),
    [
        ("05313", "05334", 2008),
        ("14161", "14511", 2007),
        ("13051", "13072", 2010),
        ("15202", "15002", 2005),
        ("03253", "03241", 1999),
    ],
)
def test_reforms_before_2016_are_known(old: str, new: str, start: int) -> None:
    assert (
        kreis_correspondence([old], start=start, end=2019).table["target"].item() == new
    )


def test_codes_of_another_status_are_refused() -> None:
    with pytest.raises(ClassificationError, match="does not exist on 2015-06-30"):
        kreis_correspondence(["15151"], start=2015, end=2019)
    with pytest.raises(ClassificationError, match="does not exist on 2010-06-30"):
        kreis_correspondence(["03159"], start=2010, end=2019)
    with pytest.raises(ClassificationError, match="known since 1998"):
        kreis_correspondence(["15151"], start=1996, end=2019)
    with pytest.raises(ClassificationError, match="no version of NUTS"):
        territory_correspondence(["FR21"], kind="nuts", start=2015, end=2016)
    with pytest.raises(ClassificationError, match="United Kingdom"):
        territory_correspondence(["UKC1"], kind="nuts", start=2021, end=2024)


@pytest.mark.parametrize("kind", KINDS)
def test_every_change_is_a_consistent_step(kind: str) -> None:
    changes = territory_changes(kind)
    assert not changes.duplicated(["effective", "before", "after"]).any()
    assert changes.notna().drop(columns="weight").all().all()
    parts = changes.groupby(["effective", "before"])["after"].transform("size")
    assert changes["weight"].eq(1).eq(parts.eq(1)).all()


@pytest.mark.parametrize(
    ("kind", "start", "end"),
    [("kreise", 1998, 2027), ("us_counties", 2001, 2024), ("nuts", 2006, 2021)],
)
def test_common_territories_are_the_same_from_both_sides(
    kind: str, start: int, end: int
) -> None:
    changes = territory_changes(kind)
    days = changes["effective"]
    first = changes[days.eq(days.min())]["before"].unique()
    there = territory_correspondence(
        first, kind=kind, start=start, end=end, divided="join"
    ).table
    parts = sorted({c for t in there["target"] for c in t.split("+")})
    back = territory_correspondence(
        parts, kind=kind, start=end, end=start, divided="join"
    ).table
    assert set(there["target"]) == set(back["target"])


def test_a_table_is_carried_without_losing_a_job() -> None:
    jobs = pd.DataFrame({"A": [3.0, 4.0, 5.0]}, index=["09001", "09003", "25001"])
    step = territory_correspondence(
        jobs.index, kind="us_counties", start=2020, end=2023, divided="join"
    )
    carried = step.convert(jobs.T).T
    assert carried["A"].sum() == 12.0
    assert carried.loc["25001", "A"] == 5.0
    assert len(carried) == 2


@pytest.mark.parametrize(
    ("unknown", "known", "said"),
    [
        (["09110", "09120"], ["09001", "09003", "25001"], "Connecticut"),
        (["46113"], ["46102", "46103"], "Oglala Lakota"),
        (["03152"], ["03159", "03241"], "Niedersachsen"),
        (["FR21"], ["FRF2"], "NUTS 2016"),
        (["FR91"], ["FRY1"], "NUTS 2013"),
        (["GR30"], ["EL30"], "NUTS 2010"),
        (["PT16"], ["PT19"], "NUTS 2024"),
        (["UKC1"], ["TLC1"], "ITL"),
    ],
)
def test_regions_of_another_status_name_the_reform(
    unknown: list[str], known: list[str], said: str
) -> None:
    assert said in vintage_hint(unknown, known)
    assert said in vintage_hint(known, unknown)
    rows = {"region": unknown, "industry": "C", "employment": 1}
    with pytest.raises(TableError, match=said):
        cid.read_employment(pd.DataFrame(rows), regions=known)


def test_codes_that_no_reform_explains_have_no_hint() -> None:
    assert vintage_hint(["XX1"], ["XX2"]) == ""
    georgia = [f"13{n:03d}" for n in range(1, 322, 2)]
    assert not mixed_vintages(
        georgia[1:], [c for c in georgia if c != "13075"], names=("a", "b")
    )


def _two(old: list[str], new: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    tables = [
        pd.DataFrame({"A": [5.0] * len(c), "B": [7.0] * len(c)}, index=c)
        for c in (old, new)
    ]
    return tables[0], tables[1]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (["16056", "16063", "09162"], ["16063", "09162"]),
        (["09001", "09003", "25001"], ["09110", "09120", "25001"]),
        (["HU10", "HU21"], ["HU11", "HU12", "HU21"]),
        (["06435", "06434"], ["06435", "06415", "06434"]),
    ],
)
def test_a_changed_region_has_not_vanished(old: list[str], new: list[str]) -> None:
    for start, end in (_two(old, new), _two(new, old)):
        for measure in (
            cid.shift_share,
            cid.dynamic_location_quotient,
            specialization_change,
        ):
            with pytest.raises(TableError, match="different territorial status"):
                measure(start, end)
    start, end = _two(old, new)
    with pytest.raises(TableError, match="different territorial status"):
        cid.monitor({2015: cid.economy(start), 2023: cid.economy(end)}, None)


def test_a_region_that_no_reform_explains_is_told() -> None:
    start, end = _two(["r", "s"], ["r", "t"])
    with pytest.warns(DataWarning, match="2 regions are in one table only"):
        cid.shift_share(start, end)


@pytest.mark.parametrize(
    "codes", [["03152", "03159"], ["09003", "09110"], ["FR21", "FRF2", "FR10"]]
)
def test_one_table_of_two_statuses_is_a_fault(codes: list[str]) -> None:
    table = pd.DataFrame({"A": [1.0] * len(codes)}, index=codes)
    with pytest.raises(TableError, match="several territorial statuses"):
        cid.economy(table)
    table.iloc[0] = 0.0  # listed for other years, nothing there in this one
    assert len(cid.economy(table).regions) == len(codes)


def test_neighbours_of_one_status_are_no_fault() -> None:
    assert not mixed_in_one(["16056", "16063"])
    assert not mixed_in_one(["06435", "06415"])
    assert not mixed_in_one(["HR02", "HR05", "HR06"])
