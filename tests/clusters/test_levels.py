"""Clusters are found at the level of kind at which they live, and once."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box
from tests.clusters.ceramics import CERAMICS, CODES, REGIONS, SIDE, plants

from clusterid.clusters import identify_clusters
from clusterid.communities import given_templates
from clusterid.errors import OptionError
from clusterid.simulation import simulate_counts
from clusterid.tables import Economy


def shapes():
    squares = [
        box(i % SIDE, i // SIDE, i % SIDE + 1, i // SIDE + 1) for i in range(SIDE**2)
    ]
    return gpd.GeoDataFrame(
        {"area_km2": 100.0, "parent": [f"L{i // 21}" for i in range(SIDE**2)]},
        geometry=squares,
        index=pd.Index(REGIONS, name="region"),
        crs=25832,
    )


def found_in(economy, **options):
    return identify_clusters(
        economy,
        given_templates(dict.fromkeys(CODES, "materials")),
        shapes(),
        local_statistics=False,
        **options,
    )


POTTERIES = {("R24", code): 30.0 for code in CERAMICS}


def test_ceramics_are_found_in_a_template_that_drowns_them():
    economy = plants(POTTERIES)
    row = found_in(economy).table.iloc[0]
    assert (row["template"], row["level"], row["regions"]) == (
        "materials", "part", "R24"
    )  # fmt: skip
    members = found_in(economy).members
    assert sorted(members["industry"]) == CERAMICS
    assert row["employment"] == pytest.approx(150 * 25.0)
    # its industries alone stand out, too, and are not counted again
    parts = found_in(economy).parts.set_index("industries")
    assert parts.loc[";".join(CERAMICS), "state"] == "candidate"
    assert set(parts.loc[parts["level"].eq("industry"), "state"]) == {"inside"}
    assert set(parts["cluster"]) == {"C001"}


def test_a_template_that_stands_as_a_whole_is_the_cluster():
    whole = {("R24", code): 40.0 for code in CODES}
    found = found_in(plants(whole))
    assert found.table["level"].tolist() == ["template"]
    assert found.table["part"].tolist() == [""]
    assert set(found.parts["state"]) <= {"inside"}


def test_a_template_that_is_one_part_alone_is_called_by_that_part():
    found = found_in(plants(dict.fromkeys(POTTERIES, 150.0)))
    assert found.table["level"].tolist() == ["part"]
    cell = found.cells.set_index("region").loc["R24"]
    assert cell["is_seed"]
    assert (cell["is_member"], cell["reason"]) == (False, "only_part")


def test_one_industry_needs_plants_where_they_are_counted():
    found = found_in(plants({("R24", "2341"): 70.0}))
    assert found.table["level"].tolist() == ["industry"]
    assert "single_industry" in found.table["flags"].iloc[0].split(";")
    held = found_in(plants({("R24", "2341"): 70.0}), minimum_plants=100)
    assert "industry" not in set(held.table["level"])


def test_with_jobs_alone_one_industry_stays_undecided():
    economy = plants({("R24", "2341"): 400.0})
    found = found_in(Economy(employment=economy.employment))
    assert "industry" not in set(found.table["level"])
    left = found.parts[found.parts["state"].eq("one_industry")]
    assert left[["regions", "industries"]].to_numpy().tolist() == [["R24", "2341"]]
    assert left["p_value"].max() < 0.001
    sizes = pd.DataFrame({"lower": 0.01, "upper": 0.02}, index=["2341"])
    told = Economy(employment=economy.employment, plant_herfindahl=sizes)
    assert found_in(told).table["regions"].tolist() == ["R24"]
    assert not found_in(told).parts["state"].eq("one_industry").any()


def test_only_templates_are_tested_where_asked():
    economy = plants(POTTERIES)
    found = found_in(economy, levels="templates")
    assert not len(found.table)
    assert not len(found.parts)
    with pytest.raises(OptionError):
        found_in(economy, levels="everything")


def test_the_order_of_rows_and_columns_does_not_matter():
    economy = plants(POTTERIES)
    shuffled = Economy(
        employment=economy.employment.iloc[::-1, ::-1],
        establishments=economy.establishments.iloc[::-1, ::-1],
    )
    first, second = found_in(economy), found_in(shuffled)
    columns = ["template", "part", "regions", "employment"]
    assert first.table[columns].to_numpy().tolist() == (
        second.table[columns].to_numpy().tolist()
    )
    assert first.table["p_value"].to_numpy() == pytest.approx(
        second.table["p_value"].to_numpy(), rel=1e-9
    )


@pytest.mark.slow
def test_few_dartboards_show_a_cluster_at_any_level():
    # 8 economies at a true rate near 3 %: three or more happen once in 700 runs
    design, tables = simulate_counts(replicates=8, seed=31, dartboard=True)
    home = design.industries.templates.drop_duplicates("industry")
    hits = 0
    for counts in tables:
        found = identify_clusters(
            Economy(employment=counts * 10.0, establishments=counts.astype(float)),
            given_templates(home.set_index("industry")["template"]),
            design.regions,
            coarser=None,
            local_statistics=False,
        )
        assert len(found.cells) > 0
        hits += bool(found.cells["is_seed"].any() or len(found.parts))
    assert hits < 3
