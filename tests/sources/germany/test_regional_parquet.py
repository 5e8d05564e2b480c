"""The Regionaldatenbank as Parquet: a table cut short is told."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from clusterid import SourceError
from clusterid.sources import reader


def test_a_table_cut_short_is_told(data_dir: Path, tmp_path: Path) -> None:
    whole = next((data_dir / "de_svb_wz08_kreise").glob("*.parquet"))
    table = pd.read_parquet(whole)
    newest = table[table["year"].eq(table["year"].max())]
    path = tmp_path / "half.parquet"
    south = newest["region"].astype(str).between("08", "10")
    for part, says in (
        (newest[~south], "of the persons of Germany"),
        (newest[newest["region"].ne("DG")], "no row of Germany"),
        (newest[newest["region"].eq("DG")], "no Kreise"),
    ):
        part.to_parquet(path)
        with pytest.raises(SourceError, match=says):
            reader("svb_wz08", "employment")(path)
    pd.concat([newest, newest.iloc[:1]]).to_parquet(path)
    with pytest.raises(SourceError, match="stand more than once"):
        reader("svb_wz08", "employment")(path)
