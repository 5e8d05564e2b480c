"""[employment] largest_plant: what is read, what is refused, what it bounds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.study.test_bad_inputs import STUDY, after, beside, write_study

from clusterid.errors import StudyError, TableError
from clusterid.study import read_study
from clusterid.study.reading._largest_plants import largest_plants
from clusterid.study.saving._store import store, unstore
from clusterid.tables import Economy, economy


@pytest.fixture
def counts() -> Economy:
    """Two regions, three industries, one cell withheld."""
    table = pd.DataFrame(
        {"10": [100.0, 50.0], "11": [np.nan, 20.0], "62": [0.0, 900.0]},
        index=pd.Index(["R01", "R02"], name="region"),
    )
    return economy(table)


def undeclared(text: str) -> str:
    """Return a study without its section on declarations."""
    return re.sub(r"\[survey\].*?(?=\n\[)", "", text, flags=re.DOTALL)


def written(folder: Path, text: str) -> Path:
    path = folder / "largest.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_largest_of_the_country_holds_for_every_region(counts: Economy) -> None:
    most = largest_plants({"10": 80, "62": 400}, counts)
    assert most["10"].tolist() == [80, 80]
    assert most["62"].tolist() == [400, 400]
    assert most["11"].isna().all()
    assert most.index.equals(counts.regions)
    assert most.columns.equals(counts.industries)


def test_of_country_and_cell_the_smaller_wins(counts: Economy, tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "region,industry,largest_plant\n,10,60\nR01,10,90\nR02,10,40\nR01,11,7\n",
    )
    most = largest_plants(path, counts)
    assert most["10"].tolist() == [60, 40]
    assert most.loc["R01", "11"] == 7
    assert np.isnan(most.loc["R02", "11"])


def test_what_is_left_out_may_stand_in_the_table(counts: Economy) -> None:
    most = largest_plants({"84": 5000, "10": 80}, counts, frozenset({"84"}))
    assert "84" not in most.columns
    assert most["10"].tolist() == [80, 80]


def test_nothing_given_bounds_nothing(counts: Economy) -> None:
    assert largest_plants({}, counts).isna().all(axis=None)


def test_a_withheld_cell_says_nothing_against_its_largest_plant(
    counts: Economy, tmp_path: Path
) -> None:
    path = written(tmp_path, "region,industry,largest_plant\nR01,11,5000\n")
    assert largest_plants(path, counts).loc["R01", "11"] == 5000


def test_counts_that_are_rounded_are_held_against_their_upper_end(
    counts: Economy, tmp_path: Path
) -> None:
    path = written(tmp_path, "region,industry,largest_plant\nR01,10,102\n")
    with pytest.raises(TableError, match="more jobs than its cell"):
        largest_plants(path, counts)
    rounded = Economy(counts.employment, upper=counts.employment + 2.5)
    assert largest_plants(path, rounded).loc["R01", "10"] == 102


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("industry,largest_plant\n99,10\n", "99"),
        ("industry,largest_plant\n10,-1\n", "negative"),
        ("industry,largest_plant\n10,many\n", "many"),
        ("industry,largest_plant\n10,\n", "missing"),
        ("industry,largest_plant\n10,inf\n", "not a number"),
        ("industry,largest_plant\n10,1e999\n", "infinite"),
        ("industry,largest_plant\n10,5\n10,6\n", "more than once"),
        ("industry,jobs\n10,5\n", "largest_plant"),
        ("region,industry,largest_plant\nQ9,10,5\n", "Q9"),
        ("region,industry,largest_plant\nR01,10,5\nR01,10,6\n", "more than once"),
        ("region,industry,largest_plant\n,10,5\n,10,6\n", "more than once"),
        ("region,industry,largest_plant\nR01,10,101\n", "row 1"),
        ("region,industry,largest_plant\nR01,62,1\n", "more jobs than its cell"),
        ("", "empty"),
    ],
)
def test_faults_are_told_with_row_and_mend(
    text: str, word: str, counts: Economy, tmp_path: Path
) -> None:
    with pytest.raises(TableError) as told:
        largest_plants(written(tmp_path, text), counts)
    assert word in str(told.value)
    assert all(fault.mend for fault in told.value.faults)


BAD: dict[str, tuple[str, dict[str, Any], str]] = {
    "unknown industry": (
        *beside("largest_plant", "industry,largest_plant\n99,1\n"), "99",
    ),
    "unknown industry inline": (
        after("[employment]", "largest_plant = { 99 = 1 }"), {}, "99",
    ),
    "below zero inline": (
        after("[employment]", "largest_plant = { 10 = -1 }"), {}, "negative",
    ),
    "text inline": (
        after("[employment]", 'largest_plant = { 10 = "many" }'), {}, "largest_plant",
    ),
    "a number": (after("[employment]", "largest_plant = 5"), {}, "largest_plant"),
    "not a number": (
        after("[employment]", "largest_plant = { 10 = nan }"), {}, "largest_plant",
    ),
    "no such file": (
        after("[employment]", 'largest_plant = "nowhere.csv"'), {}, "no such file",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_check_and_run_refuse_the_same(name: str, tmp_path: Path) -> None:
    text, files, word = BAD[name]
    path = write_study(tmp_path, text, files)
    told = []
    for call in ("check", "run"):
        with pytest.raises(StudyError) as error:
            getattr(read_study(path), call)()
        told.append(str(error.value))
    assert told[0] == told[1]
    assert word in told[0]
    assert str(tmp_path / "extra.csv") not in told[0]


def test_a_study_bounds_its_largest_plants_and_keeps_them(tmp_path: Path) -> None:
    line = 'largest_plant = "extra.csv"'
    table = "industry,largest_plant\n10,30\n11,40\n62,7\n"
    text = undeclared(after("[employment]", line))
    path = write_study(tmp_path / "a", text, {"extra.csv": table})
    study = read_study(path)
    study.check()
    result = study.run()
    known = result.economy.largest_plant
    assert known is not None
    assert known["10"].eq(30).all()
    assert "extra.csv" in result.provenance.inputs
    share = result.candidates.cells["largest_plant_share"]
    plain = read_study(write_study(tmp_path / "b", undeclared(STUDY))).run()
    assert plain.candidates.cells["largest_plant_share"].isna().all()
    assert share.dropna().between(0, 1).all()
    assert share.notna().any()
    store(result.published(), tmp_path / "state")
    back = unstore(tmp_path / "state")
    pd.testing.assert_frame_equal(back.economy.largest_plant, known)
    pd.testing.assert_frame_equal(
        back.candidates.concentrations, result.candidates.concentrations
    )


def test_inline_jobs_are_the_same_as_a_table(tmp_path: Path) -> None:
    inline = after("[employment]", "largest_plant = { 10 = 30, 11 = 40 }")
    first = read_study(write_study(tmp_path / "a", inline)).inputs().economy
    text, files = beside("largest_plant", "industry,largest_plant\n10,30\n11,40\n")
    second = read_study(write_study(tmp_path / "b", text, files)).inputs().economy
    pd.testing.assert_frame_equal(first.largest_plant, second.largest_plant)


def test_industries_that_are_left_out_are_no_fault(tmp_path: Path) -> None:
    lines = 'exclude = ["10"]\nlargest_plant = { 10 = 30, 11 = 40 }'
    inputs = read_study(write_study(tmp_path, after("[employment]", lines))).inputs()
    known = inputs.economy.largest_plant
    assert "10" not in known.columns
    assert known["11"].eq(40).all()


def test_plants_know_their_sizes_and_take_no_table(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(
        '[plants]\npath = "p.csv"\nlargest_plant = { 10 = 1 }\n', encoding="utf-8"
    )
    with pytest.raises(StudyError, match="unknown key"):
        read_study(path)
