"""Candidate clusters carry the industries that they are made of."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from clusterid.clusters import CandidateClusters, identify_clusters
from clusterid.communities import given_templates
from clusterid.tables import economy

CODES = [f"R{i:02d}" for i in range(36)]
SQUARES = [box(i % 6, i // 6, i % 6 + 1, i // 6 + 1) for i in range(36)]


@pytest.fixture(scope="module")
def found() -> CandidateClusters:
    """Return clusters of a template, of a part of one, and of a single industry."""
    rows = [(r, "X1", 4000.0, 400) for r in CODES]
    for r in CODES:
        both = 90 if r in ("R07", "R08") else 15
        rows += [(r, code, both * 10.0, both) for code in ("101", "201")]
        part = 90 if r in ("R22", "R23") else 15
        rows += [(r, code, part * 10.0, part) for code in ("311", "312")]
        # its regions have nothing of it
        absent = 0 if part > 15 else 60
        rows += [(r, "391", absent * 10.0, absent)]
        alone = 120 if r == "R34" else 15
        rows += [(r, "999", alone * 10.0, alone)]
    columns = ["region", "industry", "employment", "establishments"]
    shapes = gpd.GeoDataFrame(index=CODES, geometry=SQUARES, crs="EPSG:3035")
    kinds = {"101": "A", "201": "A", "311": "B", "312": "B", "391": "B", "999": None}
    return identify_clusters(
        economy(pd.DataFrame(rows, columns=columns)),
        given_templates(kinds),
        shapes,
        minimum_jobs=100,
    )


def test_a_cluster_has_the_industries_of_what_it_is(found: CandidateClusters) -> None:
    by = found.table.set_index("regions")
    assert by.loc["R07;R08", ["level", "industries"]].tolist() == [
        "template", "101;201",
    ]  # fmt: skip
    assert by.loc["R22;R23", ["level", "industries"]].tolist() == [
        "code_group", "311;312",
    ]  # fmt: skip
    assert by.loc["R34", ["level", "industries"]].tolist() == ["industry", "999"]


def test_clusters_and_concentrations_say_the_same(found: CandidateClusters) -> None:
    rows = found.concentrations.set_index("cluster")
    for name, row in found.table.iterrows():
        mine = rows.loc[[name]]
        assert set(mine["industries"]) == {row["industries"]}
        assert ";".join(mine["region"]) == row["regions"]
        assert ";".join(mine["grade"]) == row["grades"]
        assert mine["employment"].sum() == pytest.approx(row["employment"])


def test_industries_are_read_from_the_table(found: CandidateClusters) -> None:
    names = {v: k for k, v in found.table["regions"].items()}
    assert found.industries[names["R22;R23"]] == ["311", "312"]
    assert list(found.industries) == list(found.table.index)


def test_without_clusters_there_are_no_industries(found: CandidateClusters) -> None:
    empty = replace(found, table=found.table.iloc[:0], members=found.members.iloc[:0])
    assert empty.industries == {}
