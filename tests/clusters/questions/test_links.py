"""Question 4: who takes part, and who is linked with another one that does."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
from tests.clusters.simple import table

from clusterid.clusters.questions._counted import table_of
from clusterid.clusters.questions._links import (
    linked_industries,
    links_between,
    participating,
)

CODES = pd.Index(list("ABCZ"))
KIND = pd.DataFrame({"ABC": [1.0, 1, 1, 0]}, index=list("ABCZ"))


def test_an_industry_takes_part_above_its_usual_plants_from_three_on():
    economy = table({("R01", "A"): (10, 0.0), ("R02", "B"): (2, 0.0)}, plants=0)
    here = participating(table_of(economy))
    assert here[1].tolist() == [True, False, False, False]
    assert not here[2, 1]  # two plants
    alone = participating(table_of(table({("R01", "A"): (0, 50.0)}, counted=False)))
    assert alone[1].tolist() == [True, False, False, False]


def test_linked_is_who_has_a_link_to_another_one_that_takes_part():
    graph = nx.DiGraph()
    graph.add_edge("A", "B", weight=1.0)
    graph.add_edge("C", "C", weight=9.0)
    graph.add_edge("C", "elsewhere", weight=9.0)
    links = links_between({"supply": graph}, CODES)
    here = np.array([[1, 1, 1, 0], [1, 0, 1, 0]], dtype=bool)
    members, linked = linked_industries(KIND, here, links)
    assert members[:, 0].tolist() == [3, 2]
    assert linked[:, 0].tolist() == [2, 0]
    assert links.among(np.array([0, 1])) == ["supply"]
    assert links.among(np.array([1, 2])) == []


def test_what_no_layer_observes_is_unknown_and_not_none():
    here = np.array([[1, 1, 1, 0]], dtype=bool)
    strange = nx.path_graph(3)
    one_only = nx.Graph(observed=["A", "elsewhere"], absent="zero")
    for layers in (None, {}, {"supply": strange}, {"supply": one_only}):
        members, linked = linked_industries(KIND, here, links_between(layers, CODES))
        assert members[0, 0] == 3
        assert np.isnan(linked).all()
    seen = nx.Graph(observed=["A", "B"], absent="zero")
    _, linked = linked_industries(KIND, here, links_between({"supply": seen}, CODES))
    assert linked[0, 0] == 0


def test_regions_are_no_industries_and_colocation_stands_in_alone():
    places = nx.Graph(kind="place")
    places.add_edge("A", "B", weight=1.0)
    together = nx.Graph(layer="colocation")
    together.add_edge("A", "B", weight=1.0)
    assert links_between({"research": places}, CODES).layers == {}
    alone = links_between({"colocation": together, "research": places}, CODES)
    assert list(alone.layers) == ["colocation"]
    beside = {"colocation": together, "supply": nx.Graph([("B", "C")])}
    assert list(links_between(beside, CODES).layers) == ["supply"]
