"""The tidy table of tests: columns, reasons, options, seeds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid.concentration import adjust, location_quotient_test
from clusterid.errors import OptionError, TableError

COLUMNS = (
    "region industry lq lq_shrunk lower upper p_value q_value n_plants stability reason"
)


@pytest.fixture
def simulated():
    rng = np.random.default_rng(0)
    plants = pd.DataFrame({
        "industry": rng.choice(list("ABCD"), 300),
        "region": rng.choice(list("rstuvw"), 300),
        "employment": np.ceil(rng.lognormal(2, 1, 300)),
    })
    plants = pd.concat([
        plants,
        pd.DataFrame({"industry": ["E"], "region": ["r"], "employment": [40.0]}),
    ])
    jobs = plants.groupby(["region", "industry"])["employment"].sum().unstack()
    return jobs.fillna(0.0), plants.reset_index(drop=True)


@pytest.mark.parametrize("method", ["count", "herfindahl", "z", "monte_carlo"])
def test_same_columns_whatever_the_method(simulated, method):
    jobs, plants = simulated
    tested = location_quotient_test(jobs, plants=plants, method=method)
    assert " ".join(tested.columns).startswith(COLUMNS)
    assert len(tested) == jobs.size
    assert (tested["test"] == method).all()
    alone = tested["industry"] == "E"
    assert (tested.loc[alone, "reason"] == "single_plant").all()
    assert tested.loc[alone, ["p_value", "q_value", "lq_shrunk"]].isna().all(axis=None)
    assert tested.loc[~alone, "p_value"].between(0, 1).all()


def test_jobs_alone_give_no_p_value(simulated):
    tested = location_quotient_test(simulated[0])
    assert tested["p_value"].isna().all()
    assert set(tested["reason"]) == {"plants_unknown"}
    assert tested["lq"].notna().all()


def test_throws_depend_on_the_seed_and_on_nothing_else(simulated):
    jobs, plants = simulated
    options = {"method": "monte_carlo", "draws": 199}
    one = location_quotient_test(jobs, plants=plants, seed=7, **options)
    turned = location_quotient_test(
        jobs.iloc[::-1, ::-1],
        plants=plants.sample(frac=1, random_state=1),
        seed=np.random.default_rng(7),
        **options,
    )
    pd.testing.assert_frame_equal(one, turned)
    other = location_quotient_test(jobs, plants=plants, seed=8, **options)
    assert (one["p_value"] != other["p_value"]).any()


def test_inputs_are_left_alone(simulated):
    jobs, plants = simulated
    before = jobs.copy(), plants.copy()
    location_quotient_test(jobs, plants=plants, roughness="estimate")
    pd.testing.assert_frame_equal(jobs, before[0])
    pd.testing.assert_frame_equal(plants, before[1])


@pytest.mark.parametrize("family", ["industry", "region", "study"])
def test_families_are_adjusted_apart(simulated, family):
    jobs, plants = simulated
    tested = location_quotient_test(jobs, plants=plants, family=family)
    if family == "study":
        expected = adjust(tested["p_value"])
    else:
        expected = tested.groupby(family)["p_value"].transform(adjust)
    np.testing.assert_allclose(tested["q_value"], expected, rtol=1e-12)


def test_one_more_median_plant_by_hand():
    jobs = pd.DataFrame({"A": [10.0, 90.0], "B": [90.0, 810.0]}, index=["r", "s"])
    plants = pd.DataFrame({
        "industry": list("AAABB"),
        "region": list("rssrs"),
        "employment": [10.0, 30.0, 60.0, 90.0, 810.0],
    })
    tested = location_quotient_test(jobs, plants=plants)
    after = ((10 + 30) / (100 + 30)) / ((100 + 30) / (1000 + 30))
    assert tested.loc[0, "stability"] == pytest.approx(abs(after - 1.0))


def test_a_method_without_its_input_says_what_it_needs(simulated):
    jobs, _ = simulated
    with pytest.raises(OptionError, match="establishments="):
        location_quotient_test(jobs, method="count")
    with pytest.raises(OptionError, match="plant_herfindahl="):
        location_quotient_test(jobs, method="z")
    with pytest.raises(TableError, match="not in establishments"):
        location_quotient_test(jobs, establishments=jobs.drop(columns="A"))
    wrong = pd.Series({"A": 0.0, "B": 2.0, "C": 0.1, "D": 0.1, "E": 1.0})
    with pytest.raises(TableError, match="outside 0 < lower"):
        location_quotient_test(jobs, plant_herfindahl=wrong)


def test_withheld_jobs_still_have_a_count_test(simulated):
    jobs, plants = simulated
    counts = plants.groupby(["region", "industry"]).size().unstack(fill_value=0)
    hidden = jobs.astype(float).copy()
    hidden.loc["s", "B"] = np.nan
    tested = location_quotient_test(hidden, establishments=counts)
    cell = tested[(tested["region"] == "s") & (tested["industry"] == "B")].iloc[0]
    assert np.isnan(cell["lq"])
    assert cell["reason"] == "withheld"
    assert 0 <= cell["p_value"] <= 1
    assert cell["lq_shrunk"] > 0
