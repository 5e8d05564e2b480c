"""Groups too wide to stand anywhere are split where a part of them could stand."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from tests.communities.graphs import as_text

from clusterid.communities import detect_communities, partition_agreement
from clusterid.errors import OptionError


def nested() -> nx.Graph:
    """Return two blocks of twelve, each of three tight groups of four."""
    graph = as_text(nx.complete_graph(24))
    for a, b, data in graph.edges(data=True):
        i, j = int(a), int(b)
        near = 1.0 if i // 4 == j // 4 else 0.6
        data["weight"] = near if i // 12 == j // 12 else 0.05
    return graph


def smaller_than(limit):
    return lambda groups: [len(group) <= limit for group in groups]


def sizes(found):
    return found.significance["n_industries"].tolist()


def test_a_wide_group_is_cut_into_the_parts_that_could_stand():
    graph = nested()
    whole = detect_communities(graph, runs=10, resolution=0.3)
    assert sizes(whole) == [12, 12]
    found = detect_communities(graph, runs=10, resolution=0.3, stands=smaller_than(4))
    assert sizes(found) == [4] * 6
    assert found.params["splits"]
    assert not whole.params["splits"]


def test_what_could_stand_is_left_whole_and_what_no_part_could_stays():
    graph = nested()
    for limit in (12, 1):
        found = detect_communities(
            graph, runs=10, resolution=0.3, stands=smaller_than(limit)
        )
        assert sizes(found) == [12, 12]


def test_only_the_parts_that_could_stand_decide_the_cut():
    first = [f"{i:03d}" for i in range(4)]

    def could(groups):
        return [sorted(group) == first for group in groups]

    found = detect_communities(nested(), runs=10, resolution=0.3, stands=could)
    assert first in [found.members(name) for name in found.labels.index]
    assert max(sizes(found)) == 12  # no part of the other block could stand


def test_confidence_status_and_labels_are_those_of_the_parts():
    found = detect_communities(
        nested(), runs=10, resolution=0.3, stands=smaller_than(4)
    )
    assert found.confidence.between(0.9, 1).all()
    assert found.status.eq("assigned").all()
    assert list(found.labels.index) == [f"T{i:02d}" for i in range(1, 7)]
    assert found.significance["internal_weight"].tolist() == pytest.approx([1.0] * 6)


def test_order_of_nodes_does_not_matter():
    graph = nested()
    rng = np.random.default_rng(3)
    other = nx.Graph()
    other.add_nodes_from(rng.permutation(sorted(graph)).tolist())
    links = list(graph.edges(data=True))
    other.add_edges_from(links[i] for i in rng.permutation(len(links)))
    both = [
        detect_communities(g, runs=10, resolution=0.3, stands=smaller_than(4))
        for g in (graph, other)
    ]
    assert both[0].membership.equals(both[1].membership)


def test_one_answer_a_group_is_asked_for():
    with pytest.raises(OptionError, match="one a group"):
        detect_communities(nested(), runs=10, resolution=0.3, stands=lambda _: [])


def test_one_group_says_nothing_of_several():
    one = pd.Series("all", index=list("abcd"))
    four = pd.Series(list("abcd"), index=list("abcd"))
    found = partition_agreement(one, four, missing="single")
    for name in ("nmi_arithmetic", "nmi_geometric", "nmi_min", "nmi_max"):
        assert found[name] == 0, name
    assert partition_agreement(one, one)["nmi_min"] == 1
