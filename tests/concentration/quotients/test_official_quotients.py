"""Quotients that the Bureau of Labor Statistics publishes itself, computed again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import clusterid as cid
from clusterid.study import concentration_of_table

KEYS = ["state", "industry_code"]
#: The Bureau prints two decimals and counts fractions of jobs; we have whole jobs. Four
#: of 6,356 quotients are beyond .005 by less than .00004: less than half a job.
WITHIN = 0.00504


@pytest.fixture(scope="module")
def published(data_dir: Path) -> pd.DataFrame:
    folder = data_dir / "us_qcew_states_2019_2020"
    table = pd.read_parquet(folder / "qcew_state_naics_2019_2020.parquet")
    return table[table["year"].eq(2019)]


@pytest.fixture(scope="module")
def private(published: pd.DataFrame) -> pd.DataFrame:
    """Private four-digit industries without a withheld state."""
    rows = published[
        published["own_code"].eq("5") & published["agglvl_code"].eq(56)
    ].copy()
    hidden = rows.loc[rows["disclosure_code"].eq("N"), "industry_code"]
    return rows[~rows["industry_code"].isin(hidden)]


@pytest.fixture(scope="module")
def totals(published: pd.DataFrame, private: pd.DataFrame) -> pd.DataFrame:
    """All covered jobs by state, private and government; the nation is their sum."""
    rows = published[published["own_code"].eq("0") & published["agglvl_code"].eq(50)]
    states = pd.DataFrame({
        "region": rows["state"],
        "industry": "TOTAL",
        "value": rows["annual_avg_emplvl"].astype(float),
    })
    sums = private.groupby("industry_code")["annual_avg_emplvl"].sum().astype(float)
    nation = pd.DataFrame({
        "region": "TOTAL",
        "industry": ["TOTAL", *sums.index],
        "value": [states["value"].sum(), *sums],
    })
    return pd.concat([states, nation], ignore_index=True)


def _official(private: pd.DataFrame) -> pd.Series:
    official = private.set_index(KEYS)["lq_annual_avg_emplvl"].astype(float)
    return official[official.notna()]


def test_quotients_are_those_of_the_bureau(
    private: pd.DataFrame, totals: pd.DataFrame
) -> None:
    jobs = private.pivot(
        index="state", columns="industry_code", values="annual_avg_emplvl"
    )
    quotients = cid.location_quotient(jobs.astype(float), totals=totals)
    official = _official(private)
    own = quotients.stack().reindex(official.index)
    assert jobs.shape[1] == 125
    assert len(official) == 6356
    apart = np.abs(own - official)
    assert apart.max() <= WITHIN
    assert (apart > 0.005 + 1e-9).sum() <= 4


@pytest.mark.filterwarnings("ignore:no quotient is tested")
def test_the_command_gives_them_too(
    private: pd.DataFrame, totals: pd.DataFrame, tmp_path: Path
) -> None:
    jobs, sums = tmp_path / "private.csv", tmp_path / "totals.csv"
    rows = private[[*KEYS, "annual_avg_emplvl"]]
    rows.to_csv(jobs, index=False)
    totals.to_csv(sums, index=False)
    names = {"region": "state", "industry": "industry_code"}
    table = concentration_of_table(
        jobs,
        columns=names | {"employment": "annual_avg_emplvl"},
        year=None,
        seed=0,
        totals=sums,
    )
    own = table.set_index(["region", "industry"])["lq_jobs"]
    official = _official(private)
    assert np.abs(own.reindex(official.index) - official).max() <= WITHIN
