"""What a partition saves in describing a graph: by hand, and when it is misused."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from tests.communities.graphs import as_text

from clusterid.communities._description import Description, _fitted
from clusterid.communities._graph import from_graph


def described(graph: nx.Graph) -> Description:
    return Description.of(from_graph(graph))


def test_all_in_one_group_saves_nothing():
    for graph in (nx.karate_club_graph(), nx.complete_graph(5), nx.path_graph(4)):
        one = described(as_text(graph))
        assert one.saved(np.zeros(len(graph), dtype=np.int64)) == 0


def test_two_cliques_by_hand():
    # two cliques of four, no link between: 12 of 12 pairs inside, 0 of 16 between
    graph = as_text(nx.disjoint_union(nx.complete_graph(4), nx.complete_graph(4)))
    two = np.repeat([0, 1], 4)
    one_rate = 12 * np.log(12 / 28) + 16 * np.log(16 / 28)
    # 35 ways to part eight into two fours, 7 pairs of sizes, 0 to 8 outside groups,
    # and the two numbers of twelve links
    cost = np.log(35) + np.log(7) + np.log(9) + np.log(12)
    assert described(graph).saved(two) == pytest.approx(-one_rate - cost)


def test_groups_of_links_all_alike_say_nothing():
    whole = described(as_text(nx.complete_graph(8)))
    assert np.isnan(whole.saved(np.repeat([0, 1], 4)))


def test_stronger_links_inside_save_and_weaker_ones_do_not():
    graph = as_text(nx.complete_graph(12))
    rng = np.random.default_rng(0)
    for a, b, data in graph.edges(data=True):
        strong = (a < "006") == (b < "006")
        data["weight"] = (3.0 if strong else 1.0) * rng.gamma(25, 1 / 25)
    two = np.repeat([0, 1], 6)
    mixed = np.tile([0, 1], 6)
    layer = described(graph)
    assert layer.saved(two) > 5
    assert not layer.saved(mixed) > 0


def test_scale_of_weights_and_order_of_labels_change_nothing():
    graph = nx.relabel_nodes(nx.les_miserables_graph(), str)
    labels = from_graph(graph).strength.argsort().argsort() // 26
    saved = described(graph).saved(labels)
    for _, _, data in graph.edges(data=True):
        data["weight"] *= 1000
    assert described(graph).saved(labels) == pytest.approx(saved)
    assert described(graph).saved(labels.max() - labels) == pytest.approx(saved)


def test_nodes_without_links_say_nothing():
    graph = as_text(nx.ring_of_cliques(4, 5))
    labels = np.repeat(np.arange(4), 5)
    saved = described(graph).saved(labels)
    graph.add_nodes_from(["900", "901"])
    assert described(graph).saved(np.append(labels, [4, 5])) == pytest.approx(saved)


def test_a_star_is_not_split_into_its_hub_and_the_others():
    hub = described(as_text(nx.star_graph(8)))
    labels = np.zeros(9, dtype=np.int64)
    labels[5:] = 1
    assert not hub.saved(labels) > 0


def test_one_rate_for_all_pairs_fits_no_better_than_the_degrees():
    # links inside and between as the degrees expect them, without a node's own pairs
    volume, squares = np.array([40.0, 40.0]), np.array([80.0, 80.0])
    own = float((volume**2 - squares).sum()) / 2
    found = 40 * own / (own + 1600)
    assert _fitted(volume, squares, found, 40 - found) == pytest.approx(0, abs=1e-6)
