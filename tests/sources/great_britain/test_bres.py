"""Great Britain: levels and size bands."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from tests.sources.small_tables import BRES

from clusterid import OptionError, SourceError
from clusterid.sources import READERS
from clusterid.sources.great_britain._bres import enterprise_herfindahl

BANDS = pd.DataFrame({
    "year": [2020],
    "sic5": ["62012"],
    "sizeband": ["0 to 4"],
    "enterprises": [5],
})


def test_size_bands_that_are_not_known(tmp_path: Path) -> None:
    jobs, bands = tmp_path / "jobs.parquet", tmp_path / "bands.parquet"
    BRES.to_parquet(jobs)
    BANDS.assign(sizeband="1 to 9").to_parquet(bands)
    with pytest.raises(SourceError, match="size bands 1 to 9 are not known"):
        READERS["bres"](jobs, size_bands=bands)


def test_one_large_unit_takes_the_rest() -> None:
    counts = pd.DataFrame({"0 to 4": [10], "1000+": [2]}, index=["A"])
    found = enterprise_herfindahl(counts, pd.Series({"A": 5000.0})).loc["A"]
    assert found["upper"] == pytest.approx((4000**2 + 1000**2) / 5000**2, abs=1e-9)
    equal = (2 * 2480**2 + 10 * 4**2) / 5000**2
    assert found["lower"] == pytest.approx(equal, abs=1e-9)


def test_counts_and_levels(data_dir: Path) -> None:
    folder = data_dir / "uk_bres_nuts2"
    path = folder / "bres_employment_sic5_2015_2021.parquet"
    fine = READERS["bres"](path, level=5, years=[2015, 2021])
    assert fine.economy(2021).employment.shape == (40, 729)
    assert int(fine.table["employment"].isna().sum()) == 5
    classes = READERS["bres"](path, years=[2015, 2021])
    assert classes.economy(2021).employment.shape == (40, 616)
    assert classes.economy(2021).margins.total == fine.economy(2021).margins.total
    hole = classes.economy(2015).employment
    assert int(hole.isna().to_numpy().sum()) == 5, "a hole stays a hole in the sum"
    divisions = READERS["bres"](path, level=2, years=[2021]).economy()
    published = READERS["bres"](
        folder / "bres_employment_sic2_2015_2021.csv.gz", level=2, years=[2021]
    ).economy()
    ratio = divisions.margins.total / published.margins.total
    assert ratio == pytest.approx(1.0005, abs=0.0005)
    with pytest.raises(OptionError, match="two digits only"):
        READERS["bres"](folder / "bres_employment_sic2_2015_2021.csv.gz")
    with pytest.raises(SourceError, match="no year 2014"):
        READERS["bres"](path, years=[2014])


def test_bands_fit_about_two_thirds_of_the_industries(data_dir: Path) -> None:
    folder = data_dir / "uk_bres_nuts2"
    sourced = READERS["bres"](
        folder / "bres_employment_sic5_2015_2021.parquet",
        level=5,
        years=[2021],
        size_bands=folder / "gb_enterprises_by_sizeband_sic5_2016_2022.parquet",
        labels=folder / "sic2007_lookup.csv",
    )
    bounds = sourced.plant_herfindahl
    assert bounds is not None
    assert bounds["reason"].eq("").sum() == 515
    fits = bounds[bounds["reason"].eq("")]
    assert (fits["lower"] <= fits["upper"] + 1e-12).all()
    assert bounds.loc[bounds["reason"].ne(""), ["lower", "upper"]].isna().all().all()
    economy = sourced.economy()
    assert list(economy.plant_herfindahl.columns) == ["lower", "upper"]
    assert set(economy.metadata.labels) == set(economy.industries)
