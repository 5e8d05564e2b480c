"""The rule of the grades, condition by condition, on economies made for each."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from tests.clusters.simple import REGIONS, SIDE, table

from clusterid.clusters import test_groups as grade_groups
from clusterid.tables import Economy

PAIR = pd.DataFrame({"AB": [1.0, 1, 0, 0], "C": [0.0, 0, 1, 0]}, index=list("ABCZ"))


def cell(economy: Economy, group: str = "AB", region: str = "R07", **options):
    cells = grade_groups(economy, PAIR, **options)
    return cells.set_index(["template", "region"]).loc[(group, region)]


def uneven(extra=None, seed: int = 0) -> Economy:
    """Return the simple table, its plants thrown by chance."""
    economy = table(extra)
    rng = np.random.default_rng(seed)
    number = economy.establishments.copy()
    number[list("ABC")] = rng.poisson(20.0, (SIDE * SIDE, 3)).astype(float)
    for (region, code), (more, _) in (extra or {}).items():
        number.loc[region, code] += more
    return replace(economy, establishments=number)


STRONG = {("R07", code): (80, 800.0) for code in "AB"}


def test_an_exceptional_cluster_is_a_and_says_so_in_numbers():
    found = cell(uneven(STRONG))
    assert found["grade"] == "A"
    assert found["q_exceptional"] < 0.01
    assert found["q_rest"] >= found["q_plants"]
    assert found["lq_plants_lower"] < found["lq_plants"] < found["lq_plants_upper"]
    assert found["lq_plants_smoothed"] > 1.5
    assert found["n_members"] == 2


def test_links_that_are_observed_and_missing_make_it_b():
    supply = nx.Graph()
    supply.add_edge("A", "Z", weight=1.0)
    supply.add_node("B")
    found = cell(uneven(STRONG), layers={"supply": supply})
    assert (found["grade"], found["n_linked"]) == ("B", 0)
    supply.add_edge("A", "B", weight=1.0)
    found = cell(uneven(STRONG), layers={"supply": supply})
    assert (found["grade"], found["n_linked"]) == ("A", 2)


def test_a_single_industry_is_no_more_than_b():
    found = cell(uneven({("R07", "C"): (80, 800.0)}), "C")
    assert (found["grade"], found["n_members"]) == ("B", 1)


def test_one_large_plant_is_c_and_never_higher():
    found = cell(uneven({("R07", "A"): (1, 9000.0)}))
    assert (found["grade"], found["grade_at_lower_bar"]) == ("C", "C")
    assert found["lq_jobs"] > 5
    assert found["lq_plants"] < 1.5
    # the plants of small kinds are draws, too
    assert found["p_plants"] > 0.01


def test_many_plants_below_mass_are_a_niche():
    few = {("R07", "C"): (8, 120.0)}
    economy = table(few, plants=0)
    economy.establishments.loc["R20", "C"] = 1.0
    economy.employment.loc["R20", "C"] = 10.0
    found = cell(economy, "C", minimum_plants=10, alpha=0.05)
    assert found["grade"] == "D"
    # with mass, but fewer plants than question 3 asks for: no B
    assert cell(economy, "C", minimum_jobs=100)["grade"] == "D"


def test_more_plants_with_fewer_jobs_than_average_are_no_concentration_of_jobs():
    extra = {("R07", "C"): (80, -150.0)}
    found = cell(uneven(extra), "C")
    assert found["lq_jobs"] < 1
    assert found["q_rest"] < 0.05
    assert found["grade"] == ""


def test_without_plants_c_is_the_highest_and_no_plant_column_is_filled():
    economy = table(STRONG, counted=False)
    cells = grade_groups(economy, PAIR)
    assert set(cells["grade"]) <= {"", "C"}
    assert cells["reason"].eq("plants_not_counted").all()
    plants = [c for c in cells if "plants" in c or c.startswith(("p_", "q_"))]
    assert cells[plants].isna().all(axis=None)
    assert cell(economy)["grade"] == "C"


def test_the_lower_end_of_what_is_withheld_decides_c():
    economy = table(STRONG, counted=False)
    marks = economy.employment.isna()
    marks.loc["R07"] = True
    low = economy.employment * 0.2
    high = economy.employment * 1.5
    open_range = replace(economy, lower=low, upper=high)
    found = cell(open_range, imputed=marks)
    assert found["grade"] == ""
    assert found["lq_jobs_lower"] < 2 < found["lq_jobs"] < found["lq_jobs_upper"]
    assert found["share_imputed"] == 1


def test_the_grade_is_told_at_a_lower_and_a_higher_bar():
    middle = {("R07", "C"): (24, 240.0)}
    found = cell(uneven(middle), "C", sensitivity=(1.0, 4.0))
    grades = [found[c] for c in ("grade_at_lower_bar", "grade", "grade_at_higher_bar")]
    order = [("A", "B", "C", "D", "").index(g) for g in grades]
    assert order == sorted(order)
    assert grades[0] == "B"
    assert grades[2] in ("", "C")


def test_a_neighbour_that_is_nearly_so_belongs_to_an_exceptional_cell():
    from libpysal.graph import Graph

    ring = pd.DataFrame({
        "focal": REGIONS + REGIONS[1:] + REGIONS[:1],
        "neighbor": REGIONS[1:] + REGIONS[:1] + REGIONS,
        "weight": 1,
    })
    graph = Graph.from_adjacency(ring)
    economy = uneven(STRONG | {("R08", code): (17, 170.0) for code in "AB"}, 1)
    beside = cell(economy, region="R08", graph=graph)
    assert beside["p_exceptional"] <= 0.02
    assert beside["q_exceptional"] > 0.05
    assert beside["grade"] == "A"
    assert cell(economy, region="R08")["grade"] == ""


@pytest.mark.parametrize("seed", range(4))
def test_shuffled_rows_and_columns_change_nothing(seed):
    economy = uneven(STRONG, seed)
    rng = np.random.default_rng(seed)
    rows, columns = rng.permutation(36), rng.permutation(4)
    mixed = Economy(
        economy.employment.iloc[rows, columns],
        economy.establishments.iloc[rows, columns],
    )
    first = grade_groups(economy, PAIR).set_index(["template", "region"])
    second = grade_groups(mixed, PAIR).set_index(["template", "region"])
    pd.testing.assert_frame_equal(
        first, second.reindex(first.index), check_exact=False, rtol=1e-9
    )


def test_a_total_row_is_not_graded_away_but_a_constant_table_has_no_grades():
    assert grade_groups(table(), PAIR)["grade"].eq("").all()
    nothing = grade_groups(table(plants=0), PAIR)
    assert nothing["grade"].eq("").all()
    assert nothing["reason"].eq("group_absent").all()


def test_the_grade_at_another_bar_is_that_of_a_run_at_that_bar():
    for more in (7, 9, 12, 16, 24, 40):
        extra = {("R07", code): (more, 10.0 * more) for code in "AB"}
        economy = uneven(extra, 2)
        main = grade_groups(economy, PAIR)
        low = grade_groups(economy, PAIR, bar=1.25)
        high = grade_groups(economy, PAIR, bar=2.0)
        assert main["grade_at_lower_bar"].tolist() == low["grade"].tolist()
        assert main["grade_at_higher_bar"].tolist() == high["grade"].tolist()


def test_raised_masses_and_bounds_say_what_lacks():
    found = cell(uneven({("R07", "C"): (80, 250.0)}), "C", minimum_plants=1000)
    assert found["grade"] == "C"
