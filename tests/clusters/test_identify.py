"""Candidate clusters on simulated tables: planted ones found, none where none are."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box
from tests.clusters.planted_clusters import PLANTED, SIDE, simulated

from clusterid.clusters import identify_clusters, test_groups
from clusterid.errors import OptionError, TableError
from clusterid.tables import economy


def grid(side: int = SIDE) -> gpd.GeoDataFrame:
    codes = [f"R{i:03d}" for i in range(side * side)]
    shapes = [
        box(i % side, i // side, i % side + 1, i // side + 1) for i in range(side**2)
    ]
    frame = gpd.GeoDataFrame(
        {"name": codes}, geometry=shapes, index=codes, crs="EPSG:25832"
    )
    frame.index.name = "region"
    rng = np.random.default_rng(9)
    frame["area_km2"] = rng.uniform(200, 2000, side**2)
    return frame


def test_a_planted_cluster_is_found_in_its_place_and_alone():
    long, templates = simulated(1, planted=("T02", PLANTED, 3.0))
    found = identify_clusters(economy(long), templates, grid(), local_statistics=False)
    assert found.table["template"].tolist() == ["T02"]
    assert found.table["regions"].iloc[0].split(";") == [f"R{i:03d}" for i in PLANTED]
    row = found.table.iloc[0]
    assert row["n_regions"] == 4
    assert 2 < row["lq_shrunk"] <= row["lq"]
    assert not row["edge_region"]
    assert row["n_members"] == 4
    members = found.members
    assert set(members["region"]) == {f"R{i:03d}" for i in PLANTED}
    assert members["employment"].sum() == pytest.approx(row["employment"])
    cells = found.cells.set_index(["template", "region"])
    assert row["employment"] == pytest.approx(
        sum(cells.loc[("T02", f"R{i:03d}"), "employment"] for i in PLANTED)
    )


def test_nothing_is_found_on_a_dartboard_and_the_power_is_told():
    long, templates = simulated(2)
    found = identify_clusters(economy(long), templates, grid(), local_statistics=False)
    assert found.table.empty
    assert list(found.table.columns)[:3] == ["template", "label", "regions"]
    assert found.power()["median"].between(1.2, 5).all()
    assert "only from a quotient of" in repr(found)


def test_row_order_changes_nothing():
    long, templates = simulated(1, planted=("T02", PLANTED, 3.0))
    first = identify_clusters(economy(long), templates, grid(), local_statistics=False)
    mixed = long.sample(frac=1.0, random_state=4)
    second = identify_clusters(
        economy(mixed),
        templates,
        grid().sample(frac=1.0, random_state=5),
        local_statistics=False,
    )
    pd.testing.assert_frame_equal(first.cells, second.cells)
    pd.testing.assert_frame_equal(
        pd.DataFrame(first.table.drop(columns="geometry")),
        pd.DataFrame(second.table.drop(columns="geometry")),
    )


def test_one_big_plant_is_no_cluster():
    long, templates = simulated(5)
    at = long["region"].eq("R066") & long["industry"].eq("02")
    long.loc[at, "employment"] = 60_000.0
    found = identify_clusters(economy(long), templates, grid(), local_statistics=False)
    assert found.table.empty


def test_imputed_cells_are_counted():
    long, templates = simulated(1, planted=("T02", PLANTED, 3.0))
    table = economy(long)
    marks = pd.DataFrame(False, index=table.regions, columns=table.industries)
    marks.loc["R066", "02"] = True
    found = identify_clusters(
        table, templates, grid(), imputed=marks, local_statistics=False
    )
    share = table.employment.loc["R066", "02"] / found.table["employment"].iloc[0]
    assert found.table["share_imputed"].iloc[0] == pytest.approx(share)


def test_faults_are_told():
    long, templates = simulated(1)
    table = economy(long)
    with pytest.raises(TableError, match="have no shape"):
        identify_clusters(table, templates, grid().iloc[:-2])
    with pytest.raises(OptionError, match="preset"):
        identify_clusters(table, templates, grid(), preset="nonsense")
    with pytest.raises(TableError, match="lies outside"):
        test_groups(table, pd.DataFrame({"g": [2.0]}, index=["01"]))
    with pytest.raises(TableError, match="no industry of the groups"):
        test_groups(table, pd.DataFrame({"g": [1.0]}, index=["999"]))


def test_links_and_change_stand_beside_a_cluster():
    import networkx as nx

    long, templates = simulated(1, planted=("T02", PLANTED, 3.0))
    table = economy(long)
    before = table.with_employment(table.employment.copy())
    codes = [c for c in table.industries if int(c) % 6 == 2]
    before.employment.loc[[f"R{i:03d}" for i in PLANTED], codes] /= 2
    projects = pd.DataFrame({
        "project": ["p", "p", "q", "q", "r", "r"],
        "region": ["R065", "R066", "R066", "R001", "R002", "R003"],
    })
    supply = nx.Graph()
    supply.add_edge("02", "08", weight=2.0)
    supply.add_edge("14", "20", weight=1.0)
    found = identify_clusters(
        table,
        templates,
        grid(),
        earlier=before,
        collaborations=projects,
        layers={"supply": supply},
        local_statistics=False,
    )
    row = found.table.iloc[0]
    assert row["employment_change"] == pytest.approx(1.0)
    assert row["lq_change"] > 0
    assert row["research_inside"] == 1
    assert row["research_outside"] == 1
    assert row["supply_density"] == 1
    assert row["q_value"] < 0.05


def test_a_cluster_that_vanishes_in_coarser_units_is_flagged():
    long, templates = simulated(1, planted=("T02", PLANTED, 3.0))
    table = economy(long)
    codes = table.regions
    number = [int(code[1:]) for code in codes]
    # blocks of two by two keep the cluster together (65, 66 | 77, 78 are not aligned
    # with the grid), whole rows of the map dissolve it
    rows = pd.Series([f"row{i // SIDE // 6}" for i in number], index=codes)
    blocks = pd.Series(
        [f"b{(i // SIDE + 1) // 2}{(i % SIDE + 1) // 2}" for i in number], index=codes
    )
    flags = [
        identify_clusters(
            table, templates, grid(), coarser=units, local_statistics=False
        )
        .table["flags"]
        .iloc[0]
        for units in (blocks, rows)
    ]
    assert "scale_dependent" not in flags[0]
    assert "scale_dependent" in flags[1]
