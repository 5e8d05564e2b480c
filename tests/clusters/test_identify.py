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


def test_a_planted_cluster_is_found_in_its_place_at_the_highest_grade():
    long, templates = simulated(1, planted=("T02", PLANTED, 3.0))
    found = identify_clusters(economy(long), templates, grid())
    assert found.by_grade["A"] == 1
    row = found.table.iloc[0]
    assert found.table.index[0] == "C001"
    assert (row["grade"], row["kind"], row["level"]) == ("A", "T02", "template")
    assert row["regions"].split(";") == [f"R{i:03d}" for i in PLANTED]
    assert row["n_regions"] == 4
    assert row["lq_plants_lower"] > 1.5
    assert not row["edge_region"]
    assert row["n_members"] == 4
    members = found.members[found.members["cluster"].eq("C001")]
    assert set(members["region"]) == {f"R{i:03d}" for i in PLANTED}
    assert members["employment"].sum() == pytest.approx(row["employment"])
    cells = found.cells.set_index(["template", "region"])
    mine = cells.loc[[("T02", f"R{i:03d}") for i in PLANTED]]
    assert row["employment"] == pytest.approx(mine["employment"].sum())
    assert row["establishments"] == pytest.approx(mine["establishments"].sum())
    usual = mine["establishments"] / mine["lq_plants"]
    assert row["lq_plants"] == pytest.approx(row["establishments"] / usual.sum())
    assert row["excess_jobs"] == pytest.approx(mine["excess_jobs"].sum())


def test_on_a_dartboard_plants_show_nothing_and_jobs_only_what_stands_there():
    long, templates = simulated(2)
    found = identify_clusters(economy(long), templates, grid())
    assert found.by_grade | {"C": 0} == {"A": 0, "B": 0, "C": 0, "D": 0}
    assert list(found.table.columns)[:2] == ["grade", "label"]
    assert found.table["why_not_higher"].str.contains("plants_below_bar").all()
    assert (found.concentrations["plants_needed"] > 1).all()
    assert "0 A, 0 B" in repr(found)


def test_no_industry_of_a_region_is_reported_twice_and_lists_are_ranked():
    long, templates = simulated(3, planted=("T02", PLANTED, 3.0), roughness=0.5)
    rows = identify_clusters(economy(long), templates, grid()).concentrations
    pairs = [
        (row.region, code)
        for row in rows.itertuples()
        for code in row.industries.split(";")
    ]
    assert len(pairs) == len(set(pairs))
    for _, of_region in rows.groupby("region"):
        assert of_region["rank"].tolist() == list(range(1, len(of_region) + 1))
        assert of_region["excess_jobs"].is_monotonic_decreasing
    strong = rows["lq_jobs"].ge(3) & rows["excess_jobs"].ge(1000)
    assert rows.loc[strong, "grade"].ne("").all()


def test_row_order_changes_nothing():
    long, templates = simulated(1, planted=("T02", PLANTED, 3.0))
    first = identify_clusters(economy(long), templates, grid())
    mixed = long.sample(frac=1.0, random_state=4)
    second = identify_clusters(
        economy(mixed),
        templates,
        grid().sample(frac=1.0, random_state=5),
    )
    pd.testing.assert_frame_equal(first.cells, second.cells)
    pd.testing.assert_frame_equal(
        pd.DataFrame(first.table.drop(columns="geometry")),
        pd.DataFrame(second.table.drop(columns="geometry")),
    )


def test_one_big_plant_is_c_and_carried_by_what_it_is():
    long, templates = simulated(5)
    at = long["region"].eq("R066") & long["industry"].eq("02")
    long.loc[at, "employment"] = 60_000.0
    found = identify_clusters(economy(long), templates, grid())
    mine = found.concentrations[
        found.concentrations["region"].eq("R066")
        & found.concentrations["industries"].eq("02")
    ]
    assert mine["grade"].tolist() == ["C"]
    assert mine["rank"].tolist() == [1]
    assert found.by_grade["A"] == found.by_grade["B"] == 0


def test_imputed_cells_are_counted():
    long, templates = simulated(1, planted=("T02", PLANTED, 3.0))
    table = economy(long)
    marks = pd.DataFrame(False, index=table.regions, columns=table.industries)
    marks.loc["R066", "02"] = True
    found = identify_clusters(table, templates, grid(), imputed=marks)
    share = table.employment.loc["R066", "02"] / found.table["employment"].iloc[0]
    assert found.table["share_imputed"].iloc[0] == pytest.approx(share)


def test_a_published_rule_chooses_and_grades_stand_beside():
    long, templates = simulated(1, planted=("T02", PLANTED, 3.0))
    found = identify_clusters(economy(long), templates, grid(), preset="lq_2")
    assert found.params["warning"]
    rows = found.concentrations
    assert rows["level"].eq("template").all()
    assert (rows["lq_jobs"] >= 2).all()
    cells = found.cells
    assert len(rows) == int(cells["lq_jobs"].ge(2).sum())
    assert rows["cluster"].ne("").all()
    assert "A" in set(rows["grade"])


@pytest.mark.parametrize("n_regions", [1, 2, 7])
@pytest.mark.parametrize("counted", [True, False])
def test_one_and_few_regions_give_a_result(n_regions, counted):
    long, templates = simulated(1)
    few = long[long["region"].isin([f"R{i:03d}" for i in range(n_regions)])]
    if not counted:
        few = few.drop(columns="establishments")
    found = identify_clusters(economy(few), templates, grid().iloc[:n_regions])
    assert found.by_grade["A"] == 0
    assert found.highest_possible == ("A" if counted else "C")


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_a_table_of_nothing_gives_an_empty_result(value):
    long, templates = simulated(1)
    table = economy(long)
    table.employment.loc[:, :] = value
    table.establishments.loc[:, :] = value
    found = identify_clusters(table, templates, grid())
    assert found.table.empty
    assert found.concentrations.empty
    assert repr(found) == "<CandidateClusters: none found at any grade>"
    assert "none found" in found._repr_html_()


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
    supply.add_edge("02", "01", weight=1.0)
    found = identify_clusters(
        table,
        templates,
        grid(),
        earlier=before,
        collaborations=projects,
        layers={"supply": supply},
    )
    row = found.table.iloc[0]
    assert row["employment_change"] == pytest.approx(1.0)
    assert row["lq_jobs_change"] > 0
    assert row["research_inside"] == 1
    assert row["research_outside"] == 1
    assert row["supply_density"] == 1
    assert row["q_plants"] < 0.05
    assert (row["n_linked"], row["linked_in"]) == (4, "supply")


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
        identify_clusters(table, templates, grid(), coarser=units)
        .table["flags"]
        .iloc[0]
        for units in (blocks, rows)
    ]
    assert "scale_dependent" not in flags[0]
    assert "scale_dependent" in flags[1]
