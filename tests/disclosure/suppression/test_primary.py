"""What is sensitive by itself, and what it needs: arithmetic by hand."""

from __future__ import annotations

import numpy as np
import pytest
from tests.disclosure.suppression.attacks import of_plants, table

from clusterid.disclosure import audit, guard
from clusterid.disclosure.suppression import SuppressionRules, protection_needed
from clusterid.disclosure.suppression._nodes import nodes_of
from clusterid.disclosure.suppression._primary import capacities, needs
from clusterid.tables import Economy

ALONE = {"minimum_plants": 1, "dominance": None, "secondary": False}


def test_the_cell_of_the_handbook_needs_1288_15():
    needed = protection_needed(11_968, 11_401, 145, p_percent=15)
    assert float(needed) == pytest.approx(1288.15)
    # the rule is kept where the rest is p % of the largest, and not below
    assert float(protection_needed(1100, 1000, 0, p_percent=10)) == 0
    assert float(protection_needed(1099, 1000, 0, p_percent=10)) == pytest.approx(1)


def test_p_percent_counts_the_rest_without_the_two_largest():
    economy = of_plants([[[1000, 900, 60, 39], [1000, 900, 60, 41]]])
    assert guard(economy, p_percent=10, **ALONE).reasons.to_numpy().tolist() == [
        ["p_percent", ""]
    ]
    assert not guard(economy, p_percent=9, **ALONE).held.to_numpy().any()


def test_an_unknown_second_plant_counts_as_nothing():
    known = of_plants([[[1000, 900, 60, 39]]])
    unknown = Economy(
        known.employment, known.establishments, largest_plant=known.largest_plant
    )
    assert guard(known, **ALONE).held.to_numpy().all()
    result = guard(unknown, **ALONE)
    assert not result.held.to_numpy().any()
    assert result.params["second_plant"] == "unknown"


def test_dominance_of_one_and_of_two_plants():
    economy = of_plants([[[60, 25, 10, 5], [86, 10, 3, 1]]])
    off = {"minimum_plants": 1, "p_percent": None, "secondary": False}
    one = guard(economy, dominance=0.85, **off)
    two = guard(economy, dominance=(2, 0.84), **off)
    assert one.reasons.to_numpy().tolist() == [["", "dominance"]]
    assert two.reasons.to_numpy().tolist() == [["dominance", "dominance"]]
    assert not guard(economy, dominance=None, **off).held.to_numpy().any()


def test_few_plants_and_none():
    economy = Economy(table([[9, 9, 9, 0]]), table([[1, 2, 3, 0]]))
    result = guard(economy, secondary=False)
    assert result.reasons.to_numpy().tolist() == [["few_plants", "few_plants", "", ""]]


def test_a_sum_of_few_plants_is_sensitive_too():
    economy = of_plants([[[9], []], [[5, 5, 5], [5, 6, 7]]])
    result = guard(economy, secondary=False)
    assert result.region_totals.tolist() == [True, False]
    assert result.industry_totals.tolist() == [False, False]
    assert not result.total


def test_the_two_largest_plants_of_a_sum_come_from_different_cells():
    economy = of_plants([[[50, 20], [40, 30]], [[5], [60, 1]]])
    nodes = nodes_of(economy)
    assert nodes.largest[-1].tolist() == [50, 60, 60]
    assert nodes.second[-1].tolist() == [20, 40, 50]
    assert nodes.largest[:, -1].tolist() == [50, 60, 60]
    assert nodes.second[:, -1].tolist() == [40, 5, 50]


def test_a_companion_falls_to_its_largest_plant_and_a_job_for_each_other():
    economy = of_plants([[[50, 20], [7], []], [[5, 4, 3], [6, 6], [1, 1, 1]]])
    room = capacities(nodes_of(economy))
    assert room[:2, :3].tolist() == [[19, 0, 0], [5, 5, 0]]
    assert np.isinf(room[-1]).sum() == 4
    free = capacities(nodes_of(economy), owners=False)
    assert free[:2, :3].tolist() == [[68, 6, 0], [9, 10, 0]]


def test_an_unknown_largest_plant_is_taken_to_have_the_mean_size():
    economy = Economy(table([[90, 10]]), table([[3, 1]]))
    assert capacities(nodes_of(economy))[0, :2].tolist() == [58, 0]  # 90 less 30 and 2
    assert guard(economy).params["largest_plant"] == "partly known"


def test_what_a_held_cell_needs_is_p_percent_of_it_to_either_side():
    economy = of_plants([[[50, 20], [7] * 9], [[9] * 9, [8] * 9]])
    found = audit(economy, held=guard(economy)).table.set_index(["region", "industry"])
    row = found.loc[("r0", "c0")]
    assert row["needed_lower"] == pytest.approx(63)
    assert row["needed_upper"] == pytest.approx(77)


def test_values_of_another_shape_are_refused():
    economy = Economy(table([[9.0, 9.0]]), table([[1.0]]))
    with pytest.raises(ValueError, match="establishments lacks a industry"):
        guard(economy)


def test_whole_counts_need_a_job_of_room_and_amounts_do_not():
    rules = SuppressionRules()
    counts = nodes_of(of_plants([[[3, 2], [40]]]))
    nothing = np.zeros(counts.shape, dtype=bool)
    assert needs(counts, nothing, rules)[0, :2].tolist() == [1, 4]
    amounts = nodes_of(of_plants([[[3.5, 2], [40]]]))
    assert needs(amounts, nothing, rules)[0, 0] == pytest.approx(0.55)
