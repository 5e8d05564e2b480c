"""United States: leaves, withheld cells, vintages, use and make, declared clusters."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clusterid import ClassificationError, OptionError, SourceError, TableError
from clusterid.classifications import read_correspondence
from clusterid.sources import (
    FLAG_RANGES,
    READERS,
    SourcedEmployment,
    describe_declared,
    naics_vintage,
)
from clusterid.sources._bea import industry_by_industry, naics_carrier
from clusterid.sources._carry import without_small
from clusterid.sources._cbp import complete_codes, naics_leaves
from clusterid.tables import TOTAL

CBP = "us_cbp_states/cbp_state_naics_2000_2011.parquet"
CROSSWALK = "bea_io_detail_us/crosswalk_bea_naics_2007_2012_2017.csv"


@pytest.fixture(scope="module")
def cbp() -> SourcedEmployment:
    import os

    folder = os.environ.get("CLUSTERID_DATA")
    if not folder:
        pytest.skip("CLUSTERID_DATA is not set: real data are not here")
    sourced: SourcedEmployment = READERS["cbp"](Path(folder) / CBP)
    return sourced


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


def test_industry_by_industry_by_hand() -> None:
    use = pd.DataFrame([[10.0, 20.0], [5.0, 5.0]], index=["c", "d"], columns=["p", "q"])
    make = pd.DataFrame(
        [[30.0, 10.0], [0.0, 40.0]], index=["p", "q"], columns=["c", "d"]
    )
    z = industry_by_industry(use, make)
    # p makes all of c and a fifth of d; q makes four fifths of d
    expected = [[10 + 1, 20 + 1], [4, 4]]
    np.testing.assert_allclose(z.to_numpy(), expected, atol=1e-9)


def test_use_of_made_commodities_is_kept(data_dir: Path) -> None:
    flows = READERS["bea"](data_dir / "bea_io_detail_us")
    assert flows["value"].min() > 0
    assert flows["seller"].nunique() <= 402
    assert flows["value"].sum() == pytest.approx(14_685_758.6, rel=1e-6)


def test_flows_on_leaves_keep_their_sum_and_say_what_moved(
    cbp: SourcedEmployment, data_dir: Path
) -> None:
    folder = data_dir / "bea_io_detail_us"
    everything = READERS["bea"](folder, employment=data_dir / CBP)
    counted = set(cbp.economy().industries)
    assert set(everything["seller"]) <= counted
    steps = everything.attrs["steps"]
    assert steps["naics2007 to naics2012"]["share_moved"] == pytest.approx(
        0.0988, abs=0.0005
    )
    assert steps["naics2012 to naics2017"]["share_split"] < 0.02
    fewer = READERS["bea"](folder, employment=data_dir / CBP, minimum_share=0.001)
    assert len(fewer) < 0.25 * len(everything)
    assert fewer["value"].sum() > 0.95 * everything["value"].sum()
    with pytest.raises(OptionError, match="no share"):
        without_small(fewer, 2)


def test_carrier_divides_by_employment(data_dir: Path) -> None:
    crosswalk = pd.read_csv(data_dir / CROSSWALK, dtype=str, keep_default_na=False)
    jobs = pd.Series({"113110": 30.0, "113210": 10.0, "113310": 5.0})
    carrier = naics_carrier(crosswalk, jobs).correspondence
    mine = carrier.table[carrier.table["source"].eq("113000")]
    weights = dict(zip(mine["target"], mine["weight"], strict=True))
    assert weights == pytest.approx({
        "113110": 30 / 45,
        "113210": 10 / 45,
        "113310": 5 / 45,
    })
    sums = carrier.table.groupby("source")["weight"].sum()
    assert sums.to_numpy() == pytest.approx(1.0, abs=1e-9)


def test_benchmark_definitions_match_585_traded_industries(
    cbp: SourcedEmployment, data_dir: Path
) -> None:
    path = data_dir / "us_cluster_mapping/benchmark_cluster_definitions_naics2012.csv"
    leaves = list(cbp.economy().industries)
    same = READERS["us_benchmark"](path, industries=leaves)
    assert len(same) == 585
    carried = READERS["us_benchmark"](
        path, industries=leaves, crosswalk=data_dir / CROSSWALK
    )
    assert len(carried) > 700
    assert carried["template"].nunique() == 51


def test_what_colorado_declares_beside_its_areas(data_dir: Path) -> None:
    folder = data_dir / "us_cluster_mapping"
    declared = READERS["us_declared"](
        folder / "self_declared_clusters_colorado_naics.csv"
    )
    assert declared["field"].nunique() == 33
    assert declared["weight"].isin([0.5, 1.0]).all()
    table = describe_declared(
        declared,
        folder / "employment_by_cluster_msa_2016.parquet",
        folder / "employment_by_cluster_state_2016.parquet",
    )
    assert set(table["area"]) == {"14500", "22660", "19740", "08"}
    assert table.groupby("field")["share"].sum().to_numpy() == pytest.approx(1.0)
    assert table["emp"].notna().mean() > 0.9
    older = READERS["us_declared"](
        folder / "self_declared_clusters_colorado_naics.csv", vintage="naics2012"
    )
    known = set(
        read_correspondence("naics2012_to_naics2017", basis="equal").table["source"]
    )
    assert set(older["code"]) <= known


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
