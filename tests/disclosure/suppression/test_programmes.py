"""Changes that leave every sum: how far one figure moves, and at which price."""

from __future__ import annotations

import numpy as np
import pytest
from tests.disclosure.suppression.attacks import of_plants, simulated

from clusterid.disclosure.suppression._nodes import nodes_of
from clusterid.disclosure.suppression._programmes import Programmes


def square():
    """Two by two, each cell of 60 in four plants of which the largest has 20."""
    cell = [20, 15, 15, 10]
    return nodes_of(of_plants([[cell, cell], [cell, cell]]))


def bounds(nodes, cells, room):
    high = np.zeros(nodes.shape)
    for cell in cells:
        high[cell] = room
    return -high.ravel(), high.ravel()


def test_a_rectangle_moves_as_far_as_its_corners_do():
    nodes = square()
    programmes = Programmes(nodes)
    low, high = bounds(nodes, [(0, 0), (0, 1), (1, 0), (1, 1)], 40.0)
    reach = programmes.furthest(0, 1.0, low, high, 1000.0)
    assert reach.amount == pytest.approx(40)
    change = reach.change.reshape(nodes.shape)
    assert change[:2, :2].tolist() == [[40, -40], [-40, 40]]
    assert programmes.furthest(0, -1.0, low, high, 7.0).amount == pytest.approx(7)
    assert programmes.solved == 2


def test_three_corners_do_not_move():
    nodes = square()
    low, high = bounds(nodes, [(0, 0), (0, 1), (1, 0)], 40.0)
    assert Programmes(nodes).furthest(0, 1.0, low, high, 1000.0).amount == 0


def test_a_figure_that_is_published_does_not_move():
    nodes = square()
    low, high = bounds(nodes, [(0, 1)], 40.0)
    assert Programmes(nodes).furthest(0, 1.0, low, high, 10.0).amount == 0


@pytest.mark.parametrize("seed", range(3))
def test_every_change_leaves_the_sums_of_its_cells(seed):
    nodes = nodes_of(simulated(seed, groups=True))
    rng = np.random.default_rng(seed)
    room = rng.uniform(1, 30, nodes.shape)
    price = rng.uniform(1, 2, nodes.shape)
    change = Programmes(nodes).cheapest(3, 5.0, room.ravel(), price.ravel())
    moved = change.reshape(nodes.shape)
    assert moved.ravel()[3] == 5
    assert (np.abs(moved) > 1e-9).sum() > 3
    for i, region in enumerate(nodes.regions.codes):
        for j, industry in enumerate(nodes.industries.codes):
            rows, columns = nodes.below((i, j))
            assert moved[np.ix_(rows, columns)].sum() == pytest.approx(
                moved[i, j], abs=1e-4
            ), (region, industry)


def test_the_cheapest_change_goes_where_it_is_free():
    cell = [20, 15, 15, 10]
    nodes = nodes_of(of_plants([[cell] * 3 for _ in range(3)]))
    price = np.ones(nodes.shape)
    price[nodes.margin] = np.inf
    for at in ((0, 2), (2, 0), (2, 2)):
        price[at] = 0.0
    room = np.full(nodes.shape, 30.0)
    change = Programmes(nodes).cheapest(0, 6.0, room.ravel(), price.ravel())
    places = {divmod(int(k), 4) for k in np.flatnonzero(change)}
    assert places == {(0, 0), (0, 2), (2, 0), (2, 2)}


def test_what_cannot_be_moved_at_any_price_is_none():
    nodes = square()
    price = np.full(nodes.shape, np.inf)
    room = np.full(nodes.shape, 30.0)
    assert Programmes(nodes).cheapest(0, 6.0, room.ravel(), price.ravel()) is None
