"""Declared fields meet candidate clusters: matched, nearby, or nobody declared them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid.clusters import identify_clusters
from clusterid.communities import given_templates
from clusterid.comparison import compare
from clusterid.simulation import simulate_economy
from clusterid.survey import read_survey


@pytest.fixture(scope="module")
def sim():
    return simulate_economy(
        n_regions=90, n_plants=160_000, planted=12, strength=(5.0,), seed=11
    )


@pytest.fixture(scope="module")
def candidates(sim):
    rows = sim.truth.templates
    templates = given_templates(rows[["industry", "template"]])
    return identify_clusters(sim.economy(), templates, sim.regions)


def compared(sim, candidates, places, declared, **options):
    survey = read_survey(places, declared=declared)
    return compare(
        candidates, survey, sim.fields, economy=sim.economy(), regions=sim.regions,
        draws=10, permutations=19, **options,
    )  # fmt: skip


def planted_region(sim, candidates):
    """Return a candidate, and a place in it, whose field was planted there."""
    fields = sim.truth.templates.set_index("industry")["field"]
    table = candidates.table
    for name, row in table[table["level"].eq("template")].iterrows():
        field = fields.reindex(row["industries"].split(";")).value_counts().index[0]
        grades = row["grades"].split(";")
        region = row["regions"].split(";")[grades.index(row["grade"])]
        return str(name), field, region
    raise AssertionError("the simulation planted clusters that are found")


def place(region, **changes):
    row = {"place": "Z", "regions": region, "asked": True, "answered": True,
           "exhaustive": True}  # fmt: skip
    return pd.DataFrame([{**row, **changes}])


def test_a_declared_cluster_matches_its_candidate(sim, candidates):
    name, field, region = planted_region(sim, candidates)
    declared = pd.DataFrame({
        "record": ["D1"],
        "place": ["Z"],
        "label": [field],
        "fields": [[field]],
    })
    found = compared(sim, candidates, place(region), declared)
    row = found.verdicts[found.verdicts["record"].eq("D1")].iloc[0]
    assert row["verdict"] == "confirmed"
    assert row["candidate"] == name
    assert row["match_score"] == pytest.approx(1.0)
    rest = found.verdicts[found.verdicts["record"].isna()]
    assert name not in set(rest["candidate"])
    assert set(rest["candidate"]) < set(candidates.table.index)


@pytest.mark.parametrize(
    ("changes", "declared", "verdicts"),
    [
        ({}, "no", {"undeclared"}),
        ({"exhaustive": False}, "unknown", {"unknown_list_incomplete"}),
        ({"answered": False, "exhaustive": False}, "not asked", {"not_asked"}),
        ({"share": 0.2}, "unknown", {"unknown_list_incomplete"}),
    ],
)
def test_silence_counts_only_where_a_complete_list_was_asked_for(
    sim, candidates, changes, declared, verdicts
):
    name, _, region = planted_region(sim, candidates)
    share = changes.pop("share", 1.0)
    found = compared(
        sim, candidates, place([(region, share)], **changes), None
    ).verdicts
    row = found[found["candidate"].eq(name)].iloc[0]
    assert row["declared"] == declared
    assert row["verdict"] in verdicts
    elsewhere = found[found["place"].isna()]
    assert elsewhere["verdict"].eq("not_asked").all()
    assert elsewhere["reason"].eq("not_asked").all()
    assert np.isnan(row["posterior"])


def test_tolerance_widens_matches_and_never_narrows_them(sim, candidates):
    from clusterid.comparison._matching import match
    from clusterid.comparison._units import known_counts, steps_between

    name, field, region = planted_region(sim, candidates)
    economy = sim.economy()
    counts, _ = known_counts(economy)
    steps = steps_between(sim.regions, list(economy.regions), 2)
    assert (steps == steps.T).all() and (np.diag(steps) == 0).all()
    weights = pd.crosstab(sim.fields["code"], sim.fields["field"]).astype(float)
    weights = weights.reindex(economy.industries).fillna(0.0)
    pairs = pd.DataFrame({
        "field": [field] * len(counts),
        "positions": [(i,) for i in range(len(counts))],
    })
    found = match(pairs, weights, candidates, counts, steps, 2)
    assert (np.diff(found.score, axis=0) >= 0).all()
    reached = [int((found.score[k] >= 0.3).sum()) for k in range(3)]
    assert reached[0] < reached[1] < reached[2]
    at_home = economy.regions.get_loc(region)
    assert found.candidate[0, at_home] == name
