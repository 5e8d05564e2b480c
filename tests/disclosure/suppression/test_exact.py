"""Linear programmes: what they hold, and give back when it is not needed."""

from __future__ import annotations

import numpy as np
import pytest
from tests.disclosure.suppression.attacks import of_plants, simulated

from clusterid.disclosure import SuppressionRules
from clusterid.disclosure.suppression._exact import ExactStep
from clusterid.disclosure.suppression._given import prices
from clusterid.disclosure.suppression._nodes import nodes_of
from clusterid.disclosure.suppression._owners import Owners
from clusterid.disclosure.suppression._pattern import complete
from clusterid.disclosure.suppression._programmes import Programmes
from clusterid.disclosure.suppression._state import begin


def state_of(economy, method="exact"):
    nodes = nodes_of(economy)
    return begin(nodes, SuppressionRules(method=method), prices(nodes, None))


@pytest.mark.parametrize("seed", [0, 3])
def test_what_is_held_for_nothing_is_given_back(seed):
    economy = simulated(seed, 7, 6)
    kept, released = state_of(economy), state_of(economy)
    assert complete(kept, release=False) == []
    assert complete(released, release=True) == []
    assert released.price[released.held & ~released.primary].sum() < (
        kept.price[kept.held & ~kept.primary].sum()
    )
    owners = Owners(released.nodes, Programmes(released.nodes))
    for i, j in np.argwhere(released.held & (released.need > 0)):
        need = float(released.need[i, j])
        assert owners.protect(released.held, (int(i), int(j)), need) is not None


def test_a_sensitive_cell_is_never_given_back():
    state = state_of(simulated(1, 6, 6))
    complete(state, release=True)
    assert state.held[state.primary].all()
    assert (state.held == (state.reasons != "")).all()


def test_figures_nearby_are_those_with_most_room_beside_the_cell():
    rng = np.random.default_rng(0)
    sizes = [[rng.integers(3, 17, 15).tolist() for _ in range(50)] for _ in range(50)]
    sizes[2][3] = [600, 20, 12, 8]
    state = state_of(of_plants(sizes), method="fast")
    before = state.held.copy()
    step = ExactStep(state)
    assert step.protect_nearby((2, 3))
    moved = state.held & ~before
    assert 3 <= moved.sum() < 60
    assert not moved[-1].any()
    assert not moved[:, -1].any()
    assert state.programmes > 0


def test_one_owner_at_a_time_leaves_what_all_together_do_not():
    """Three cells of one plant in a column: each owner knows one, no more."""
    many = [9, 8, 7, 6]
    economy = of_plants([[[20], many], [[20], many], [[20], many]])
    nodes = nodes_of(economy)
    held = np.zeros(nodes.shape, dtype=bool)
    held[:3, 0] = held[:3, 2] = True  # the cells and the totals of their regions
    owners = Owners(nodes, Programmes(nodes))
    assert owners.outsiders(held, (0, 0), 1.0, 5.0).amount == pytest.approx(5)
    amount, weakest = owners.least(held, (0, 0), 1.0, 5.0)
    assert amount == pytest.approx(5)
    assert weakest == -1
    assert owners.protect(held, (0, 0), 2.0) is not None
    held[2, 0] = False  # two are left: who owns one computes the other
    amount, weakest = owners.least(held, (0, 0), 1.0, 5.0)
    assert amount == pytest.approx(0, abs=1e-9)
    assert weakest == 1 * nodes.shape[1] + 0
    assert owners.protect(held, (0, 0), 2.0) is None
