"""Published rules: the cluster-mapping flags exactly, the stars by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid.clusters import apply_presets, cluster_mapping_flags, presets
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
        "lq": lq,
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
        "lq": [2.5, 1.2, 2.0, np.nan],
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
    cells["lq"] = cells["employment"] / 100
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
