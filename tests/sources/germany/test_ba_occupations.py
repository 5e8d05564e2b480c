"""Occupations of the Federal Employment Agency: known places, one territory."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from clusterid import ClassificationError, OptionError, SourceError
from clusterid.sources import READERS


def test_occupations_of_well_known_places(data_dir: Path) -> None:
    path = data_dir / "de_ba_occupations_kreise" / "svb_kldb3_2013_2025.parquet"
    sourced = READERS["ba_occupations"](path, years=[2025], territory=2022)
    economy = sourced.economy()
    assert economy.employment.shape == (400, 140)
    assert economy.metadata.kind == "occupation"
    assert not any(code.startswith("01") for code in economy.industries)
    jobs = economy.employment
    quotient = jobs.div(jobs.sum(axis=1), axis=0) / (jobs.sum() / jobs.sum().sum())
    assert quotient.loc["03103", "252"] > 10, "vehicles in Wolfsburg"
    assert quotient.loc["09171", "413"] > 10, "chemistry in Altötting"
    assert quotient.loc["09463", "721"] > 5, "insurance in Coburg"
    assert economy.lower is not None
    assert economy.lower[economy.withheld].min().min() == 1
    assert any("without an occupation code" in note for note in sourced.notes)


def test_bridge_and_territory_agree(data_dir: Path) -> None:
    folder = data_dir / "de_ba_occupations_kreise"
    path = folder / "svb_kldb3_2013_2025.parquet"
    one = READERS["ba_occupations"](path, years=[2020], territory=2022)
    bridge = folder / "ags_bridge_common400.csv"
    two = READERS["ba_occupations"](path, years=[2020], bridge=bridge)
    pd.testing.assert_frame_equal(one.table, two.table)
    with pytest.raises(ClassificationError, match="was divided"):
        READERS["ba_occupations"](path, years=[2020], territory=2020)
    with pytest.raises(OptionError, match="no range"):
        READERS["ba_occupations"](path, years=[2020], withheld_range=(5, 2))
    with pytest.raises(SourceError, match="no year 1999"):
        READERS["ba_occupations"](path, years=[1999])
