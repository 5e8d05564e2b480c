"""Jobs: what stands there, and what they say without one large plant."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from tests.clusters.simple import table

from clusterid.clusters._largest_plant import (
    largest_plant_share,
    largest_possible_plants,
)
from clusterid.clusters.questions._counted import counted_kinds, table_of
from clusterid.clusters.questions._jobs import (
    jobs_beyond_one_plant,
    most_of_one_plant,
    stands_here,
)

PAIR = pd.DataFrame({"AB": [1.0, 1, 0, 0]}, index=list("ABCZ"))


def asked(extra, weights=PAIR):
    ready = table_of(table(extra))
    return ready, counted_kinds(ready, weights)


def test_so_many_jobs_stand_here_at_the_lower_end():
    _, counted = asked({("R01", "A"): (0, 401.0), ("R02", "A"): (0, 300.0)})
    found = stands_here(counted, 1.5, 700)[:, 0]
    assert found.nonzero()[0].tolist() == [1, 2]
    assert stands_here(counted, 1.5, 701)[:, 0].nonzero()[0].tolist() == [1]
    assert not stands_here(counted, 3.0, 400).any()


def test_one_plant_may_be_all_of_one_industry_unless_sizes_say_less():
    extra = {("R01", "A"): (30, 4000.0), ("R01", "B"): (30, 900.0)}
    ready, counted = asked(extra)
    unknown = largest_possible_plants(ready.economy, ready.employment)
    assert np.isinf(unknown.to_numpy()).all()
    most = most_of_one_plant(ready, counted, unknown)
    # 4,200 of 5,300 jobs; jobs a plant are far from ordinary, so no cap helps
    assert most[1, 0] == 4200
    bound = unknown.copy()
    bound.loc["R01", "A"] = 250.0
    assert most_of_one_plant(ready, counted, bound)[1, 0] == 1100


def test_the_screen_is_the_formula_and_hears_only_many_plants():
    extra = {("R01", code): (30, 3000.0) for code in "AB"}
    _, counted = asked(extra)
    most = np.full(counted.jobs.shape, 500.0)
    p = jobs_beyond_one_plant(counted, most, 1.5, 500)
    n, rest = counted.plants[1, 0], counted.jobs[1, 0] - 500
    s2 = np.log1p(12 / n)
    ratio = rest / counted.expected_jobs[1, 0] / 1.5
    expected = norm.sf((np.log(ratio) + s2 / 2) / np.sqrt(s2))
    assert p[1, 0] == pytest.approx(expected, rel=1e-9)
    assert (np.delete(p[:, 0], 1) == 1).all()
    assert (jobs_beyond_one_plant(counted, most, 1.5, 1e6) == 1).all()
    single = pd.DataFrame({"A": [1.0, 0, 0, 0]}, index=list("ABCZ"))
    few = asked({("R01", "A"): (9, 3e4)}, single)[1]
    assert few.plants[1, 0] == 29
    assert (jobs_beyond_one_plant(few, most * 0, 1.5, 5) == 1).all()


def test_a_known_plant_is_larger_than_the_cap_for_unknown_ones():
    # 60,000 jobs, three times the usual ones of so many plants
    extra = {("R01", "A"): (1980, 59_800.0)}
    one = pd.DataFrame({"A": [1.0, 0, 0, 0]}, index=list("ABCZ"))
    ready, counted = asked(extra, one)
    known = largest_possible_plants(ready.economy, ready.employment)
    assert counted.lq_jobs[1, 0] <= 2 * counted.lq_plants[1, 0]
    assert most_of_one_plant(ready, counted, known)[1, 0] == 20_000
    known.loc["R01", "A"] = 55_000.0
    assert most_of_one_plant(ready, counted, known)[1, 0] == 55_000


def test_a_giant_is_not_heard():
    ready, counted = asked({("R01", "A"): (1, 90_000.0)})
    unknown = largest_possible_plants(ready.economy, ready.employment)
    most = most_of_one_plant(ready, counted, unknown)
    assert (jobs_beyond_one_plant(counted, most, 1.5, 500) == 1).all()


def test_the_bound_is_the_root_of_the_herfindahl_or_the_known_plant():
    from dataclasses import replace

    economy = table()
    total = economy.employment["A"].sum()
    economy = replace(economy, plant_herfindahl=pd.Series({"A": 0.25}))
    most = largest_possible_plants(economy, economy.employment)
    assert most["A"].to_numpy() == pytest.approx(0.5 * total, rel=1e-9)
    assert np.isinf(most["B"]).all()
    known = economy.employment * np.nan
    known.loc["R07", "A"] = 90.0
    most = largest_possible_plants(
        replace(economy, largest_plant=known), economy.employment
    )
    assert most.loc["R07", "A"] == 90.0


def test_the_share_of_the_largest_plant_of_a_cluster():
    jobs = np.array([[300.0, 100.0]])
    unknown = np.full(jobs.shape, np.inf)
    assert np.isnan(largest_plant_share(jobs, None, unknown))
    assert np.isnan(largest_plant_share(jobs * 0, None, unknown))
    assert largest_plant_share(jobs, np.array([[1.0, 0.0]]), unknown) == 0.75
    assert largest_plant_share(jobs, None, np.array([[50.0, 80.0]])) == 0.2
    # of the industry whose sizes are unknown one plant may be the whole cell
    assert largest_plant_share(jobs, None, np.array([[np.inf, 80.0]])) == 0.75
