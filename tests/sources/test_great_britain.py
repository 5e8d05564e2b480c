"""Great Britain: levels, size bands, input-output table."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterid import OptionError, SourceError
from clusterid.sources import READERS
from clusterid.sources._size_bands import ENTERPRISE_BANDS, herfindahl_bounds
from clusterid.sources._uk_io import product_prefixes

BANDS = {"1 to 2": (1.0, 2.0), "3 to 5": (3.0, 5.0)}


@settings(deadline=None)
@given(st.integers(0, 3), st.integers(0, 3), st.integers(1, 20))
def test_bounds_hold_every_allowed_economy(small: int, large: int, total: int) -> None:
    """Against all whole-number plants: least and most squares lie inside."""
    counts = pd.DataFrame({"1 to 2": [small], "3 to 5": [large]}, index=["A"])
    found = herfindahl_bounds(counts, pd.Series({"A": float(total)}), BANDS).loc["A"]
    sizes = [range(1, 3)] * small + [range(3, 6)] * large
    allowed = [
        sum(s * s for s in plants) / total**2
        for plants in product(*sizes)
        if sum(plants) == total
    ]
    if small + large == 0:
        assert found["reason"] == "no_units"
    elif not allowed:
        assert found["reason"] in {"total_below_bands", "total_above_bands"}
    else:
        assert found["lower"] <= min(allowed) + 1e-9
        assert found["upper"] >= max(allowed) - 1e-9
        assert 0 < found["lower"] <= found["upper"] + 1e-9 <= 1 + 2e-9


def test_one_large_unit_takes_the_rest() -> None:
    counts = pd.DataFrame({"0 to 4": [10], "1000+": [2]}, index=["A"])
    found = herfindahl_bounds(counts, pd.Series({"A": 5000.0})).loc["A"]
    assert found["upper"] == pytest.approx((4000**2 + 1000**2) / 5000**2, abs=1e-9)
    equal = (2 * 2480**2 + 10 * 4**2) / 5000**2
    assert found["lower"] == pytest.approx(equal, abs=1e-9)


def test_agrees_with_the_room_of_concentration() -> None:
    from clusterid.concentration import plant_herfindahl_bounds

    rng = np.random.default_rng(3)
    bands = {**ENTERPRISE_BANDS, "0 to 4": (1.0, 4.0)}
    counts = pd.DataFrame(
        rng.integers(0, 30, (40, len(bands))),
        index=[f"i{k:02d}" for k in range(40)],
        columns=list(bands),
    )
    totals = pd.Series(rng.uniform(5e3, 1e5, 40), index=counts.index)
    mine = herfindahl_bounds(counts, totals, bands)
    theirs = plant_herfindahl_bounds(counts, bands, totals)
    assert mine["reason"].eq("").equals(theirs["reason"].eq(""))
    for side in ("lower", "upper"):
        np.testing.assert_allclose(
            mine[side], theirs[side].astype(float), rtol=1e-6, atol=1e-9
        )


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
