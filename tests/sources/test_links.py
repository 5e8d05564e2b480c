"""Flows, participations, skill links."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clusterid import ClassificationError, SourceError, TableError
from clusterid.classifications import read_classification, roll_up
from clusterid.sources import READERS, WIOD56, carry_flows

WZ_GROUPS = ["A", "B+D+E", "C", "F", "G-I", "J", "K", "L", "M-N", "O-Q", "R-U"]


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


def test_carried_flows_by_hand() -> None:
    from clusterid.classifications import read_correspondence

    flows = pd.DataFrame({
        "seller": ["a", "b"],
        "buyer": ["b", "b"],
        "value": [8.0, 4.0],
    })
    halves = pd.DataFrame(
        {"source": ["a", "b", "b"], "target": ["x", "y", "z"],
         "weight": [1.0, 0.75, 0.25]}
    )  # fmt: skip
    carried = carry_flows(flows, read_correspondence(halves))
    found = {(r.seller, r.buyer): r.value for r in carried.itertuples()}
    assert found == {
        ("x", "y"): 6.0, ("x", "z"): 2.0,
        ("y", "y"): 2.25, ("y", "z"): 0.75, ("z", "y"): 0.75, ("z", "z"): 0.25,
    }  # fmt: skip


def test_fp7_counts(data_dir: Path) -> None:
    folder = data_dir / "fp7_research_network"
    table = READERS["cordis_fp7"](folder, located_only=True)
    assert table["region"].nunique() == 352
    assert len(table) == pytest.approx(17850 * 0.956, rel=0.001)
    whole = READERS["cordis_fp7"](folder)
    assert len(whole) == 135667
    assert whole["region"].notna().sum() == len(table)
    today = READERS["cordis_fp7"](folder, territory=2022, located_only=True)
    assert len(today) == len(table)
    assert "16056" not in set(today["region"])
    fewer = READERS["cordis_fp7"](folder, seat_booked="drop")
    munich = table["region"].eq("09162").sum()
    assert fewer["region"].eq("09162").sum() < 0.5 * munich


def test_h2020_has_kinds_years_money_and_parts(data_dir: Path) -> None:
    folder = data_dir / "h2020_research_network"
    table = READERS["cordis_h2020"](folder)
    assert len(table) == 144726
    assert table["organisation_kind"].notna().mean() > 0.99
    assert table["year"].dropna().between(2014, 2022).all()
    assert table["field"].notna().mean() > 0.99
    money = READERS["cordis_h2020"](folder, weight="money", years=[2019])
    assert money["year"].eq(2019).all()
    assert not money["weight"].lt(0).any()
    assert 0 < money.attrs["unknown_weights"] == money["weight"].isna().sum()
    same = READERS["cordis_h2020"](folder, years=[2019])
    assert len(same) == len(money)
    with pytest.raises(SourceError, match="No project starts"):
        READERS["cordis_h2020"](folder, years=[1999])


def test_money_that_is_not_said_stays_unknown(tmp_path: Path) -> None:
    pd.DataFrame({
        "rcn": ["1", "1", "1", "2"],
        "pic": ["a", "b", "b", "a"],
        "activity_type": ["HES", "PRC", "PRC", "HES"],
        "country": "DE",
        "contribution_eur": [100.0, 50.0, None, 0.0],
    }).to_csv(tmp_path / "participations.csv", index=False)
    pd.DataFrame({
        "pic": ["a", "b"], "name": ["FRAUNHOFER GESELLSCHAFT", "BASF SE"],
        "kreis_ags": ["09162", "07314"], "nuts3_2016": ["DE212", "DEB34"],
    }).to_csv(tmp_path / "organisations.csv", index=False)  # fmt: skip
    pd.DataFrame({
        "rcn": ["1", "2"], "start_date": "2015-01-01", "programme_part": "x",
    }).to_csv(tmp_path / "projects.csv", index=False)  # fmt: skip
    money = READERS["cordis_h2020"](tmp_path, weight="money")
    found = money.set_index(["project", "organisation"])["weight"]
    assert found[("1", "a")] == 100.0
    assert np.isnan(found[("1", "b")])  # two rows, one of them not said
    assert found[("2", "a")] == 0.0
    assert money.attrs["unknown_weights"] == 1
    counted = READERS["cordis_h2020"](tmp_path)
    assert counted["weight"].eq(1).all()
    elsewhere = READERS["cordis_h2020"](tmp_path, seat_booked="drop")
    assert set(elsewhere["organisation"]) == {"b"}


def test_skill_links_stand_once_and_leave_themselves_out(data_dir: Path) -> None:
    folder = data_dir / "uk_skill_relatedness"
    links = READERS["skill_links"](folder / "connections_2009_2018.csv")
    assert links["value"].between(0, 1).all()
    assert (links["source"] < links["target"]).all()
    assert pd.concat([links["source"], links["target"]]).nunique() == 369
    everything = READERS["skill_links"](
        folder / "connections_2009_2018.csv", keep="all", classification="nace2"
    )
    assert everything["value"].min() < 0
    assert everything["source"].str.contains(".", regex=False).all()
    with pytest.raises(TableError, match="directions of a pair disagree"):
        READERS["skill_links"](folder / "flows_2009_2018.csv")
    with pytest.raises(SourceError, match="are missing"):
        READERS["skill_links"](data_dir / "uk_bres_nuts2" / "nuts2_names.csv")


def test_symmetric_tables_lose_their_margins(data_dir: Path, tmp_path: Path) -> None:
    folder = data_dir / "iotables_examples"
    small = READERS["siot"](folder / "netherlands_2000_siot_6x6.csv")
    assert small["seller"].nunique() == 6
    assert (
        small.set_index(["seller", "buyer"])["value"].to_dict()[
            ("mining_group", "manufacturing_group")
        ]
        == 2013
    )
    fine = READERS["siot"](folder / "hungary_2020_siot_cpa64.csv")
    assert fine["seller"].nunique() <= 65
    assert not set(fine["seller"]) & {"TOTAL", "P1", "D1", "IMP"}
    groups = READERS["siot"](
        folder / "hungary_2020_siot_cpa64.csv", industries=WZ_GROUPS
    )
    rents = fine[["seller", "buyer"]].eq("L68A").any(axis=1)
    assert groups["value"].sum() == pytest.approx(fine.loc[~rents, "value"].sum())
    bad = tmp_path / "bad.csv"
    bad.write_text("code,A,B,TOTAL\nA,1,x,1\nB,2,3,5\n")
    with pytest.raises(SourceError, match=r"1 flows are no numbers .*row A, column B"):
        READERS["siot"](bad)
    bad.write_text("code,A,B\nC,1,2\n")
    with pytest.raises(SourceError, match="share 0 codes"):
        READERS["siot"](bad)
