"""American areas and European regions, from tables with totals to map and report."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from clusterid._disk._embedded import embedded_path
from clusterid.study import Result, read_study

pytestmark = pytest.mark.slow

LARGEST_MAP = 5_000_000


@pytest.fixture(scope="module")
def metros(data_dir: Path) -> Result:
    return read_study(embedded_path("studies", "us_metros.toml")).run()


@pytest.fixture(scope="module")
def europe(data_dir: Path) -> Result:
    return read_study(embedded_path("studies", "europe.toml")).run()


def _rank(result: Result, region: str, industry: str) -> float:
    table = result.concentration
    column = table[table["industry"].eq(industry)].set_index("region")["lq_jobs"]
    return float(column.rank(ascending=False)[region])


def test_europe_has_a_map_and_every_quotient_that_totals_allow(
    europe: Result, tmp_path: Path
) -> None:
    folder = europe.save(tmp_path / "out")
    assert (folder / "map.html").stat().st_size < LARGEST_MAP
    assert europe.economy.employment.shape == (283, 68)
    table = europe.concentration
    hidden = table["reason"].eq("withheld")
    assert 0.11 < hidden.mean() < 0.14
    known = table[~hidden]
    assert known["lq_jobs"].notna().sum() > 16_000
    lacking = known[known["lq_jobs"].isna()]
    # half and more of what they are held against is an estimate
    assert (lacking["share_imputed"] > 0.5).all()
    bounded = table[hidden]
    assert (bounded["lq_jobs_upper"] >= bounded["lq_jobs_lower"]).all()


@pytest.mark.parametrize(
    ("region", "industry", "least"),
    [
        ("PT11", "C15", 3),  # Norte: shoes
        ("NO04", "B09", 3),  # Stavanger: oil services
        ("FR62", "C30", 1),  # Toulouse: aerospace
        ("ITI3", "C15", 1),  # Marche: shoes
    ],
)
def test_what_everybody_knows_of_europe_stands_out(
    europe: Result, region: str, industry: str, least: int
) -> None:
    assert _rank(europe, region, industry) <= least


def test_sums_are_never_added_up_beside_their_parts(europe: Result) -> None:
    codes = [str(code) for code in europe.economy.industries]
    assert all(len(code) == 3 for code in codes)
    assert all(len(str(code)) == 4 for code in europe.economy.regions)
    assert "FRZZ" not in europe.economy.regions


def test_metros_have_a_map_and_every_quotient_that_totals_allow(
    metros: Result, tmp_path: Path
) -> None:
    folder = metros.save(tmp_path / "out")
    assert (folder / "map.html").stat().st_size < LARGEST_MAP
    assert metros.economy.employment.shape[0] == 933
    table = metros.concentration
    hidden = table["reason"].eq("withheld")
    assert 0.60 < hidden.mean() < 0.72
    known = table[~hidden]
    assert known["lq_jobs"].notna().sum() > 240_000
    assert (known.loc[known["lq_jobs"].isna(), "share_imputed"] > 0.5).all()


@pytest.mark.parametrize(
    ("region", "industry"),
    [("19140", "314110"), ("21140", "336214")],  # Dalton: carpets; Elkhart: trailers
)
def test_what_everybody_knows_of_american_areas_stands_out(
    metros: Result, region: str, industry: str
) -> None:
    assert _rank(metros, region, industry) <= 3


def test_an_absent_cell_is_missing_unless_its_sum_leaves_nothing(
    metros: Result,
) -> None:
    jobs = pd.DataFrame(metros.economy.employment)
    plants = metros.economy.establishments
    assert plants is not None
    none = plants.eq(0).to_numpy()
    assert none.any()
    assert (jobs.to_numpy()[none] == 0).all()
    assert plants.where(plants.gt(0)).min().min() >= 3


def test_counties_are_put_together_to_named_areas(metros: Result) -> None:
    assert metros.regions.loc["19140", "name"] == "Dalton, GA"
    assert metros.regions.geometry.is_valid.all()
