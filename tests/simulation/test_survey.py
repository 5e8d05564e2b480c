"""A simulated survey has the published shares, and its truth is known."""

from __future__ import annotations

import pytest


def test_survey_follows_the_published_shares(simulated):
    places, answers = simulated.places, simulated.answers
    assert len(places) == 188 and places["answered"].sum() == 144

    def share(question, option):
        rows = answers[answers["question"].eq(question) & answers["option"].eq(option)]
        return rows["value"].eq("yes").mean(), len(rows)

    assert share("strategy", "yes") == (90 / 144, 144)
    assert share("concepts", "one") == (37 / 144, 144)
    assert share("concepts", "several") == (53 / 144, 144)
    assert share("monitoring", "yes")[0] < 0.5
    for option, published in (("continuous_data", 0.36), ("comparison", 0.29)):
        value, base = share("monitoring_forms", option)
        assert base == 90
        assert value == pytest.approx(published, abs=0.5 / 90)
    declared = simulated.declared
    by_record = {
        "initiated_by": {"agency": (0.90, 1.0), "business": (0.36, 0.38)},
        "funded_by": {
            "municipal": (0.70, 1.0),
            "private": (0.49, 0.51),
            "other_public": (0.40, 1.0),
        },
    }
    for column, bounds in by_record.items():
        for option, (low, high) in bounds.items():
            value = declared[column].map(lambda ticks, o=option: o in ticks).mean()
            assert low <= value <= high


def test_top_three_themes_are_ranked_among_those_named(simulated):
    themes = simulated.answers[simulated.answers["question"].eq("themes")]
    ranked = themes[themes["rank"].notna()]
    assert ranked["value"].eq("yes").all()
    assert all(sorted(r) == [1, 2, 3] for _, r in ranked.groupby("place")["rank"])
    named = themes[themes["value"].eq("yes")]["option"].value_counts()
    top = ranked["option"].value_counts()
    # published: cluster policy stands in the middle, third among the top three
    assert 6 <= named.index.get_loc("cluster_policy") <= 12
    assert top.index.get_loc("cluster_policy") == 2
    assert set(top.index[:2]) == {"land", "location_marketing"}


def test_truth_of_declared_clusters_is_known(simulated):
    truth = simulated.truth
    where = truth.clusters.assign(region=truth.clusters["regions"].str.split(";"))
    where = where.explode("region")
    planted = set(zip(where["field"], where["region"], strict=True))
    regions = simulated.places.set_index("place")["regions"]
    for row in truth.declared.dropna(subset=["field"]).itertuples():
        here = any((row.field, r) in planted for r, _ in regions[row.place])
        assert here == row.is_real
    assert 0.1 < truth.declared["is_real"].mean() < 0.7
