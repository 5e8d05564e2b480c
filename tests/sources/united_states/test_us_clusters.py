"""United States: benchmark definitions and declared clusters."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.sources.united_states.paths import CROSSWALK

from clusterid.classifications import read_correspondence
from clusterid.sources import (
    READERS,
    SourcedEmployment,
    describe_declared,
)


def test_benchmark_definitions_match_585_traded_industries(
    cbp: SourcedEmployment, data_dir: Path
) -> None:
    path = data_dir / "us_cluster_mapping/benchmark_cluster_definitions_naics2012.csv"
    leaves = list(cbp.economy().industries)
    same = READERS["us_benchmark"](path, industries=leaves)
    assert len(same) == 585
    carried = READERS["us_benchmark"](
        path, industries=leaves, crosswalk=data_dir / CROSSWALK
    )
    assert len(carried) > 700
    assert carried["template"].nunique() == 51


def test_what_colorado_declares_beside_its_areas(data_dir: Path) -> None:
    folder = data_dir / "us_cluster_mapping"
    declared = READERS["us_declared"](
        folder / "self_declared_clusters_colorado_naics.csv"
    )
    assert declared["field"].nunique() == 33
    assert declared["weight"].isin([0.5, 1.0]).all()
    table = describe_declared(
        declared,
        folder / "employment_by_cluster_msa_2016.parquet",
        folder / "employment_by_cluster_state_2016.parquet",
    )
    assert set(table["area"]) == {"14500", "22660", "19740", "08"}
    assert table.groupby("field")["share"].sum().to_numpy() == pytest.approx(1.0)
    assert table["emp"].notna().mean() > 0.9
    older = READERS["us_declared"](
        folder / "self_declared_clusters_colorado_naics.csv", vintage="naics2012"
    )
    known = set(
        read_correspondence("naics2012_to_naics2017", basis="equal").table["source"]
    )
    assert set(older["code"]) <= known
