"""Symmetric input-output tables."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.sources.international.groups import WZ_GROUPS

from clusterid import (
    SourceError,
)
from clusterid.sources import READERS


def test_text_in_the_wrong_encoding(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes("code,A,B\nä,1,2\n".encode("latin-1"))
    with pytest.raises(SourceError, match="not utf-8 at byte"):
        READERS["siot"](path)


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
