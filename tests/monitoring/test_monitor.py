"""Clusters through the years: planted trends are seen, noise is not flagged."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from tests.monitoring.planted import as_candidates

from clusterid.clusters import CandidateClusters
from clusterid.errors import (
    ClassificationError,
    CountConceptError,
    OptionError,
    TableError,
)
from clusterid.monitoring import monitor
from clusterid.tables import Metadata, economy


def test_the_panel_has_a_row_for_each_cluster_and_year(found, sim):
    assert len(found.panel) == len(sim.truth.clusters) * 5
    first = found.panel[found.panel["year"].eq(2004)]
    assert first["growth"].isna().all() and first["reason"].eq("first_year").all()
    assert found.panel["share"].between(0, 1).all()
    last = found.panel[found.panel["year"].eq(2008)].set_index("cluster")
    for name, row in sim.truth.clusters.iterrows():
        block = sim.truth.employment.loc[
            row["regions"].split(";"), row["industries"].split(";")
        ]
        # withheld cells are filled, so the sums agree but for their estimate
        known = last.loc[name, "employment"]
        assert known == pytest.approx(block.to_numpy().sum(), rel=0.25)


def test_flags_follow_the_planted_trend(found, sim):
    growth = sim.truth.clusters["growth_per_year"]
    changes = found.changes
    relative = changes["growth_per_year"] - changes["growth_national_per_year"]
    assert np.corrcoef(growth, relative)[0, 1] > 0.7
    flagged = changes[changes["flag"].ne("")]
    assert len(flagged) >= 2
    sign = np.where(flagged["flag"].eq("rising"), 1, -1)
    right = sign == np.sign(growth.reindex(flagged.index))
    assert right.mean() >= 0.8


def test_without_trends_hardly_anything_is_flagged(sim):
    clusters = sim.truth.clusters
    rng = np.random.default_rng(0)
    # the same industries in other regions, where nothing was planted
    planted = set(";".join(clusters["regions"]).split(";"))
    free = [r for r in sim.regions.index if r not in planted]
    moved = clusters.assign(
        regions=[";".join(rng.choice(free, 2, replace=False)) for _ in range(20)]
    )
    years = {y: sim.economy(y) for y in range(2004, 2009)}
    found = monitor(years, as_candidates(moved))
    assert found.changes["flag"].ne("").mean() <= 0.1
    z = found.panel["z"].dropna()
    assert 0.6 < z.std() < 1.7


def test_years_must_agree(sim):
    candidates = as_candidates(sim.truth.clusters)
    one, two = sim.economy(2007), sim.economy(2008)
    with pytest.raises(OptionError, match="at least two"):
        monitor({2008: two}, candidates)
    other = dataclasses.replace(one, metadata=Metadata(classification="wz2003"))
    with pytest.raises(ClassificationError, match="different classifications"):
        monitor({2007: other, 2008: two}, candidates)
    home = dataclasses.replace(
        one, metadata=dataclasses.replace(one.metadata, concept="residence")
    )
    with pytest.raises(CountConceptError):
        monitor({2007: home, 2008: two}, candidates)
    elsewhere = economy(
        one.employment.rename(index=lambda r: f"X{r}"), metadata=one.metadata
    )
    with pytest.raises(TableError, match="no region or no industry"):
        monitor({2007: elsewhere, 2008: elsewhere}, candidates)


def test_growth_by_hand():
    rng = np.random.default_rng(1)
    codes = [f"r{i:02d}" for i in range(30)]
    before = pd.DataFrame(
        {"A": rng.integers(50, 200, 30), "B": rng.integers(500, 900, 30)}, index=codes
    ).astype(float)
    after = before.copy()
    after["A"] = (after["A"] * rng.uniform(0.9, 1.1, 30)).round()
    after.loc["r00", "A"] = before.loc["r00", "A"] * 2
    candidates = CandidateClusters(
        table=pd.DataFrame(
            {"regions": ["r00"], "label": ["a"], "industries": ["A"]}, index=["C1"]
        ),
        concentrations=pd.DataFrame(),
        members=pd.DataFrame({"cluster": ["C1"], "region": "r00", "industry": "A"}),
        gaps=pd.DataFrame(),
        cells=pd.DataFrame(),
    )
    plants = before.round(-1) / 10
    years = {
        year: dataclasses.replace(economy(jobs), establishments=plants)
        for year, jobs in ((2000, before), (2002, after))
    }
    found = monitor(years, candidates)
    row = found.changes.loc["C1"]
    alone = monitor({2000: economy(before), 2002: economy(after)}, candidates)
    bare = alone.changes.loc["C1"]
    assert bare["growth_per_year"] == row["growth_per_year"]
    # jobs alone: growth is told, and no flag
    assert bare["flag"] == "" and bare["reason"] == "plants_not_counted"
    assert alone.panel["lq_plants"].isna().all() and alone.params["noise_unit"] is None
    at = found.panel.set_index("year").loc[2000]
    share = plants.loc["r00"].sum() / plants.to_numpy().sum()
    expected = plants["A"].sum() * share
    assert at["lq_plants"] == pytest.approx(plants.loc["r00", "A"] / expected)
    assert row["growth_per_year"] == pytest.approx(np.log(2) / 2)
    national = np.log(after["A"].sum() / before["A"].sum())
    assert row["growth_national_per_year"] == pytest.approx(national / 2)
    scaled = (np.log(after["A"] / before["A"]) - national) * np.sqrt(plants["A"])
    large = np.sort(scaled[plants["A"] >= plants["A"].median()] ** 2)
    sd = np.sqrt(large[: int(0.98 * len(large))].mean() / plants.loc["r00", "A"])
    assert row["z"] == pytest.approx((np.log(2) - national) / sd)
    assert row["flag"] == "rising"


def test_a_cluster_keeps_an_industry_that_its_regions_have_lost():
    rng = np.random.default_rng(1)
    codes = [f"r{i:02d}" for i in range(30)]
    before = pd.DataFrame(
        {"A": rng.integers(50, 200, 30), "B": rng.integers(500, 900, 30)}, index=codes
    ).astype(float)
    before["C"] = 40.0
    after = before.copy()
    after.loc["r00", "C"] = 0.0
    candidates = CandidateClusters(
        table=pd.DataFrame(
            {"regions": ["r00"], "label": ["a"], "industries": ["A;C"]}, index=["C1"]
        ),
        concentrations=pd.DataFrame(),
        members=pd.DataFrame({"cluster": ["C1"], "region": "r00", "industry": "A"}),
        gaps=pd.DataFrame(),
        cells=pd.DataFrame(),
    )
    found = monitor({2000: economy(before), 2002: economy(after)}, candidates)
    jobs = found.panel.set_index("year")["employment"]
    assert jobs[2000] == before.loc["r00", "A"] + 40
    assert jobs[2002] == after.loc["r00", "A"]
    assert found.changes.loc["C1", "growth_per_year"] < 0


def test_the_panel_says_how_much_of_the_jobs_is_estimated():
    codes = [f"r{i:02d}" for i in range(30)]
    before = pd.DataFrame({"A": 100.0, "B": 900.0}, index=codes)
    before["A"] += np.arange(30.0)
    after = before.copy()
    totals = pd.DataFrame({
        "region": "TOTAL", "industry": ["A"], "value": [float(after["A"].sum())],
    })  # fmt: skip
    after.loc["r00", "A"] = np.nan
    candidates = CandidateClusters(
        table=pd.DataFrame(
            {"regions": ["r00;r01"], "label": ["a"], "industries": ["A"]}, index=["C1"]
        ),
        concentrations=pd.DataFrame(),
        members=pd.DataFrame({"cluster": ["C1"], "region": "r00", "industry": "A"}),
        gaps=pd.DataFrame(),
        cells=pd.DataFrame(),
    )
    years = {2000: economy(before), 2002: economy(after, totals=totals)}
    found = monitor(years, candidates)
    panel = found.panel.set_index("year")
    assert panel["share_imputed"].tolist() == pytest.approx([0.0, 100 / 201])
    assert panel["share_imputed_before"].tolist() == [0.0, 0.0]
    row = found.changes.loc["C1"]
    assert row["share_imputed_start"] == 0.0
    assert row["share_imputed_end"] == pytest.approx(100 / 201)


def test_a_withheld_cell_is_what_totals_leave_not_nothing():
    codes = [f"r{i:02d}" for i in range(12)]
    before = pd.DataFrame({"A": 100.0, "B": 900.0}, index=codes)
    before["A"] += np.arange(12.0)
    after = before.copy()
    # only the region's total is published: the withheld cell is its rest
    totals = pd.DataFrame({"region": ["r00"], "industry": "TOTAL", "value": [1060.0]})
    after.loc["r00", "A"] = np.nan
    clusters = pd.DataFrame(
        {"regions": ["r00"], "label_en": ["a"], "industries": ["A"]}, index=["C1"]
    )
    years = {2000: economy(before), 2002: economy(after, totals=totals)}
    found = monitor(years, as_candidates(clusters))
    last = found.panel.set_index("year").loc[2002]
    assert last["employment"] == pytest.approx(160.0)
    assert last["share_imputed"] == 1.0
    assert last["reason"] != "nothing_there"
    assert found.changes.loc["C1", "employment_end"] == pytest.approx(160.0)
