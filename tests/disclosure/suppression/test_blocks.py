"""Rectangles of one block: found all at once, and closed one by one."""

from __future__ import annotations

import numpy as np
import pytest
from tests.disclosure.suppression.attacks import of_plants, simulated

from clusterid.disclosure import SuppressionRules
from clusterid.disclosure.suppression._blocks import (
    blocks,
    certify_blocks,
    open_in_block,
    protect_in_block,
)
from clusterid.disclosure.suppression._given import prices
from clusterid.disclosure.suppression._nodes import nodes_of
from clusterid.disclosure.suppression._state import begin


def state_of(economy, *, hold=()):
    nodes = nodes_of(economy)
    state = begin(nodes, SuppressionRules(), prices(nodes, None))
    for cell in hold:
        state.hold(cell, "secondary")
    return state


def by_hand(state):
    """Cells with one rectangle of held cells whose three corners can move the need."""
    n, m = (k - 1 for k in state.nodes.shape)
    room = np.where(state.held, state.capacity, 0.0)
    found = set()
    for i, j in np.argwhere(state.held[:n, :m]):
        need = state.need[i, j]
        if any(
            min(room[i, b], room[a, j], room[a, b]) >= need
            for a in range(n + 1)
            for b in range(m + 1)
            if a != i and b != j
        ):
            found.add((int(i), int(j)))
    return found


def test_all_at_once_finds_rectangles_and_no_others():
    n_found = n_true = 0
    for seed in range(6):
        state = state_of(simulated(seed, 9, 8))
        certify_blocks(state)
        found = {(int(i), int(j)) for i, j in np.argwhere(state.certified)}
        true = by_hand(state)
        assert found <= true
        n_found, n_true = n_found + len(found), n_true + len(true)
    # a level of need asks for a little more than the need
    assert n_found >= 0.7 * n_true


def test_the_total_of_a_flat_table_is_a_line_of_its_block():
    flat = nodes_of(simulated(0, 5, 4))
    assert [b.tolist() for b in blocks(flat.regions)] == [[0, 1, 2, 3, 4, 5]]
    grouped = nodes_of(simulated(0, 8, 7, groups=True))
    assert [b.tolist() for b in blocks(grouped.regions)] == [
        [0, 1, 2, 3], [4, 5, 6, 7],
    ]  # fmt: skip


def test_two_rectangles_together_move_what_one_cannot():
    """1000 jobs need 100; others move 57 (80 less 20 and 3): two rectangles."""
    dominant, other = [980, 10, 10], [20, 20, 20, 20]
    rows = [[dominant, other, other], [other] * 3, [other] * 3]
    everything = [(i, j) for i in range(3) for j in range(3)]
    state = state_of(of_plants(rows), hold=everything)
    certify_blocks(state)
    assert not state.certified[0, 0]
    assert open_in_block(state, (0, 0)) == pytest.approx(100)
    assert protect_in_block(state, (0, 0), totals=False)
    fewer = state_of(of_plants(rows), hold=[(0, 1), (1, 0), (1, 1)])
    assert open_in_block(fewer, (0, 0)) == pytest.approx(57)
    assert protect_in_block(fewer, (0, 0), totals=False)
    assert fewer.held[0, 2] or fewer.held[2, 0]


def test_a_total_is_held_only_where_it_may_be():
    state = state_of(of_plants([[[7], [9, 8, 7, 6], [9, 9, 9]]]))
    assert not protect_in_block(state, (0, 0), totals=False)
    assert protect_in_block(state, (0, 0), totals=True)
    assert state.held[-1].any()
