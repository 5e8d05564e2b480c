"""What must hold for every backbone."""

from __future__ import annotations

import networkx as nx
from hypothesis import given
from tests.property.simulated_data import QUICK, links, seeds, weighted

from clusterid import networks as nw


@QUICK
@given(seeds)
def test_a_backbone_is_part_of_its_network_and_knows_no_names(seed: int) -> None:
    graph = weighted(seed)
    names = {n: f"x{k}" for k, n in enumerate(sorted(graph, reverse=True))}
    other = nx.relabel_nodes(graph, names)
    for method in ("noise_corrected", "disparity"):
        kept = nw.backbone(graph, method=method, alpha=0.3, delta=0.5)
        assert set(kept.nodes) == set(graph.nodes)
        assert links(kept).items() <= links(graph).items()
        again = nw.backbone(other, method=method, alpha=0.3, delta=0.5)
        assert {frozenset(names[n] for n in e) for e in kept.edges} == {
            frozenset(e) for e in again.edges
        }
