"""Great Britain: levels, size bands, input-output table."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from clusterid import OptionError, SourceError
from clusterid.sources import READERS
from clusterid.sources._bres import enterprise_herfindahl
from clusterid.sources._uk_io import product_prefixes


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


@pytest.mark.parametrize(
    ("code", "prefixes"),
    [
        ("01", ("01",)),
        ("06-07", ("06", "07")),
        ("41-43", ("41", "42", "43")),
        ("10-1", ("101",)),
        ("24-1-3", ("241", "242", "243")),
        ("11-07", ("1107",)),
        ("33-16", ("3316",)),
        ("NM_84", ("84",)),
        ("68-2IMP", ()),
    ],
)
def test_products_spell_out_industries(code: str, prefixes: tuple[str, ...]) -> None:
    assert product_prefixes(code) == prefixes


def test_products_partition_the_classes(data_dir: Path) -> None:
    from clusterid.classifications import read_classification

    raw = READERS["uk_io"](
        data_dir / "iotables_examples" / "uk_2010_ixi_analytical_long.parquet"
    )
    classes = read_classification("sic2007").at_level("class")
    products = [p for p in raw["buyer"].unique() if not p.startswith(("NM_", "NPISH_"))]
    homes = pd.Series(0, index=classes)
    for code in products:
        prefixes = product_prefixes(code)
        homes += [int(bool(prefixes) and c.startswith(prefixes)) for c in classes]
    outside = homes.index[homes.eq(0)].str[:2].unique()
    assert set(outside) == {"97", "98", "99"}, "households, foreign bodies: no flows"
    assert homes.max() == 1


def test_flows_carried_to_industries_keep_their_sum(data_dir: Path) -> None:
    path = data_dir / "iotables_examples" / "uk_2010_ixi_analytical_long.parquet"
    jobs = data_dir / "uk_bres_nuts2" / "bres_employment_sic5_2015_2021.parquet"
    raw = READERS["uk_io"](path)
    raw = raw[~raw[["seller", "buyer"]].eq("68-2IMP").any(axis=1)]
    carried = READERS["uk_io"](path, employment=jobs)
    assert carried["value"].sum() == pytest.approx(raw["value"].sum(), rel=1e-9)
    assert carried["seller"].str.len().eq(4).all()
