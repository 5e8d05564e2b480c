"""Tables of a survey: bases, intervals, weights, tests against known values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid.errors import OptionError
from clusterid.simulation import simulate_economy
from clusterid.survey import (
    design_effect,
    diffusion,
    granularity,
    label_homogeneity,
    marginal_independence,
    rank_shift,
    read_survey,
)
from clusterid.survey._responses import groups_of


@pytest.fixture(scope="module")
def survey():
    sim = simulate_economy(n_plants=20_000, seed=0)
    return read_survey(sim.places, sim.answers, sim.declared)


def test_table_of_the_strategy_has_the_published_interval(survey):
    row = survey.table("strategy").iloc[0]
    assert (row["count"], row["base"], row["population"]) == (90, 144, 188)
    assert row["percent_of_cases"] == pytest.approx(62.5)
    assert row["lower"] == pytest.approx(58.60, abs=0.005)
    assert row["worst_upper"] == pytest.approx(71.28, abs=0.005)


def test_cases_and_responses_are_two_columns(survey):
    table = survey.table("themes")
    assert table["percent_of_responses"].sum() == pytest.approx(100)
    assert table["percent_of_cases"].sum() > 500
    assert (table["base"] + table["missing"] == 144).all()
    assert table["missing"].sum() > 0


def test_bases_are_never_mixed(survey):
    assert set(survey.table("goals")["base"]) == {90}
    assert set(survey.table("goals")["reason"]) == {"population_unknown"}
    clusters = survey.table("initiated_by")
    silent = survey.declared["initiated_by"].map(len).eq(0).sum()
    assert set(clusters["base"]) == {len(survey.declared) - silent}
    assert set(clusters["missing"]) == {silent}
    assert set(clusters["base_name"]) == {"clusters"}


def test_tables_by_group_add_up(survey):
    by = survey.table("strategy", by="stratum")
    assert by["count"].sum() == 90 and by["population"].sum() == 188
    by = survey.table("goals", by="concepts")
    assert set(by["group"]) == {"one", "several"}
    assert by.groupby("option")["base"].sum().eq(90).all()


def test_weighted_table_uses_the_weights(survey):
    weights = survey.weights()
    assert len(weights) == 144 and weights.mean() == pytest.approx(1)
    row = survey.table("strategy", weights="raking").iloc[0]
    yes = survey.responses("strategy")["yes"]
    assert row["percent_of_cases"] == pytest.approx(
        100 * (yes * weights.reindex(yes.index)).sum() / 144
    )
    assert row["design_effect"] == pytest.approx(design_effect(weights))
    assert np.isnan(row["exact_lower"]) and row["reason"]
    with pytest.raises(OptionError, match="no weight for"):
        survey.table("strategy", weights=pd.Series({"M001": 1.0}))


def test_permutation_p_value_does_not_depend_on_row_order(survey):
    found = survey.test("themes", "concepts", permutations=99)
    ticks = survey.responses("themes").dropna()
    group, _ = groups_of(survey, ticks.index, "themes", "concepts")
    order = np.random.default_rng(0).permutation(len(ticks))
    again = marginal_independence(
        group.iloc[order], ticks.iloc[order], permutations=99, seed=0
    )
    assert again.p_permutation == found.p_permutation
    assert again.rao_scott == pytest.approx(found.rao_scott)


def test_rank_shift_shows_the_published_direction(survey):
    goals = survey.rank_shift("goals")
    falling = ["attention", "network_persons", "support_start_ups"]
    rising = ["network_firms", "retain_firms", "attract_firms", "create_jobs", "brand"]
    assert (goals.loc[falling, "difference"] < 0).all()
    assert (goals.loc[rising, "difference"] > 0).all()
    assert ((goals["lower"] <= goals["difference"])
            & (goals["difference"] <= goals["upper"])).all()  # fmt: skip
    assert goals["difference"].sum() == pytest.approx(0, abs=1e-9)
    assert goals.attrs["base"] == 90 and -1 <= goals.attrs["kendall_tau"] <= 1
    with pytest.raises(OptionError, match="no ranked"):
        survey.rank_shift("strategy")


def test_diffusion_counts_every_first_cluster_once(survey):
    table = survey.diffusion()
    assert table["first"].sum() == survey.declared["place"].nunique()
    assert table["records"].sum() == len(survey.declared)
    assert table["cumulative"].is_monotonic_increasing
    assert (table["at_risk"].shift(-1).dropna()
            == (table["at_risk"] - table["first"]).iloc[:-1]).all()  # fmt: skip
    assert (table["fitted"] - table["cumulative"]).abs().max() < 0.1


def test_same_bundles_everywhere_are_homogeneous_and_random_lists_are_not():
    places = pd.DataFrame({"place": [f"p{i:02d}" for i in range(40)], "regions": "R"})
    bundles = [["bio", "nano"], ["media", "it"], ["wood", "food"], ["auto", "metal"]]

    def declared(lists):
        return pd.DataFrame({
            "record": [f"d{i}" for i in range(len(lists))],
            "place": places["place"].to_numpy()[: len(lists)],
            "label": "x",
            "fields": lists,
        })

    alike = read_survey(places, declared=declared([bundles[i % 4] for i in range(40)]))
    found = alike.label_homogeneity(draws=200)
    assert found.loc["bundling", "p_value"] < 0.01
    assert found.loc["top_share", "reason"] == "fixed_by_margins"
    rng = np.random.default_rng(1)
    words = [w for b in bundles for w in b]
    lists = [rng.choice(words, 2, replace=False).tolist() for _ in range(40)]
    assert (
        read_survey(places, declared=declared(lists))
        .label_homogeneity(draws=200)
        .loc["bundling", "p_value"]
        > 0.05
    )


def test_printed_percentages_of_the_seed_fit_144_answers():
    found = granularity({"strategy": 62, "strategy again": 63, "several": 37}, [144])
    found = found.set_index("item")
    assert found.loc["several", ["lowest", "highest"]].tolist() == [53, 54]
    assert found.loc["strategy", "highest"] == 90
    assert found.loc["strategy again", "lowest"] == 90  # 62.5 rounds both ways
    assert not granularity({"odd": 36}, [5])["possible"].any()
    assert granularity({"several": 37}, [141])["lowest"].item() == 52
    # 90 = 37 + 53 fits 62 or 63, "more than a quarter" and 37 per cent together
    assert round(100 * 37 / 144) == 26


def test_a_table_may_be_split_by_place() -> None:
    places = pd.DataFrame({"place": ["a", "b"], "regions": ["r", "s"]})
    answers = pd.DataFrame({
        "place": ["a", "b"],
        "question": "strategy",
        "option": "yes",
        "value": ["yes", "no"],
    })
    table = read_survey(places, answers).table("strategy", by="place")
    assert set(table["group"]) >= {"a", "b"}


def test_analyses_are_functions_and_methods_alike(survey):
    pairs = [
        (survey.rank_shift("goals", draws=99), rank_shift(survey, "goals", draws=99)),
        (survey.diffusion(), diffusion(survey)),
        (survey.label_homogeneity(draws=99), label_homogeneity(survey, draws=99)),
    ]
    for by_method, by_function in pairs:
        pd.testing.assert_frame_equal(by_method, by_function)
