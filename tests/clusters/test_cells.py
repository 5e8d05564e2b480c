"""Groups tested cell by cell: nulls hold, withheld stays missing, known places come."""

from __future__ import annotations

import inspect

import numpy as np
import pandas as pd
import pytest
from tests.clusters.planted_clusters import PLANTED, simulated

from clusterid.clusters import identify_clusters, member_cells, test_groups
from clusterid.simulation import simulate_counts
from clusterid.tables import Economy, economy


def test_the_same_defaults_wherever_a_cell_is_tested():
    def defaults(function):
        known = inspect.signature(function).parameters.values()
        return {p.name: p.default for p in known if p.kind is p.KEYWORD_ONLY}

    cell, members = defaults(test_groups), defaults(member_cells)
    whole = defaults(identify_clusters)
    assert {name: members[name] for name in cell} == cell
    for name in set(whole) & set(members):
        assert whole[name] == members[name], name


def test_roughness_is_estimated_and_not_reported_as_clusters():
    long, templates = simulated(3, roughness=0.4)
    cells = test_groups(economy(long), templates.groups, local_statistics=False)
    nulls = pd.DataFrame(cells.attrs["nulls"]).T
    # four industries of equal size with sd 0.4 each: about 0.2 together
    assert nulls["roughness"].between(0.14, 0.28).all()
    assert not cells["is_seed"].any()
    dartboard = test_groups(
        economy(long), templates.groups, roughness="none", local_statistics=False
    )
    assert dartboard["is_seed"].sum() > 10


def test_withheld_cells_are_missing_on_both_sides_and_never_zero():
    long, templates = simulated(1, planted=("T02", PLANTED, 3.0))
    table = economy(long)
    hidden = table.employment.copy()
    hidden.loc["R066", ["02", "08"]] = np.nan
    hidden.loc["R100", [c for c in hidden if int(c) % 6 == 2]] = np.nan
    cells = test_groups(
        table.with_employment(hidden),
        templates.groups,
        concept="employment",
        local_statistics=False,
    ).set_index(["template", "region"])
    partly = cells.loc[("T02", "R066")]
    assert partly["reason"] == "withheld_part"
    assert partly["lq"] > 1.5
    wholly = cells.loc[("T02", "R100")]
    assert wholly["reason"] == "withheld"
    assert np.isnan(wholly["p_value"])
    assert np.isnan(wholly["employment"])


def test_nothing_is_called_withheld_where_nothing_is():
    rng = np.random.default_rng(0)
    regions = [f"R{i:02d}" for i in range(40)]
    industries = [f"I{j:02d}" for j in range(88)]
    values = rng.integers(1, 99_999, (40, 88)) / 7.0
    jobs = pd.DataFrame(values, index=regions, columns=industries)
    long = jobs.rename_axis(index="region", columns="industry").stack()
    # several groups, so that sums are added in more than one order
    groups = pd.DataFrame(
        np.eye(20)[rng.integers(0, 20, 88)],
        index=industries,
        columns=[f"G{k:02d}" for k in range(20)],
    )
    one = economy(long.rename("employment").reset_index())
    cells = test_groups(one, groups, local_statistics=False)
    assert not cells["reason"].eq("withheld_part").any()


def share_with_a_seed(replicates: int, seed: int, **options) -> float:
    design, tables = simulate_counts(replicates=replicates, seed=seed, **options)
    templates = design.industries.templates.drop_duplicates("industry")
    groups = pd.crosstab(templates["industry"], templates["template"]).astype(float)
    density = pd.Series(
        design.weights / design.regions["area_km2"].to_numpy(),
        index=design.regions.index,
    )
    hits = 0
    for counts in tables:
        cells = test_groups(
            Economy(employment=counts * 10.0, establishments=counts.astype(float)),
            groups,
            density=density,
            local_statistics=False,
        )
        assert cells["power_lq"].median() > 1.5
        hits += bool(cells["is_seed"].any())
    return hits / replicates


def test_few_dartboards_show_a_cluster():
    # 8 economies at a true rate near 3 %: three or more happen once in 700 runs
    assert share_with_a_seed(8, 11, dartboard=True) < 3 / 8


def test_few_rough_economies_show_a_cluster():
    rate = share_with_a_seed(6, 12, roughness=0.4, density_gradient=0.25)
    assert rate < 3 / 6


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "options"),
    [
        (21, {"dartboard": True}),
        (22, {"roughness": 0.2, "density_gradient": 0.25}),
    ],
)
def test_false_alarms_stay_near_five_percent(seed, options):
    # bound: 5 % plus two binomial standard errors of 60 draws
    assert share_with_a_seed(60, seed, **options) <= 0.05 + 2 * np.sqrt(
        0.05 * 0.95 / 60
    )


#: group -> (beginnings of SIC classes, region in which it is known to sit)
KNOWN = {
    "ceramics": (("234",), {"UKG2"}),
    "oil and gas": (("061", "091"), {"UKM5"}),
    "spirits": (("1101",), {"UKM6", "UKM8"}),
    "fund management": (("663",), {"UKI3"}),
}


def test_known_clusters_of_great_britain_come_first(data_dir):
    table = pd.read_parquet(
        data_dir / "uk_bres_nuts2" / "bres_employment_sic5_2015_2021.parquet"
    )
    table = table[table["year"].eq(2021)]
    wide = table.pivot_table(
        index="nuts2", columns="sic5", values="emp", aggfunc="sum"
    ).astype(float)
    groups = pd.DataFrame(
        {
            name: [float(str(code).zfill(5).startswith(starts)) for code in wide]
            for name, (starts, _) in KNOWN.items()
        },
        index=wide.columns.astype(str),
    )
    cells = test_groups(economy(wide), groups, local_statistics=False)
    told = {"employment_only", "one_industry", "withheld_part"}
    assert set(cells["reason"]) <= told
    # what one industry carries is no concentration that jobs alone can show
    assert cells.loc[cells["reason"].eq("one_industry"), "p_value"].gt(0.05).all()
    first = cells.sort_values("p_value", kind="stable").groupby("template").first()
    for name, (_, places) in KNOWN.items():
        assert first.loc[name, "region"] in places, name
        assert first.loc[name, "p_value"] < 0.01, name
    # power is told beside what was not found
    assert cells["power_lq"].gt(1).any()
