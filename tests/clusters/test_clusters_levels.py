"""Clusters are found at the level of kind at which they live, and once."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from clusterid.clusters import identify_clusters
from clusterid.clusters._identify import _larger_units
from clusterid.clusters._levels import gate_together, parts_of
from clusterid.communities import given_templates
from clusterid.errors import OptionError
from clusterid.simulation import simulate_counts
from clusterid.tables import Economy

SIDE = 7
REGIONS = [f"R{i:02d}" for i in range(SIDE * SIDE)]
#: Building materials: glass 231, ceramics 234, cement 235, concrete 236.
CERAMICS = ["2341", "2342", "2343", "2344", "2349"]
CODES = CERAMICS + [f"23{k}{n}" for k in (1, 5, 6) for n in range(10)]


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


def plants(raised=None, seed=1):
    """Return an economy of plants; ``raised``: {(region, code): plants}."""
    rng = np.random.default_rng(seed)
    counts = pd.DataFrame(
        rng.poisson(12.0, (len(REGIONS), len(CODES))),
        index=pd.Index(REGIONS, name="region"),
        columns=pd.Index(CODES, name="industry"),
    ).astype(float)
    for (region, code), number in (raised or {}).items():
        counts.loc[region, code] = number
    counts["9900"] = rng.poisson(4_000.0, len(REGIONS))
    return Economy(employment=counts * 25.0, establishments=counts)


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


def test_parts_are_every_set_once_and_never_the_template():
    templates = given_templates(dict.fromkeys(CODES, "materials"))
    economy = plants()
    parts = parts_of(templates, economy.employment, {"2341": "tableware"})
    sets = [tuple(parts.members(part)) for part in parts.table.index]
    assert len(sets) == len(set(sets))
    assert tuple(CODES) not in sets
    # 231, 234, 235 and 236; 23 is the template itself
    assert sum(len(s) > 1 for s in sets) == 4
    assert sum(len(s) == 1 for s in sets) == len(CODES)
    assert (
        parts.table.loc[parts.table["n_industries"].eq(1), "level"].eq("industry").all()
    )


def test_three_quarters_of_the_error_stay_with_the_templates():
    """By hand: 4 tests of templates, 12 of parts; weights 3 and 1/3."""
    own = pd.DataFrame({"template": "T", "p_value": [0.006, 0.2, 0.5, 1.0]})
    below = pd.DataFrame({"template": "P", "p_value": [0.0003] + [0.8] * 11})
    first, second = (
        t.assign(p_unchecked=t["p_value"], p_rest=0.0) for t in (own, below)
    )
    first, second = gate_together(first, second, gate="bh", alpha=0.03)
    assert first["weighted"].to_numpy() == pytest.approx(own["p_value"] / 3)
    assert second["weighted"].to_numpy() == pytest.approx(below["p_value"] * 3)
    # ranks 1 and 2 of 16: 0.0009 * 16 = 0.0144, 0.002 * 16 / 2 = 0.016
    assert second["q_value"].iloc[0] == pytest.approx(0.0144)
    assert first["q_value"].iloc[0] == pytest.approx(0.016)
    assert first["is_seed"].tolist() == [True, False, False, False]
    # a part that hangs on one large plant: 0.04 of one tried passes, of none the other
    second["p_rest"] = 0.06
    _, second = gate_together(
        first[["template", "p_value", "p_unchecked", "p_rest"]],
        second[["template", "p_value", "p_unchecked", "p_rest"]],
        gate="bh",
        alpha=0.03,
    )
    assert not second["is_seed"].any()
    assert second["is_open"].tolist() == [True] + [False] * 11


def test_larger_units_come_from_kreis_codes_or_parents():
    kreise = pd.DataFrame(index=["03101", "03102", "09161", "09261"])
    assert _larger_units("auto", kreise).tolist() == ["031", "031", "091", "092"]
    counties = pd.DataFrame(
        {"parent": ["06", "06", "08"]}, index=["06001", "06003", "08001"]
    )
    assert _larger_units("auto", counties).tolist() == ["06", "06", "08"]
    assert _larger_units("auto", counties.assign(parent=None)) is None
    assert _larger_units(None, kreise) is None
    given = pd.Series({"03101": "A"})
    assert _larger_units(given, kreise).equals(given)


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
