"""Network files that other programs read back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from clusterid import networks as nw
from clusterid.errors import OptionError

AWKWARD = 'Möbel & "Holz" <b>\x07'


def awkward(*, directed: bool = False) -> Any:
    graph: Any = nx.DiGraph() if directed else nx.Graph()
    graph.graph.update(
        layer="supply", observed=["01", "02"], coverage=pd.DataFrame({"a": [1]})
    )
    graph.add_node(
        "02", label=AWKWARD, within=np.float64(1 / 3), flagged=np.bool_(True)
    )
    graph.add_node("01", label="A01", within=float("nan"), n=np.int64(3))
    graph.add_node("10")
    graph.add_edge("02", "01", weight=2 / 3, n_projects=np.int64(2))
    graph.add_edge("10", "01", weight=1.0, n_projects=4)
    return graph


@pytest.mark.parametrize("directed", [False, True])
def test_graphml_and_gexf_come_back_whole(tmp_path: Path, directed: bool) -> None:
    graph = awkward(directed=directed)
    back = nx.read_graphml(nw.write_network(graph, tmp_path / "g.graphml"))
    assert back.is_directed() == directed
    assert set(back.nodes) == {"01", "02", "10"}
    assert back.nodes["02"]["label"] == AWKWARD.replace("\x07", "")
    assert back.nodes["02"]["flagged"] is True
    assert back.nodes["01"]["n"] == 3
    assert "within" not in back.nodes["01"]  # unknown is not zero
    assert back.nodes["02"]["within"] == 0.333333333333
    assert back.edges["02", "01"]["weight"] == 0.666666666667
    assert back.edges["02", "01"]["n_projects"] == 2
    assert back.graph["layer"] == "supply"
    assert back.graph["observed"] == "01;02"
    back = nx.read_gexf(nw.write_network(graph, tmp_path / "g.gexf"))
    assert back.edges["02", "01"]["weight"] == 0.666666666667
    assert back.edges["02", "01"]["n_projects"] == 2
    assert back.nodes["02"]["label"] == AWKWARD.replace("\x07", "")
    assert back.nodes["02"]["flagged"] is True


def test_pajek_and_edge_lists_come_back(tmp_path: Path) -> None:
    graph = awkward()
    back = nx.Graph(nx.read_pajek(nw.write_network(graph, tmp_path / "g.net")))
    assert back.edges["02", "01"]["weight"] == 0.666666666667
    table = pd.read_csv(nw.write_network(graph, tmp_path / "g.csv"), dtype=str)
    assert table.columns.tolist() == ["source", "target", "n_projects", "weight"]
    assert table["source"].tolist() == ["01", "01"]
    assert table["target"].tolist() == ["02", "10"]
    table = pd.read_csv(nw.write_network(graph, tmp_path / "g.tsv"), sep="\t")
    assert len(table) == 2
    with pytest.raises(OptionError, match="graphml"):
        nw.write_network(graph, tmp_path / "g.graphm")


def test_the_same_network_gives_the_same_bytes(tmp_path: Path) -> None:
    graph = awkward()
    turned: Any = nx.Graph()
    turned.graph.update(dict(reversed(list(graph.graph.items()))))
    turned.add_nodes_from(reversed(list(graph.nodes(data=True))))
    turned.add_edges_from(
        (b, a, d) for a, b, d in reversed(list(graph.edges(data=True)))
    )
    for ending in ("graphml", "gexf", "net", "csv"):
        one = nw.write_network(graph, tmp_path / f"a.{ending}").read_bytes()
        two = nw.write_network(turned, tmp_path / f"b.{ending}").read_bytes()
        assert one == two
