"""Verdicts on simulated places agree with what was planted there."""

from __future__ import annotations

import dataclasses

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from clusterid.classifications import fields_on
from clusterid.comparison import (
    REASONS,
    VERDICTS,
    compare,
)
from clusterid.comparison._verdicts import CONFIRMED
from clusterid.errors import OptionError
from clusterid.simulation import simulate_economy
from clusterid.survey import read_survey
from clusterid.tables import economy as make_economy


def skill_layer(sim):
    graph = nx.Graph(kind="industry", layer="skill")
    links = sim.links[sim.links["value"] > 0]
    for source, target, value in links.itertuples(index=False):
        graph.add_edge(source, target, weight=value)
    return {"skill": graph}


def run(sim, economy=None, **options):
    survey = read_survey(sim.places, sim.answers, sim.declared)
    options = {"draws": 50, "permutations": 199, **options}
    return compare(
        None,
        survey,
        sim.fields,
        economy=sim.economy() if economy is None else economy,
        regions=sim.regions,
        layers=skill_layer(sim),
        **options,
    )


@pytest.fixture(scope="module")
def sim():
    return simulate_economy(n_regions=150, n_plants=270_000, seed=4)


@pytest.fixture(scope="module")
def found(sim):
    return run(sim)


def truth_of(found, sim):
    truth = sim.truth.declared[["record", "is_real", "lq"]]
    truth = truth.rename(columns={"lq": "planted"})
    rows = found.verdicts[found.verdicts["record"].notna()]
    return rows.merge(truth, on="record")


def test_every_declared_field_has_one_verdict_with_a_reason(found, sim):
    verdicts = found.verdicts
    assert len(verdicts) == sim.declared["fields"].map(lambda f: max(len(f), 1)).sum()
    assert set(verdicts["verdict"]) <= set(VERDICTS)
    assert set(verdicts["reason"]) <= set(REASONS)
    assert verdicts["declared"].eq("yes").all()
    for column in ("evidence_en", "evidence_de", "would_change_en", "would_change_de"):
        assert verdicts[column].str.len().gt(10).all()


def test_verdicts_agree_with_what_was_planted(found, sim):
    rows = truth_of(found, sim)
    rows = rows[rows["verdict"].ne("not_separable")]
    there = rows["verdict"].isin(CONFIRMED)
    # 21 real ones and 34 labels without a cluster; the rate is stated in the docs
    assert there[rows["is_real"]].mean() >= 0.9
    assert there[~rows["is_real"]].mean() <= 0.1
    assert not rows[rows["verdict"].eq("no_footprint")]["is_real"].any()
    assert rows["verdict"].eq("no_footprint").any()


def test_what_cannot_be_measured_is_not_separable(found, sim):
    verdicts = found.verdicts.set_index("record")
    fields = sim.declared.set_index("record")["fields"]
    shares = sim.places.set_index("place")["regions"].map(lambda r: r[0][1])
    small = verdicts["place"].map(shares) < 0.5
    named = fields.map(len) > 0
    vague = fields.map(lambda f: f == ["nano"])
    assert verdicts.loc[~named, "reason"].eq("label_without_field").all()
    assert verdicts.loc[vague, "reason"].eq("field_not_separable").all()
    rest = small & named & ~vague
    assert rest.any()
    assert verdicts.loc[rest, "reason"].eq("place_smaller_than_region").all()
    not_separable = verdicts["verdict"].eq("not_separable")
    assert verdicts.loc[not_separable, "posterior"].isna().all()
    assert verdicts.loc[~not_separable, "posterior"].between(0, 1).all()


def test_a_place_of_several_regions_is_tested_on_their_union_inputs_unchanged(sim):
    places = sim.places.copy()
    declared = sim.declared.copy()
    cluster = sim.truth.clusters.query("n_regions == 2").iloc[0]
    regions = cluster["regions"].split(";")
    places["regions"] = [[(r, 1.0) for r in regions], *places["regions"].iloc[1:]]
    places.loc[0, ["asked", "answered"]] = True
    declared = declared.iloc[:1].assign(
        place=places.loc[0, "place"], fields=[[cluster["field"]]]
    )
    survey = read_survey(places, declared=declared)
    before = [t.copy() for t in (survey.places, survey.declared, sim.fields)]
    economy = sim.economy()
    result = compare(
        None, survey, sim.fields, economy=economy, regions=sim.regions, draws=5,
        permutations=9,
    )  # fmt: skip
    row = result.verdicts.iloc[0]
    assert row["regions"] == ";".join(sorted(regions))
    industries = cluster["industries"].split(";")
    plants = economy.establishments.loc[regions, industries].to_numpy().sum()
    assert row["n_plants"] == plants
    jobs = sim.truth.employment.loc[regions, industries].to_numpy().sum()
    assert row["employment"] == pytest.approx(jobs, rel=0.1)
    after = (survey.places, survey.declared, sim.fields)
    for old, new in zip(before, after, strict=True):
        pd.testing.assert_frame_equal(old, new)


def test_same_seed_same_verdicts_whatever_the_row_order(found, sim):
    rng = np.random.default_rng(0)
    shuffled = dataclasses.replace(
        sim,
        places=sim.places.iloc[rng.permutation(len(sim.places))],
        answers=sim.answers.iloc[rng.permutation(len(sim.answers))],
        declared=sim.declared.iloc[rng.permutation(len(sim.declared))],
        regions=sim.regions.iloc[rng.permutation(len(sim.regions))],
    )
    again = run(shuffled)
    pd.testing.assert_frame_equal(found.verdicts, again.verdicts)
    pd.testing.assert_frame_equal(found.agreement, again.agreement)
    pd.testing.assert_frame_equal(found.posterior, again.posterior)


def test_a_lexicon_already_carried_to_the_codes_gives_the_same(found, sim):
    economy = sim.economy()
    carried = fields_on(
        sim.fields, economy.industries, "nace2", sizes=economy.margins.industry
    )
    again = run(dataclasses.replace(sim, fields=carried), economy=economy)
    pd.testing.assert_frame_equal(found.verdicts, again.verdicts)


def test_agreement_and_posterior_use_exhaustive_lists(found):
    assert found.agreement.loc["kappa", "reason"] == ""
    assert found.agreement.loc["lift_within_margins", "value"] > 1.5
    assert set(found.posterior["basis"]) == {"identified"}
    assert set(found.posterior["prior"]) == {
        "neutral", "trusts_declaration", "doubts_declaration"
    }  # fmt: skip
    between = found.posterior[["lower", "mean", "upper"]]
    assert (between["lower"] <= between["upper"]).all()


def test_without_exhaustive_lists_the_posterior_says_it_is_the_prior(sim):
    survey = read_survey(
        sim.places.assign(exhaustive=False), declared=sim.declared.iloc[:5]
    )
    result = compare(
        None, survey, sim.fields, economy=sim.economy(), regions=sim.regions, draws=2,
        permutations=9,
    )  # fmt: skip
    assert set(result.posterior["basis"]) == {"not_identified_no_exhaustive_list"}
    assert result.agreement.loc["kappa", "reason"] == "no_exhaustive_list"
    assert result.by_method.index.name == "method"


def test_without_layers_links_are_unknown_and_not_missing(sim):
    survey = read_survey(sim.places, sim.answers, sim.declared)
    result = compare(
        None, survey, sim.fields, economy=sim.economy(), regions=sim.regions, draws=2,
        permutations=9,
    )  # fmt: skip
    assert result.verdicts["linkage"].isna().all()
    confirmed = result.verdicts[result.verdicts["verdict"].eq("confirmed")]
    assert set(confirmed["reason"]) == {"concentrated_links_unknown"}
    assert not result.verdicts["verdict"].eq("thin").any()


def test_sensitivity_states_the_default_as_unchanged(found):
    table = found.sensitivity
    default = table[table["setting"].eq("tolerance") & table["value"].eq(1)]
    assert default["changed"].item() == 0
    strict = table[table["setting"].eq("smallest_share")].sort_values("value")
    assert strict["not_separable"].is_monotonic_increasing


@pytest.mark.slow
def test_employment_alone_says_that_jobs_stand_there_and_no_more(sim):
    survey = read_survey(sim.places, sim.answers, sim.declared)
    full = make_economy(sim.truth.employment, metadata={"classification": "nace2"})
    result = compare(
        None, survey, sim.fields, economy=full, regions=sim.regions, draws=2,
        permutations=9,
    )  # fmt: skip
    assert result.params["counted"] == "employment"
    rows = truth_of(result, sim)
    # jobs are a fact and no evidence of many employers: half of them stand by chance
    there = rows["verdict"].isin(CONFIRMED)
    assert set(rows.loc[there, "verdict"]) == {"confirmed_jobs_only"}
    assert rows.loc[there, "is_real"].mean() >= 2 * rows["is_real"].mean()
    strong = rows["planted"].ge(3) & rows["verdict"].ne("not_separable")
    assert strong.any() and there[strong].mean() >= 0.8
    assert not rows.loc[rows["verdict"].eq("no_footprint"), "is_real"].any()


@pytest.mark.parametrize(
    "options", [{"tolerance": 3}, {"draws": 0}, {"permutations": 0}]
)
def test_wrong_options_are_named(sim, options):
    with pytest.raises(OptionError):
        run(sim, **options)
