"""Measures of a network by hand, and files that other programs read back."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from clusterid import networks as nw
from clusterid.errors import OptionError, TableError


def random_graph(seed: int, *, directed: bool = False) -> Any:
    rng = np.random.default_rng(seed)
    graph: Any = nx.DiGraph() if directed else nx.Graph()
    codes = [f"n{i:02d}" for i in range(14)]
    graph.add_nodes_from(codes)
    for a, b in itertools.permutations(codes, 2):
        if rng.random() < 0.15:
            graph.add_edge(a, b, weight=float(rng.integers(1, 9)))
    return graph


@pytest.mark.parametrize("directed", [False, True])
def test_measures_equal_networkx(directed: bool) -> None:
    graph = random_graph(1, directed=directed)
    ours = nw.node_measures(graph)
    for a, b in graph.edges:
        graph.edges[a, b]["length"] = 1 / graph.edges[a, b]["weight"]
    between = nx.betweenness_centrality(graph, weight="length")
    core = nx.core_number(graph)
    for node in graph:
        assert ours.loc[node, "betweenness"] == pytest.approx(between[node])
        assert ours.loc[node, "core"] == core[node]
        assert ours.loc[node, "strength"] == graph.degree(node, weight="weight")
        assert ours.loc[node, "degree"] == graph.degree(node)


def test_strength_equals_the_golden_sums(golden: Any) -> None:
    content = golden("partition_agreement")
    phi = np.array(content["inputs"]["proximity"], float)
    W = np.where(phi >= content["inputs"]["edge_threshold"], phi, 0.0)
    np.fill_diagonal(W, 0.0)
    names = [str(c) for c in content["inputs"]["industries"]]
    graph = nx.Graph()
    graph.add_nodes_from(names)
    for i, j in zip(*np.nonzero(np.triu(W, 1)), strict=True):
        graph.add_edge(names[i], names[j], weight=W[i, j])
    theirs = content["by_id"]["strength_eigenvector"]["output"]["strength"]
    ours = nw.node_measures(graph).loc[names, "strength"]
    np.testing.assert_allclose(ours, np.array(theirs, float), rtol=1e-12)


@pytest.mark.parametrize("directed", [False, True])
def test_brokerage_equals_a_loop_over_triples(directed: bool) -> None:
    graph = random_graph(2, directed=directed)
    groups = {n: "XYZ"[i % 3] for i, n in enumerate(sorted(graph))}
    ours = nw.brokerage(graph, groups)
    for b in graph:
        count = dict.fromkeys(ours.columns[:-1], 0)
        for a, c in itertools.permutations(graph, 2):
            if b in {a, c} or not (graph.has_edge(a, b) and graph.has_edge(b, c)):
                continue
            if graph.has_edge(a, c):
                continue
            one, own, two = groups[a], groups[b], groups[c]
            if one == own == two:
                count["coordinator"] += 1
            elif one == two:
                count["consultant"] += 1
            elif own == two:
                count["gatekeeper"] += 1
            elif one == own:
                count["representative"] += 1
            else:
                count["liaison"] += 1
        assert ours.loc[b, list(count)].to_dict() == count
    if not directed:
        assert (ours["gatekeeper"] == ours["representative"]).all()
    with pytest.raises(TableError, match="without a group"):
        nw.brokerage(graph, {"n00": "X"})


def test_external_internal_index_and_its_expectation() -> None:
    graph = nx.complete_graph(["a", "b", "c", "d"])
    nx.set_edge_attributes(graph, 1.0, "weight")
    table = nw.external_internal_index(graph, dict(zip("abcd", "XXYY", strict=True)))
    # everyone with everyone: the index is what it is expected to be
    assert table["ei"].tolist() == pytest.approx(table["expected"].tolist())
    assert table.loc["TOTAL", "ei"] == pytest.approx((4 - 2) / 6)
    graph.nodes["a"]["within"] = 6.0
    alone = nw.external_internal_index(graph)
    assert alone.loc["a", "ei"] == pytest.approx((3 - 6) / 9)


def test_flags_of_over_embeddedness() -> None:
    graph = nx.Graph()
    graph.add_weighted_edges_from([("a", "b", 1.0), ("b", "c", 1.0), ("b", "d", 1.0)])
    graph.add_edge("b", "e", weight=1.0)
    graph.add_node("lonely")
    graph.nodes["c"]["within"] = 10.0
    table = nw.embeddedness(graph, largest_share=pd.Series({"b": 0.7}))
    assert table["flags"].to_dict() == {
        "a": "low_diversity",
        "b": "dominant_plant",
        "c": "closed_group;low_diversity",
        "d": "low_diversity",
        "e": "low_diversity",
        "lonely": "no_links",
    }
    assert np.isnan(table.loc["a", "largest_share"])


def test_flows_for_the_map_are_sorted_by_strength() -> None:
    graph = nx.Graph()
    graph.add_weighted_edges_from([("R", "S", 1.0), ("S", "T", 5.0), ("R", "T", 1.0)])
    table = nw.place_flows(graph)
    assert table[["source", "target"]].to_numpy().tolist() == [
        ["S", "T"], ["R", "S"], ["R", "T"],
    ]  # fmt: skip
    assert table.loc[0, "share_of_source"] == pytest.approx(5 / 6)
    assert len(nw.place_flows(graph, top=2)) == 2


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


def test_hash_seeds_do_not_change_a_stack(tmp_path: Path) -> None:
    script = (
        "import sys, numpy as np, pandas as pd\n"
        "from clusterid import networks as nw\n"
        "rng = np.random.default_rng(0)\n"
        "jobs = pd.DataFrame(rng.lognormal(3, 1, (30, 12)),"
        " columns=[f'i{i}' for i in range(12)])\n"
        "layers = {'c': nw.colocation_network(jobs), 't': nw.code_network(jobs)}\n"
        "nw.write_network(nw.stack_layers(layers), sys.argv[1])\n"
    )
    results = []
    for seed in ("1", "2"):
        path = tmp_path / f"{seed}.graphml"
        subprocess.run(
            [sys.executable, "-c", script, str(path)],
            check=True,
            env={
                "PYTHONHASHSEED": seed,
                "PYTHONPATH": ":".join(p for p in sys.path if p),
            },
        )
        results.append(path.read_bytes())
    assert results[0] == results[1]
