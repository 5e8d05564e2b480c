"""Known clusters of real countries come out of the studies that do not know of them."""

from __future__ import annotations

from pathlib import Path

import pytest

import clusterid as cid

STUDIES = Path(__file__).parents[2] / "data" / "studies"


def candidates_of(name, data_dir, monkeypatch):
    monkeypatch.setenv("CLUSTERID_DATA", str(data_dir))
    return cid.read_study(STUDIES / f"{name}.toml").run().candidates


def grades(found, codes, region):
    """Return the grades at which industries of these codes are reported there."""
    rows = found.concentrations
    here = rows[rows["region"].eq(region)]
    mine = here["industries"].str.split(";").map(lambda held: bool(codes & set(held)))
    return set(here.loc[mine, "grade"])


def once(found):
    rows = found.concentrations
    held = rows.assign(code=rows["industries"].str.split(";")).explode("code")
    return not held.duplicated(["region", "code"]).any()


@pytest.mark.slow
def test_great_britain(data_dir, monkeypatch):
    found = candidates_of("great_britain", data_dir, monkeypatch)
    # no plants are counted: what stands there is said to stand there, and no more
    assert found.highest_possible == "C"
    for codes, region in [
        ({"2341", "2349"}, "UKG2"),
        ({"0910"}, "UKM5"),
        ({"6630"}, "UKI3"),
        ({"1310", "1320"}, "UKE4"),
        ({"2910"}, "UKG3"),
        ({"2572"}, "UKG3"),
        ({"1101"}, "UKM6"),
        ({"2446"}, "UKD1"),
    ]:
        assert grades(found, codes, region) == {"C"}, (codes, region)
    assert once(found)


@pytest.mark.slow
def test_germany_by_occupations(data_dir, monkeypatch):
    found = candidates_of("germany_occupations", data_dir, monkeypatch)
    for codes, region in [
        ({"944", "945"}, "05315"),
        ({"944", "945"}, "07315"),
        ({"214"}, "09479"),
        ({"281", "282"}, "09475"),
        ({"252"}, "03103"),
        ({"245"}, "08327"),
    ]:
        assert grades(found, codes, region) == {"C"}, (codes, region)
    assert once(found)
    # the urban hierarchy alone is no concentration
    for region in ("11000", "02000"):
        assert grades(found, {"431", "432", "433", "434"}, region) == set()


@pytest.mark.slow
def test_united_states(data_dir, monkeypatch):
    found = candidates_of("united_states", data_dir, monkeypatch)
    # trailers in Indiana, carpets in Georgia, software in Washington
    for codes, region in [
        ({"336213", "336214"}, "18"),
        ({"314110"}, "13"),
        ({"511210"}, "53"),
    ]:
        assert grades(found, codes, region) <= {"A", "B"}, (codes, region)
        assert grades(found, codes, region), (codes, region)
    assert found.by_grade["B"] > found.by_grade["A"] > 0
    assert once(found)
