"""The tidy table of tests: columns, reasons, options, seeds, false alarms."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from clusterid.concentration import adjust, location_quotient_test
from clusterid.errors import OptionError, TableError

COLUMNS = (
    "region industry lq_jobs lq_jobs_smoothed lq_jobs_lower lq_jobs_upper lq_plants "
    "lq_plants_smoothed lq_plants_lower lq_plants_upper p_value q_value null n_plants "
    "stability reason"
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
    assert tested.loc[alone, ["p_value", "q_value", "lq_plants"]].isna().all(axis=None)
    assert tested.loc[~alone, "p_value"].between(0, 1).all()


@pytest.mark.filterwarnings("ignore:nothing is known of plants")
def test_jobs_alone_give_no_p_value(simulated):
    tested = location_quotient_test(simulated[0])
    assert tested["p_value"].isna().all()
    assert set(tested["reason"]) == {"plants_unknown"}
    assert tested["lq_jobs"].notna().all()


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
    assert np.isnan(cell["lq_jobs"])
    assert cell["reason"] == "withheld"
    assert 0 <= cell["p_value"] <= 1
    assert cell["lq_plants_smoothed"] > 0


@pytest.mark.filterwarnings("ignore:nothing is known of plants")
def test_every_test_names_its_null(simulated):
    jobs, plants = simulated

    def nulls(**options):
        tested = location_quotient_test(jobs, **options)
        assert (tested["p_value"].isna() == tested["null"].eq("none")).all()
        return set(tested["null"]) - {"none"}

    assert nulls() == set()
    assert nulls(plants=plants) == {"dartboard"}
    assert nulls(plants=plants, tau=1.5) == {"bar"}
    assert nulls(plants=plants, roughness=0.2) == {"roughness"}
    assert nulls(plants=plants, roughness=0.2, tau=1.5) == {"rough_bar"}
    mixed = pd.Series({"A": 0.2, "B": 0.0, "C": 0.2, "D": 0.0, "E": 0.2})
    tested = location_quotient_test(jobs, plants=plants, roughness=mixed)
    of_industry = tested.groupby("industry")["null"].agg(set)
    assert of_industry["A"] == {"roughness"}
    assert of_industry["B"] == {"dartboard"}


def test_an_interval_of_the_herfindahl_gives_an_interval_of_p():
    jobs = pd.DataFrame({"A": [60.0, 40.0], "B": [300.0, 600.0]}, index=list("rs"))
    interval = pd.DataFrame({"lower": [0.05, 0.01], "upper": [0.2, 0.02]}, list("AB"))
    tested = location_quotient_test(jobs, plant_herfindahl=interval)
    points = [
        location_quotient_test(jobs, plant_herfindahl=interval[c])["p_value"]
        for c in ("lower", "upper")
    ]
    pd.testing.assert_series_equal(
        tested["p_lower"], np.minimum(*points), check_names=False
    )
    pd.testing.assert_series_equal(
        tested["p_value"], np.maximum(*points), check_names=False
    )
    assert (tested["p_lower"] < tested["p_upper"]).all()


LEVEL = 0.05


def thrown(n_plants, n_industries, shares, seed):
    """Return simulated plants (log-normal sizes) thrown at random, and their tables."""
    rng = np.random.default_rng(seed)
    codes = np.array([f"r{k:04}" for k in range(len(shares))])
    n = n_plants * n_industries
    plants = pd.DataFrame({
        "industry": np.repeat([f"i{k:03}" for k in range(n_industries)], n_plants),
        "region": codes[rng.choice(len(shares), n, p=shares)],
        "employment": np.ceil(rng.lognormal(2.5, 1.3, n)),
    })
    jobs = plants.groupby(["region", "industry"])["employment"].sum().unstack()
    return plants, jobs.reindex(codes).fillna(0.0), pd.Series(shares, codes)


def rejections(n_plants, n_industries, shares, seed=0, draws=999):
    """Return the share of cells that each one-sided 5 % test rejects under chance."""
    plants, jobs, x = thrown(n_plants, n_industries, shares, seed)
    tests = {
        "count": {"method": "count"},
        "count_mid": {"method": "count", "ties": "mid"},
        "herfindahl": {"method": "herfindahl"},
        "z": {"method": "z"},
        "monte_carlo": {"method": "monte_carlo", "draws": draws},
    }
    found = {}
    for name, options in tests.items():
        p = location_quotient_test(
            jobs, plants=plants, shares=x, correction="none", **options
        )["p_value"]
        found[name] = float((p <= LEVEL).mean())
    sums = jobs.sum().to_numpy()
    naive = stats.binom.sf(jobs.to_numpy() - 1, sums, x.to_numpy()[:, None])
    lq = jobs.to_numpy() / sums / x.to_numpy()[:, None]
    found["jobs_binomial"] = float((naive <= LEVEL).mean())
    found["lq_at_least_1.25"] = float((lq >= 1.25).mean())
    found["lq_at_least_2"] = float((lq >= 2.0).mean())
    return found


def uneven(n_regions=400, seed=12):
    x = np.random.default_rng(seed).lognormal(0.0, 0.8, n_regions)
    return x / x.sum()


@pytest.mark.parametrize("n_plants", [20, 200])
def test_plant_tests_hold_their_level_and_the_test_of_jobs_does_not(n_plants):
    found = rejections(n_plants, 40, uneven())
    assert found["count"] <= 0.05
    assert found["monte_carlo"] <= 0.06
    assert found["herfindahl"] <= 0.06
    if n_plants == 200:
        assert found["jobs_binomial"] > 0.12


def test_level_where_200_plants_give_5_expected():
    found = rejections(200, 250, np.full(40, 0.025), seed=3)
    assert 0.04 <= found["monte_carlo"] <= 0.06
    assert found["herfindahl"] <= 0.06
    assert found["z"] > 0.06  # sums of skewed sizes are skewed; the normal tail is not
    # the exact count cannot hit 5 %: P(n >= 9) = 6.7 %, P(n >= 10) = 3.0 %
    exact = stats.binom.sf(9, 200, 0.025)
    assert found["count"] == pytest.approx(exact, abs=0.006)
    assert found["jobs_binomial"] > 0.2


@pytest.mark.slow
@pytest.mark.parametrize("n_plants", [20, 200, 1000, 5000])
def test_table_of_false_alarms(n_plants):
    found = rejections(n_plants, 60, uneven())
    print(n_plants, {k: f"{v:.1%}" for k, v in found.items()})  # noqa: T201
    assert found["count"] <= 0.05
    assert found["monte_carlo"] <= 0.06
    assert found["herfindahl"] <= 0.06
    if n_plants >= 200:
        assert found["jobs_binomial"] > 0.12


@pytest.mark.parametrize("alternative", ["less", "two-sided"])
def test_the_other_alternatives_hold_their_level(alternative):
    plants, jobs, x = thrown(200, 60, np.full(40, 0.025), seed=5)
    for method in ("count", "herfindahl", "monte_carlo"):
        p = location_quotient_test(
            jobs,
            plants=plants,
            shares=x,
            method=method,
            alternative=alternative,
            correction="none",
        )["p_value"]
        assert (p <= LEVEL).mean() <= 0.06


def test_estimated_roughness_silences_a_rough_economy_but_not_its_clusters():
    rng = np.random.default_rng(4)
    x = uneven(300)
    theta = rng.gamma(1 / 0.09, 0.09, (300, 30))
    theta[:5, :10] = 6.0  # clusters
    share = theta * x[:, None]
    share /= share.sum(axis=0)
    counts = np.array([rng.multinomial(3000, share[:, i]) for i in range(30)]).T
    plants = pd.DataFrame(counts, columns=[f"i{k:02}" for k in range(30)]).rename(
        index="r{:03}".format
    )
    options = {
        "establishments": plants,
        "family": "study",
        "shares": pd.Series(x, plants.index),
    }
    plain = location_quotient_test(plants.astype(float), **options)
    rough = location_quotient_test(
        plants.astype(float), roughness="estimate", **options
    )
    planted = rough["region"].lt("r005") & rough["industry"].lt("i10")
    false_plain = (plain["q_value"] <= LEVEL) & ~planted
    false_rough = (rough["q_value"] <= LEVEL) & ~planted
    assert false_plain.sum() > 50
    assert false_rough.sum() <= 10
    assert ((rough["q_value"] <= LEVEL) & planted).sum() >= 35
    assert rough["roughness"].between(0.03, 0.2).all()


@pytest.mark.parametrize("correction", ["bh", "by"])
def test_false_discoveries_over_chance_economies(correction):
    alarms = 0
    for seed in range(60):
        plants, jobs, x = thrown(300, 10, uneven(100), seed)
        tested = location_quotient_test(
            jobs, plants=plants, shares=x, family="study", correction=correction
        )
        alarms += bool((tested["q_value"] <= LEVEL).any())
    assert alarms <= 6  # of 60; 3 expected at most
