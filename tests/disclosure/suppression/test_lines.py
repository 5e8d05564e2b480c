"""Held plants of one published sum keep the primary rules together."""

from __future__ import annotations

from tests.disclosure.suppression.attacks import of_plants, simulated

from clusterid.disclosure import SuppressionRules, guard
from clusterid.disclosure.suppression._lines import thin_lines
from clusterid.disclosure.suppression._nodes import nodes_of


def held_of(nodes, *cells):
    held = nodes.value < 0
    for cell in cells:
        held[cell] = True
    return held


def test_a_line_of_too_few_held_plants_is_found_with_its_sum():
    many = [30, 30, 30, 30, 30]
    nodes = nodes_of(of_plants([[[30], [20], many], [many, many, many]]))
    rules = SuppressionRules(dominance=None, p_percent=None)
    found = list(thin_lines(nodes, held_of(nodes, (0, 0), (0, 1)), rules))
    wholes = [whole for _, whole in found]
    assert wholes == [(0, 3), (2, 0), (2, 1)]  # 2 plants, 1 plant, 1 plant
    closed = held_of(nodes, (0, 0), (0, 1), (0, 3), (2, 0), (2, 1))
    lines = {whole for _, whole in thin_lines(nodes, closed, rules)}
    assert (0, 3) not in lines


def test_the_two_largest_plants_may_stand_in_different_cells():
    """1000 in one cell and 900 in another: what is left must be 100."""
    nodes = nodes_of(of_plants([[[1000, 60, 9], [900, 20, 10], [5, 5, 5]]]))
    rules = SuppressionRules(minimum_plants=1, dominance=None)
    both = held_of(nodes, (0, 0), (0, 1), (1, 0), (1, 1), (1, 3))
    assert [whole for _, whole in thin_lines(nodes, both, rules)] == [(0, 3)]
    rules = SuppressionRules(minimum_plants=1, dominance=None, p_percent=9.5)
    assert not list(thin_lines(nodes, both, rules))


def test_no_guarded_table_has_such_a_line():
    for seed in range(6):
        for minimum in (3, 6):
            economy = simulated(seed, groups=bool(seed % 2))
            result = guard(economy, minimum_plants=minimum, method="fast")
            counts = economy.establishments.where(result.held, 0)
            lines = counts.sum(axis=1)[~result.region_totals]
            assert (lines[lines > 0] >= minimum).all()
            lines = counts.sum()[~result.industry_totals]
            assert (lines[lines > 0] >= minimum).all()
