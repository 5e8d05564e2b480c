"""Graphs of every size fall into their groups, and what cannot be used is refused."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from tests.communities.graphs import as_text, noisy_groups

from clusterid.communities import detect_communities, given_templates
from clusterid.errors import GraphError, OptionError, TableError


def two_blocks(first: int, second: int, between: float = 0.2) -> nx.Graph:
    graph = as_text(nx.complete_graph(first + second))
    for a, b, data in graph.edges(data=True):
        data["weight"] = 1.0 if (int(a) < first) == (int(b) < first) else between
    return graph


@pytest.mark.parametrize(("first", "second"), [(3, 2), (4, 4), (6, 5), (20, 4)])
def test_two_blocks_are_two_templates(first, second):
    found = detect_communities(two_blocks(first, second), runs=20)
    assert found.significance["n_industries"].tolist() == [first, second]
    assert found.status.eq("assigned").all()


def test_karate_falls_into_its_two_clubs():
    karate = nx.karate_club_graph()
    found = detect_communities(as_text(karate, weight=None), runs=40)
    assert len(found.labels) == 2
    club = {f"{i:03d}": data["club"] for i, data in karate.nodes(data=True)}
    alike = found.membership.groupby(club).agg(lambda x: x.value_counts().max())
    # one member is known to have joined the club of the other side's leader
    assert alike.sum() >= 33
    assert found.params["chosen_quality"] == "modularity"


def test_weights_that_say_nothing_are_not_counted():
    graph = nx.random_partition_graph([12] * 6, 0.6, 0.03, seed=4)
    rng = np.random.default_rng(0)
    for _, _, data in graph.edges(data=True):
        data["weight"] = float(rng.gamma(1.0))
    found = detect_communities(as_text(nx.Graph(graph), weight=None), runs=20)
    assert found.params["chosen_links"] == "equal"
    assert found.significance["n_industries"].tolist() == [12] * 6


def test_links_all_alike_make_one_template():
    found = detect_communities(as_text(nx.complete_graph(7)), runs=20)
    assert found.significance["n_industries"].tolist() == [7]


def test_largest_is_kept_and_none_lifts_it():
    graph = two_blocks(20, 4)
    capped = detect_communities(graph, runs=10, largest=10)
    assert capped.significance["n_industries"].le(10).all()
    assert detect_communities(graph, runs=10).significance["n_industries"].max() == 20


def test_what_is_asked_for_is_not_second_guessed():
    graph = noisy_groups(40)
    for options in ({"quality": "modularity"}, {"resolution": 0.2}):
        found = detect_communities(graph, runs=4, **options)
        assert found.params["chosen_quality"] == options.get("quality", "cpm")
        assert found.params["chosen_links"] == "given"


def test_layers_that_share_no_industry_are_refused():
    ring = as_text(nx.ring_of_cliques(3, 4))
    other = nx.relabel_nodes(ring, lambda code: f"x{code}")
    with pytest.raises(GraphError, match="layer a shares no industry"):
        detect_communities({"a": ring, "b": other})
    with pytest.raises(GraphError, match="held-out layer shares no industry"):
        detect_communities(ring, held_out=other)
    with pytest.raises(OptionError, match="held_out='c' is not offered"):
        detect_communities({"a": ring, "b": ring}, held_out="c")


@pytest.mark.parametrize(
    ("weight", "words"),
    [
        (-1.0, "no usable 'weight'"),
        (float("nan"), "no usable 'weight'"),
        (float("inf"), "no usable 'weight'"),
        ("much", "'much', which is no number"),
        (1e300, "beyond all numbers"),
    ],
)
def test_a_weight_that_is_none_is_refused(weight, words):
    graph = as_text(nx.complete_graph(4))
    graph.edges["000", "001"]["weight"] = weight
    with pytest.raises(GraphError, match=words):
        detect_communities(graph)


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({"neighbours": 0}, "keep at least 1 link"),
        ({"perturbation": -0.1}, "0 for none"),
        ({"contrast": 0.0}, "above 0"),
        ({"resolutions": 1}, "at least 2"),
    ],
)
def test_options_out_of_range_are_refused(option, words):
    with pytest.raises(OptionError, match=words):
        detect_communities(as_text(nx.complete_graph(4)), **option)


def test_templates_of_unknown_industries_are_refused():
    with pytest.raises(TableError, match="not among the industries"):
        given_templates({"10": "food", "zz": "food"}, industries=["10", "11"])
    # an industry in no template names nothing
    found = given_templates({"10": "food", "zz": None}, industries=["10", "11"])
    assert list(found.membership.index) == ["10", "11"]
