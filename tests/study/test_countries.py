"""Great Britain and the United States, from the real files to map and report."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from tests.study.named import check_names

from clusterid._disk._embedded import embedded_path
from clusterid.study import Result, read_study

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def britain(data_dir: Path) -> Result:
    return read_study(embedded_path("studies", "great_britain.toml")).run()


@pytest.fixture(scope="module")
def states(data_dir: Path) -> Result:
    return read_study(embedded_path("studies", "united_states.toml")).run()


def test_britain_reaches_the_map(britain: Result, tmp_path: Path) -> None:
    folder = britain.save(tmp_path / "out")
    assert (folder / "map.html").stat().st_size < 2_000_000
    assert britain.economy.employment.shape[0] == 40
    assert britain.templates is not None
    assert len(britain.templates.labels) >= 10


@pytest.mark.parametrize(
    ("region", "industry", "least"),
    [
        ("UKG2", "23.41", 5.0),  # ceramic household articles: Shropshire, Staffordshire
        ("UKM5", "09.10", 20.0),  # support for oil and gas: North Eastern Scotland
        ("UKM6", "11.01", 5.0),  # spirits: Highlands and Islands
    ],
)
def test_what_everybody_knows_of_britain_stands_out(
    britain: Result, region: str, industry: str, least: float
) -> None:
    codes = {code.replace(".", ""): code for code in britain.economy.industries}
    table = britain.concentration.set_index(["region", "industry"])
    quotients = table["lq_jobs"].xs(codes[industry.replace(".", "")], level="industry")
    assert quotients[region] > least
    assert quotients.rank(ascending=False)[region] <= 3


def test_states_reach_the_map_with_withheld_cells_as_intervals(
    states: Result, tmp_path: Path
) -> None:
    folder = states.save(tmp_path / "out")
    assert (folder / "map.html").stat().st_size < 2_000_000
    table = states.concentration
    withheld = table[table["reason"].eq("withheld")]
    share = len(withheld) / len(table)
    assert 0.25 < share < 0.40
    assert withheld["lq_jobs"].isna().all()
    assert (withheld["lq_jobs_upper"] > withheld["lq_jobs_lower"]).all()


def test_estimates_are_told_on_every_american_cluster(states: Result) -> None:
    assert states.candidates is not None
    table = pd.DataFrame(states.candidates.table)
    assert len(table)
    assert table["share_imputed"].between(0, 1).all()
    assert table["share_imputed"].gt(0).any()


def test_british_and_american_clusters_are_named(
    britain: Result, states: Result
) -> None:
    for result in (britain, states):
        check_names(result)
