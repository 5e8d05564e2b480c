"""With jobs alone a cell must stand without the largest plant that sizes allow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from clusterid.clusters import test_groups as group_cells
from clusterid.clusters._largest_plant import largest_possible_plants
from clusterid.tables import Economy

REGIONS = [f"R{i:02d}" for i in range(30)]


def jobs_alone(herfindahl=None, largest=None):
    """Return 30 regions; oil and its services: 13,000 of 14,765 jobs in R07."""
    rng = np.random.default_rng(4)
    table = pd.DataFrame(
        {
            "oil": np.full(30, 61.0),
            "pipes": rng.integers(300, 500, 30).astype(float),
            "rest": rng.integers(200_000, 400_000, 30).astype(float),
        },
        index=pd.Index(REGIONS, name="region"),
    ).rename_axis("industry", axis=1)
    table.loc["R07", "oil"] = 13_000.0
    return Economy(employment=table, plant_herfindahl=herfindahl, largest_plant=largest)


def bounds(upper):
    """Return an interval of the plant Herfindahl of oil; that of pipes is unknown."""
    return pd.DataFrame(
        {"lower": [min(0.04, upper), np.nan], "upper": [upper, np.nan]},
        index=["oil", "pipes"],
    )


def cell(economy, industries=("oil", "pipes"), **options):
    groups = pd.DataFrame({"group": 1.0}, index=list(industries))
    found = group_cells(economy, groups, local_statistics=False, **options)
    return found.set_index("region").loc["R07"]


def test_unknown_sizes_leave_it_open_and_small_plants_decide_it():
    open_question = cell(jobs_alone())
    assert open_question["reason"] == "one_industry"
    assert open_question["p_value"] > 0.05
    # root of 0.15 of 14,769 jobs: no plant above 5,720, so 7,280 jobs are left
    decided = cell(jobs_alone(bounds(0.15)))
    assert decided["reason"] == "employment_only"
    assert decided["is_seed"]
    # root of 0.9: one plant of 14,010 jobs could be the whole cell
    large = cell(jobs_alone(bounds(0.9)))
    assert large["reason"] == "one_industry"
    assert not large["is_seed"]


def test_the_bound_is_the_root_of_the_herfindahl_or_the_known_plant():
    economy = jobs_alone(bounds(0.25))
    most = largest_possible_plants(economy, economy.employment)
    total = economy.employment["oil"].sum()
    assert most["oil"].to_numpy() == pytest.approx(0.5 * total, rel=1e-9)
    assert np.isinf(most["pipes"]).all()
    known = economy.employment * np.nan
    known.loc["R07", "oil"] = 900.0
    most = largest_possible_plants(
        replace(economy, largest_plant=known), economy.employment
    )
    assert most.loc["R07", "oil"] == 900.0
    assert most.loc["R08", "oil"] == pytest.approx(0.5 * total, rel=1e-9)


def test_a_single_industry_is_checked_only_where_asked():
    assert cell(jobs_alone(), ["oil"])["is_seed"]
    asked = cell(jobs_alone(), ["oil"], check_single=True)
    assert asked["reason"] == "one_industry"
    assert not asked["is_seed"]
    assert cell(jobs_alone(bounds(0.15)), ["oil"], check_single=True)["is_seed"]
