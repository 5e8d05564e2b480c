"""Participations in projects of the European framework programmes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clusterid import (
    SourceError,
)
from clusterid.sources import READERS


def test_files_that_do_not_belong_together(tmp_path: Path) -> None:
    path = tmp_path / "participations.parquet"
    pd.DataFrame({"project_rcn": [1], "org_idx": [2]}).to_parquet(path)
    with pytest.raises(SourceError, match=r"columns .*name.* is needed"):
        READERS["cordis_fp7"](tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="no table in this folder"):
        READERS["cordis_fp7"](tmp_path / "empty")
    with pytest.raises(SourceError, match="No file is named"):
        READERS["cordis_fp7"]([])


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
