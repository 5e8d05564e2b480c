"""Tables for spreadsheets run nothing."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from clusterid.study.saving._outputs import write_csv


def test_a_table_for_spreadsheets_runs_nothing_and_keeps_numbers(
    tmp_path: Path,
) -> None:
    hostile = ["=1+1", "+1", "-1", "@x", "\t=1", '=HYPERLINK("x")', "Ulm", "ÄÖ"]
    frame = pd.DataFrame({"name": hostile, "lq": [-1.5, *[1.0] * 7]})
    write_csv(frame, tmp_path / "t.csv")
    back = pd.read_csv(tmp_path / "t.csv", encoding="utf-8-sig")
    assert back["name"].str[0].isin(list("=+-@\t")).sum() == 0
    assert back["name"].tolist()[-2:] == ["Ulm", "ÄÖ"]
    assert back.loc[0, "lq"] == -1.5
