"""Flows of WIOD: their industries, their forms, and what they are carried to."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from tests.sources.international.groups import WZ_GROUPS

from clusterid import ClassificationError, SourceError
from clusterid.classifications import read_classification, roll_up
from clusterid.sources import READERS, WIOD56


def test_wiod_industries_partition_nace_and_agree_with_the_table(
    data_dir: Path,
) -> None:
    nace = read_classification("nace2")
    assert sum(len(nace.leaves(code)) for code in WIOD56) == 615
    given = pd.read_csv(
        data_dir / "wiod_niot_deu" / "nace_division_to_wiod56.csv", dtype=str
    )
    mine = roll_up(list(given["nace_division"]), list(WIOD56), nace).table
    joined = mine.merge(given, left_on="source", right_on="nace_division")
    assert len(joined) == 88
    assert joined["target"].eq(joined["wiod56"]).all()


def test_wiod_long_and_square_form_agree(data_dir: Path) -> None:
    folder = data_dir / "wiod_niot_deu"
    long = READERS["wiod"](folder / "niot_deu_2000_2014_long.parquet")
    square = READERS["wiod"](folder / "z_domestic_deu_2014.csv")
    pd.testing.assert_frame_equal(long, square, atol=1e-3)
    total = READERS["wiod"](
        folder / "niot_deu_2000_2014_long.parquet", origin="total", year=2014
    )
    assert total["value"].sum() > long["value"].sum()
    with pytest.raises(SourceError, match="no year 2020"):
        READERS["wiod"](folder / "niot_deu_2000_2014_long.parquet", year=2020)


def test_wiod_says_whose_table_it_is(tmp_path: Path) -> None:
    rows = pd.DataFrame({
        "country": ["ITA", "ITA", "BRA"], "year": 2014, "origin": "Domestic",
        "row_code": ["C10-C12", "C17", "C17"], "col_code": ["C17", "C17", "C17"],
        "value_musd": [5.0, 2.0, 9.0],
    })  # fmt: skip
    path = tmp_path / "tables.csv"
    rows.to_csv(path, index=False)
    assert READERS["wiod"](path, country="ITA").attrs == {"country": "IT"}
    # no NUTS region is in it
    assert READERS["wiod"](path, country="BRA").attrs == {}
    rows[rows["country"].eq("ITA")].to_csv(path, index=False)
    assert READERS["wiod"](path).attrs == {"country": "IT"}
    rows[rows["country"].eq("ITA")].drop(columns="country").to_csv(path, index=False)
    assert READERS["wiod"](path).attrs == {}


def test_wiod_carried_to_the_groups_of_an_economy_keeps_its_sum(
    data_dir: Path,
) -> None:
    path = data_dir / "wiod_niot_deu" / "niot_deu_2000_2014_long.parquet"
    fine = READERS["wiod"](path)
    coarse = READERS["wiod"](path, industries=WZ_GROUPS)
    assert len(coarse) == 121
    assert coarse["value"].sum() == pytest.approx(fine["value"].sum(), rel=1e-12)
    part = READERS["wiod"](path, industries=["A", "C"])
    both = coarse["seller"].isin(["A", "C"]) & coarse["buyer"].isin(["A", "C"])
    pd.testing.assert_frame_equal(part, coarse[both].reset_index(drop=True))
    with pytest.raises(ClassificationError, match="None of the 56 codes"):
        READERS["wiod"](path, industries=["zz"])
    with pytest.raises(ClassificationError, match="overlap"):
        READERS["wiod"](path, industries=["C", "10"])
