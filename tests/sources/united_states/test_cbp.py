"""United States: leaves, withheld cells, vintages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.sources.united_states.paths import CBP, CROSSWALK

from clusterid import ClassificationError, OptionError, SourceError, TableError
from clusterid.sources import (
    FLAG_RANGES,
    READERS,
    SourcedEmployment,
    naics_vintage,
)
from clusterid.sources.united_states._cbp import complete_codes, naics_leaves
from clusterid.tables import TOTAL


def small(rows: list[tuple[str, str, int, float | None, str | None]]) -> pd.DataFrame:
    columns = ["state_fips", "naics", "establishments", "emp", "empflag"]
    return pd.DataFrame(rows, columns=columns).assign(year=2011)


def test_small_table_by_hand(tmp_path: Path) -> None:
    rows = [
        ("01", "TOTAL", 9, 100.0, None),
        ("01", "31", 9, 100.0, None),
        ("01", "311", 5, None, "B"),
        ("01", "3111", 5, None, "B"),
        ("01", "311111", 2, 30.0, None),
        ("01", "311119", 2, None, "A"),
        ("01", "321", 4, None, "B"),
        ("02", "TOTAL", 1, None, "A"),
        ("02", "31", 1, None, "A"),
        ("02", "321", 1, None, "A"),
    ]
    path = tmp_path / "cbp.parquet"
    small(rows).to_parquet(path)
    sourced = READERS["cbp"](path)
    economy = sourced.economy()
    assert list(economy.industries) == ["311111", "311119", "321"]
    jobs = economy.employment
    assert jobs.loc["01", "311111"] == 30
    assert np.isnan(jobs.loc["01", "311119"]), "withheld, though 0 stands in the file"
    assert jobs.loc["02", "311111"] == 0, "no row is no establishment"
    assert economy.upper is not None
    assert economy.upper.loc["01", "311119"] == 19
    assert economy.establishments is not None
    assert economy.establishments.loc["01", "311119"] == 2
    parents = sourced.hierarchies["industry"]
    assert parents["311"] == "31-33", "a sector that spans several codes"
    assert parents["321"] == "31-33"
    assert parents["3111 (not listed)"] == "3111", "4 of 5 establishments are listed"
    totals = economy.totals
    assert totals is not None
    mine = totals.set_index(["region", "industry"])
    assert np.isnan(mine.loc[("01", "311"), "value"])
    assert mine.loc[("01", "311"), ["lower", "upper"]].tolist() == [20, 99]
    assert mine.loc[("01", TOTAL), "value"] == 100


def test_unknown_flags_and_impossible_sums_are_told(tmp_path: Path) -> None:
    path = tmp_path / "cbp.parquet"
    small([("01", "TOTAL", 1, 1.0, "Z")]).to_parquet(path)
    with pytest.raises(TableError, match="flags are not known: Z"):
        READERS["cbp"](path)
    rows = [("01", "TOTAL", 1, 5.0, None), ("01", "11", 2, 5.0, None)]
    small(rows).to_parquet(path)
    with pytest.raises(TableError, match="parts have more establishments"):
        READERS["cbp"](path)
    with pytest.raises(SourceError, match="no year 2005"):
        READERS["cbp"](path, years=[2005])


def test_leaves_and_completion() -> None:
    codes = ["61", "611", "6111", "6112", "62", TOTAL]
    assert naics_leaves(codes) == ["6111", "6112", "62"]
    assert complete_codes(["6111"]) == {"6111": "611110"}


def test_leaves_reach_almost_every_establishment(cbp: SourcedEmployment) -> None:
    economy = cbp.economy(2011)
    assert economy.employment.shape == (51, 1078)
    assert economy.establishments is not None
    assert economy.establishments.to_numpy().sum() == 7_333_892
    totals = economy.totals
    assert totals is not None
    nation = totals[totals["industry"].eq(TOTAL)]
    assert nation["value"].sum() == 113_425_965
    leaves = cbp.table
    assert leaves["employment"].isna().mean() == pytest.approx(0.366, abs=0.001)
    known = set(FLAG_RANGES)
    assert set(leaves.loc[leaves["employment"].isna(), "flag"]) <= known


def test_completed_codes_are_those_of_the_official_list(
    cbp: SourcedEmployment, data_dir: Path
) -> None:
    crosswalk = pd.read_csv(data_dir / CROSSWALK, dtype=str, keep_default_na=False)
    codes = crosswalk["NAICS_2007_Code"]
    official = set(codes[codes.str.len().eq(6)])
    mine = set(cbp.economy().industries)
    assert mine - official == {"99"}


def test_parents_contain_the_sum_of_their_parts(cbp: SourcedEmployment) -> None:
    """Ranges of leaves, added up, meet the range of every code above, by state."""
    economy = cbp.economy(2011)
    assert economy.lower is not None
    assert economy.upper is not None
    parents = cbp.hierarchies["industry"]
    above: dict[str, set[str]] = {}
    for leaf in economy.industries:
        node = str(leaf)
        while node != TOTAL:
            node = str(parents[node])
            above.setdefault(node, set()).add(str(leaf))
    listed = {str(p).removesuffix(" (not listed)") for p in parents.index}
    open_ended = {
        str(parents[p]) for p in parents.index if str(p).endswith("(not listed)")
    }
    assert listed
    totals = economy.totals
    assert totals is not None
    upper_of = economy.upper.fillna(np.inf)
    checked = 0
    for node, leaves in above.items():
        mine = totals[totals["industry"].eq(node)].set_index("region")
        columns = sorted(leaves)
        low = economy.lower[columns].sum(axis=1)[mine.index]
        high = upper_of[columns].sum(axis=1)[mine.index]
        assert (low <= mine["upper"].fillna(np.inf)).all(), node
        if not any(inner in open_ended and above[inner] <= leaves for inner in above):
            assert (high >= mine["lower"]).all(), node
        checked += len(mine)
    assert checked > 20_000


def test_series_across_vintages_is_refused(data_dir: Path) -> None:
    sourced = READERS["cbp"](data_dir / CBP, years=[2007, 2008])
    with pytest.raises(ClassificationError, match="2007 is in naics2002, 2008"):
        sourced.economies()
    assert naics_vintage(2003) == "naics2002"
    with pytest.raises(OptionError, match="not in NAICS"):
        naics_vintage(1990)


def test_hidden_cells_are_found_again(cbp: SourcedEmployment) -> None:
    """Hide a third of the known cells behind their flag; bounds and point must hold."""
    from dataclasses import replace

    from clusterid.concentration import fill_withheld, withheld_bounds

    economy = cbp.economy(2011)
    assert economy.lower is not None
    assert economy.upper is not None
    values = economy.employment.to_numpy()
    rng = np.random.default_rng(0)
    hidden = np.isfinite(values) & (values > 0) & (rng.random(values.shape) < 1 / 3)
    edges = np.array([low for low, _ in FLAG_RANGES.values()])
    tops = np.array([
        np.nan if high is None else high for _, high in FLAG_RANGES.values()
    ])
    flag = np.searchsorted(edges, np.nan_to_num(values), side="right") - 1
    low = np.where(hidden, edges[flag], economy.lower.to_numpy())
    high = np.where(hidden, tops[flag], economy.upper.to_numpy())

    def like(array: np.ndarray) -> pd.DataFrame:
        return pd.DataFrame(array, economy.employment.index, economy.employment.columns)

    guarded = replace(
        economy,
        employment=like(np.where(hidden, np.nan, values)),
        lower=like(low),
        upper=like(high),
    )
    bounds = withheld_bounds(guarded)
    truth = values[hidden]
    assert hidden.sum() > 9_000
    assert (bounds.lower.to_numpy()[hidden] <= truth + 1e-6).all()
    assert (bounds.upper.to_numpy()[hidden] >= truth - 1e-6).all()
    point = fill_withheld(guarded, draws=1, seed=0).point.employment.to_numpy()
    middle = (low + np.where(np.isnan(high), low, high)) / 2
    error = np.abs(point[hidden] - truth).sum()
    assert error < 0.25 * np.abs(middle[hidden] - truth).sum()
