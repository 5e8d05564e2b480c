"""Published rules: the cluster-mapping flags exactly, the stars by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph

from clusterid.clusters import apply_presets, cluster_mapping_flags, presets
from clusterid.concentration import litzenberger_sternberg
from clusterid.errors import OptionError, TableError

FLAGS = ["qualifying", "significant", "strong", "strong10"]


def test_cluster_mapping_flags_of_all_metropolitan_areas(data_dir):
    table = pd.read_parquet(
        data_dir / "us_cluster_mapping" / "employment_by_cluster_msa_2016.parquet"
    )
    table = table[table["cluster_type"].astype(str).eq("traded")].reset_index(drop=True)
    assert len(table) == 46_767
    has = table["emp"].gt(0) & table["cluster_emp_per"].gt(0)
    national = (table["emp"] / table["cluster_emp_per"]).where(has)
    national = national.groupby(table["cluster_code"]).median()
    regional = table.groupby("region_code")["emp"].sum()
    nation = national.sum()
    jobs = table["region_code"].map(regional)
    lq = (table["emp"] / jobs) / (table["cluster_code"].map(national) / nation)
    cells = pd.DataFrame({
        "template": table["cluster_code"],
        "region": table["region_code"],
        "employment": table["emp"],
        "establishments": table["est"],
        "lq_jobs": lq,
    })
    flags = cluster_mapping_flags(cells)
    for flag in FLAGS:
        published = table[flag].map(lambda x: bool(x) if x is not None else False)
        wrong = int((flags[flag].to_numpy() != published.to_numpy()).sum())
        assert wrong == 0, (flag, wrong)


def four_cells() -> pd.DataFrame:
    return pd.DataFrame({
        "template": "T01",
        "region": list("abcd"),
        "employment": [12_000.0, 400.0, 9_000.0, np.nan],
        "establishments": [100.0, 10.0, 50.0, 5.0],
        "lq_jobs": [2.5, 1.2, 2.0, np.nan],
    })


def test_stars_of_2008_by_hand():
    size = pd.Series({"a": 500_000.0, "b": 10_000.0, "c": 100_000.0, "d": 1.0})
    found = apply_presets(four_cells(), names=["eco_2008", "lq_1.25"], size=size)
    # a: size and quotient; b: dominance; c: quotient and dominance
    assert found["eco_2008"].tolist()[:3] == [2.0, 1.0, 2.0]
    assert found["lq_1.25"].tolist()[:3] == [1.0, 0.0, 1.0]
    assert found.loc[3, ["eco_2008", "lq_1.25"]].isna().all()


def test_a_percentile_rule_fires_on_pure_chance():
    rng = np.random.default_rng(0)
    cells = pd.DataFrame({
        "template": "T01",
        "region": [f"{i:03d}" for i in range(400)],
        "employment": rng.poisson(100, 400).astype(float),
        "establishments": rng.poisson(20, 400).astype(float),
    })
    cells["lq_jobs"] = cells["employment"] / 100
    found = apply_presets(cells, names=["cluster_mapping_strong"])
    assert found["cluster_mapping_strong"].sum() > 50
    assert "always fires" in presets().loc["cluster_mapping_strong", "warning"]


def test_every_rule_has_a_source_and_a_warning():
    table = presets()
    assert table[["title", "rule", "citation", "warning"]].ne("").all(axis=None)
    assert table.index.is_unique


def test_unknown_rules_and_columns_are_refused():
    with pytest.raises(OptionError, match="eco_2008"):
        apply_presets(four_cells(), names=["eco_2009"])
    with pytest.raises(TableError, match="establishments"):
        cluster_mapping_flags(four_cells().drop(columns="establishments"))


def test_every_rule_stands_beside_the_others_in_one_call():
    rng = np.random.default_rng(1)
    regions = [f"R{i:02d}" for i in range(20)]
    cells = pd.DataFrame({
        "template": np.repeat(["T01", "T02"], 20),
        "region": regions * 2,
        "employment": rng.poisson(100, 40).astype(float),
        "establishments": rng.poisson(20, 40).astype(float) + 1,
        "lq_jobs": rng.uniform(0.5, 3, 40),
    })
    near = Graph.from_arrays(
        [*regions[:-1], *regions[1:]], [*regions[1:], *regions[:-1]], [1.0] * 38
    )
    land = pd.DataFrame(
        {"area_km2": 900.0, "settlement_km2": range(1, 21), "population": 1000.0},
        index=regions,
    )
    size = pd.Series(5000.0, index=regions)
    found = apply_presets(cells, size=size, regions=land, graph=near, components=True)
    rules = presets()
    assert set(rules.index) < set(found.columns)
    assert found[list(rules.index)].notna().all(axis=None)
    assert found.attrs["missing"] == {}
    assert found.attrs["warnings"] == rules["warning"].to_dict()
    # the index is the product of its three components, on settlement area
    product = found["density"] * found["stock"] * found["plant_size"]
    index = found["litzenberger_sternberg_2006"]
    assert index.to_numpy() == pytest.approx(product.to_numpy())
    first = cells[cells["template"].eq("T01")].iloc[3]
    by = cells[cells["template"].eq("T01")][["employment", "establishments"]].sum()
    by_hand = (
        (first["employment"] / by["employment"])
        * (first["establishments"] / by["establishments"])
        / ((4 / 210) * (1 / 20))
    )
    assert index.iloc[3] == pytest.approx(by_hand)
    measured = litzenberger_sternberg(
        cells.pivot(index="region", columns="template", values="employment"),
        cells.pivot(index="region", columns="template", values="establishments"),
        land["settlement_km2"],
        land["population"],
    ).set_index(["industry", "region"])["cluster_index"]
    given = found.set_index(["template", "region"])["litzenberger_sternberg_2006"]
    assert measured.reindex(given.index).to_numpy() == pytest.approx(given.to_numpy())


def test_what_a_rule_lacks_is_said_and_never_a_star_less():
    found = apply_presets(four_cells().assign(establishments=np.nan))
    assert found.attrs["missing"]["eco_2008"] == "size="
    assert "establishments" in found.attrs["missing"]["cluster_mapping_strong"]
    assert found[list(found.attrs["missing"])].isna().all(axis=None)
    assert found["lq_2"].tolist()[:3] == [1.0, 0.0, 1.0]


def test_every_rule_says_which_version_it_is():
    assert presets()["version"].ne("").all()
    assert presets()["is_index"].sum() == 1
