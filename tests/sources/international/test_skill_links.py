"""Skill links stand once."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from clusterid import SourceError, TableError
from clusterid.sources import READERS


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
