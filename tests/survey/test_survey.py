"""Tables of a survey: bases, intervals, weights, tests against known values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterid.errors import OptionError, TableError
from clusterid.simulation import simulate_economy
from clusterid.survey import (
    design_effect,
    fixed_margins,
    granularity,
    marginal_independence,
    pairwise_independence,
    rake,
    read_codebook,
    read_survey,
    share_interval,
)
from clusterid.survey._multiple_response import marginal_chi_squares

# METHODS E3, printed to four digits
PRINTED = 5e-5


@pytest.fixture(scope="module")
def survey():
    sim = simulate_economy(n_plants=20_000, seed=0)
    return read_survey(sim.places, sim.answers, sim.declared)


def test_interval_of_the_seed_survey():
    found = share_interval(90, 144, 188)
    assert found.share == 0.625
    assert found.lower == pytest.approx(0.5860, abs=PRINTED)
    assert found.upper == pytest.approx(0.6625, abs=PRINTED)
    assert found.exact_lower == pytest.approx(0.5851, abs=PRINTED)
    assert found.exact_upper == pytest.approx(0.6649, abs=PRINTED)
    assert found.worst_lower == pytest.approx(0.4787, abs=PRINTED)
    assert found.worst_upper == pytest.approx(0.7128, abs=PRINTED)
    endless = share_interval(90, 144)
    assert endless.lower == pytest.approx(0.5436, abs=PRINTED)
    assert endless.upper == pytest.approx(0.6999, abs=PRINTED)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_intervals_are_nested(data):
    population = data.draw(st.integers(5, 300))
    n = data.draw(st.integers(1, population))
    count = data.draw(st.integers(0, n))
    found = share_interval(count, n, population)
    eps = 1e-12
    assert found.worst_lower - eps <= found.exact_lower <= found.share + eps
    assert found.share - eps <= found.exact_upper <= found.worst_upper + eps
    assert found.lower - eps <= found.share <= found.upper + eps
    free = share_interval(count, n)
    assert free.upper - free.lower >= found.upper - found.lower - eps


def test_the_exact_interval_covers():
    rng = np.random.default_rng(3)
    draws = rng.hypergeometric(110, 78, 144, size=400)
    cover = [
        i.exact_lower <= 110 / 188 <= i.exact_upper
        for i in (share_interval(int(c), 144, 188) for c in draws)
    ]
    assert np.mean(cover) >= 0.93


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


def test_raking_meets_the_margins():
    rng = np.random.default_rng(0)
    sample = pd.DataFrame({
        "a": rng.choice(["x", "y"], 200),
        "b": rng.choice(["u", "v", "w"], 200),
    })
    margins = {
        "a": pd.Series({"x": 400, "y": 600}),
        "b": pd.Series({"u": 300, "v": 300, "w": 400}),
    }
    weight = rake(sample, margins)
    assert weight.mean() == pytest.approx(1)
    for column, target in margins.items():
        reached = weight.groupby(sample[column]).sum() / 200
        assert reached.to_numpy() == pytest.approx(target.to_numpy() / 1000, abs=1e-9)
    capped = rake(sample, margins | {"a": pd.Series({"x": 150, "y": 9000})}, cap=1.2)
    assert capped.max() <= 1.2 * 1.0001
    assert design_effect(weight) >= 1


def test_small_categories_are_joined_before_raking():
    sample = pd.DataFrame({"a": ["x"] * 2 + ["y"] * 10 + ["z"] * 20})
    weight = rake(sample, {"a": pd.Series({"x": 30, "y": 30, "z": 40})})
    assert weight.iloc[0] == pytest.approx(weight.iloc[5])


def test_raking_refuses_more_answers_than_units():
    sample = pd.DataFrame({"a": ["x"] * 6})
    with pytest.raises(TableError, match="more respondents than units"):
        rake(sample, {"a": pd.Series({"x": 3})})


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


def test_farmers_by_education():
    # METHODS E1, R package MRCV, farmer1: five items, five groups of education
    n = np.array([88, 16, 31, 113, 14], dtype=float)
    yes = np.array(
        [
            [19, 2, 1, 19, 3],
            [38, 6, 13, 29, 4],
            [29, 8, 10, 40, 8],
            [47, 8, 17, 53, 6],
            [40, 4, 14, 29, 6],
        ],
        dtype=float,
    )
    parts = marginal_chi_squares(yes, n)
    assert parts == pytest.approx([5.96, 7.89, 4.62, 1.42, 10.95], abs=0.005)
    assert parts.sum() == pytest.approx(30.84, abs=0.005)
    # the Bonferroni p needs no joint answers; build any respondents with these counts
    groups = pd.Series(np.repeat(list("abcde"), n.astype(int)))
    ticks = pd.DataFrame({
        item: np.concatenate([
            np.arange(m) < y for m, y in zip(n, yes[item], strict=True)
        ])
        for item in range(5)
    })
    found = marginal_independence(groups, ticks, permutations=0)
    assert found.statistic == pytest.approx(30.84, abs=0.005)
    assert found.p_bonferroni == pytest.approx(0.1357, abs=5e-4)


def test_multiple_response_tests_hold_their_size():
    rng = np.random.default_rng(5)
    groups = pd.Series(rng.choice(["a", "b", "c"], 120))
    p, q = [], []
    for _ in range(300):
        mood = rng.normal(size=(120, 1))
        ticks = pd.DataFrame(mood + rng.normal(size=(120, 5)) > 0.3)
        other = pd.DataFrame(rng.normal(size=(120, 1)) + rng.normal(size=(120, 3)) > 0)
        p.append(marginal_independence(groups, ticks, permutations=0).p_rao_scott)
        q.append(pairwise_independence(ticks, other, permutations=0).p_rao_scott)
    # three standard errors of a rate of 5 % in 300 draws
    assert abs(np.mean(np.array(p) < 0.05) - 0.05) < 0.038
    assert abs(np.mean(np.array(q) < 0.05) - 0.05) < 0.038


def test_permutation_p_value_does_not_depend_on_row_order(survey):
    found = survey.test("themes", "concepts", permutations=99)
    ticks = survey.responses("themes").dropna()
    group, _ = survey._groups(ticks.index, "themes", "concepts")
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


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_curveball_keeps_both_margins(seed):
    rng = np.random.default_rng(seed)
    table = rng.random((7, 6)) < 0.4
    for block in fixed_margins(table, 30, rng):
        assert (block.sum(axis=1) == table.sum(axis=0)).all()
        assert (block.sum(axis=2) == table.sum(axis=1)).all()


def test_curveball_visits_all_tables_equally_often():
    table = np.array([[1, 1, 0], [0, 0, 1], [1, 0, 0]], dtype=bool)
    blocks = np.concatenate(list(fixed_margins(table, 6000, np.random.default_rng(0))))
    codes = blocks.reshape(len(blocks), -1) @ (2 ** np.arange(9))
    _, counts = np.unique(codes, return_counts=True)
    # rows 2, 1, 1 and columns 2, 1, 1 have five tables (enumerated by hand)
    assert len(counts) == 5
    assert counts / len(blocks) == pytest.approx(0.2, abs=0.03)


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


def test_codebook_has_both_languages_and_unique_options():
    book = read_codebook()
    assert not book.duplicated(["question", "option"]).any()
    assert (book[["label_de", "label_en"]] != "").all().all()


def test_faults_of_all_three_tables_are_told_at_once():
    places = pd.DataFrame({"place": ["a", "a"], "regions": ["R1", ""]})
    answers = pd.DataFrame({
        "place": ["a"],
        "question": ["strategy"],
        "option": ["oui"],
        "value": ["yes"],
    })
    declared = pd.DataFrame({"record": ["1", "1"], "place": ["a", "a"], "label": "x"})
    with pytest.raises(TableError) as error:
        read_survey(places, answers, declared)
    assert len(error.value.faults) >= 4
    with pytest.raises(OptionError, match="Did you mean 'themes'"):
        read_survey(
            pd.DataFrame({"place": ["a"], "regions": ["R1"]}),
            pd.DataFrame(
                {"place": ["a"], "question": ["themes"], "option": ["land"],
                 "value": ["yes"]}
            ),
        ).table("theme")  # fmt: skip


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
