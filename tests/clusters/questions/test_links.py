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
    links = links_between({"supply": graph}, pd.Index(list("ABCZ")))
    here = np.array([[1, 1, 1, 0], [1, 0, 1, 0]], dtype=bool)
    members, linked = linked_industries(KIND, here, links)
    assert members[:, 0].tolist() == [3, 2]
    assert linked[:, 0].tolist() == [2, 0]


def test_without_a_layer_links_are_unknown_and_not_none():
    here = np.array([[1, 1, 1, 0]], dtype=bool)
    assert links_between(None, pd.Index(list("ABCZ"))) == {}
    strange = links_between({"supply": nx.path_graph(3)}, pd.Index(list("ABCZ")))
    assert strange == {}
    members, linked = linked_industries(KIND, here, {})
    assert members[0, 0] == 3
    assert np.isnan(linked).all()
