"""Rectangles across groups take what lies between with them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.disclosure.suppression.attacks import of_plants, simulated

from clusterid.disclosure import SuppressionRules
from clusterid.disclosure.suppression._given import prices
from clusterid.disclosure.suppression._nodes import nodes_of
from clusterid.disclosure.suppression._paths import Ways, protect_across
from clusterid.disclosure.suppression._programmes import Programmes
from clusterid.disclosure.suppression._state import begin

MANY = [9, 8, 7, 6]


def state_of(economy):
    nodes = nodes_of(economy)
    return begin(nodes, SuppressionRules(), prices(nodes, None))


def test_a_cell_alone_in_its_group_goes_through_the_group():
    trees = {"industry": pd.Series({"c0": "G", "c1": "G", "c2": "H", "c3": "H"})}
    rows = [[[7, 6], [], MANY, MANY], [MANY, [], MANY, MANY]]
    state = state_of(of_plants(rows, trees))
    assert protect_across(state, Ways(state), (0, 0), totals=False)
    names = {
        state.nodes.labels((int(i), int(j)))
        for i, j in np.argwhere(state.reasons == "secondary")
    }
    crossed = "c2" if ("r0", "c2") in names else "c3"
    assert names == {
        ("r0", crossed), ("r1", "c0"), ("r1", crossed),
        ("r0", "H"), ("r1", "G"), ("r1", "H"),
    } | ({("r0", "G")} & names)  # fmt: skip
    assert state.held[0, state.nodes.industries.codes.get_loc("G")]


@pytest.mark.parametrize("seed", range(5))
def test_what_is_held_moves_the_figure_by_its_need(seed):
    state = state_of(simulated(seed, groups=True))
    ways = Ways(state)
    programmes = Programmes(state.nodes)
    asked = np.argwhere(state.open)
    assert len(asked)
    for i, j in asked:
        node = (int(i), int(j))
        if not state.nodes.bottom[node]:
            continue
        assert protect_across(state, ways, node, totals=True)
        room = np.where(state.held, state.capacity, 0.0)
        room[node] = np.inf
        place = node[0] * state.held.shape[1] + node[1]
        need = float(state.need[node])
        reach = programmes.furthest(place, 1.0, -room.ravel(), room.ravel(), need)
        assert reach.amount == pytest.approx(need)


def test_a_search_leaves_room_and_price_as_they_were():
    state = state_of(simulated(1, groups=True))
    ways = Ways(state)
    room, price = ways.room.copy(), ways.price.copy()
    for i, j in np.argwhere(state.open)[:10]:
        protect_across(state, ways, (int(i), int(j)), totals=True)
    assert (ways.room == room).all()
    assert (ways.price == price).all()
    assert ways.held[:-2, :-2] is not None
    assert np.shares_memory(ways.held, state.held)
