"""Layers and what becomes of them in a stack."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from clusterid import networks as nw
from clusterid.errors import GraphError, OptionError


def layer(links: list[tuple[str, str, float]], **attributes: Any) -> Any:
    graph = nx.Graph(**{"kind": "industry", "absent": "zero", **attributes})
    graph.add_weighted_edges_from(links)
    return graph


def test_an_unobserved_pair_is_left_out_and_not_counted_as_zero() -> None:
    one = layer([("a", "b", 5.0), ("b", "c", 1.0)])
    two = layer([("a", "b", 0.3)], absent="unknown", observed=["a", "b", "c"])
    stack = nw.stack_layers({"one": one, "two": two})
    # b-c: seen by one layer only, rank 1 of 2
    assert stack.edges["b", "c"] == {"weight": 0.5, "n_layers": 1}
    assert stack.edges["a", "b"] == {"weight": 1.0, "n_layers": 2}
    as_zero = nw.stack_layers({"one": one, "two": layer([("a", "b", 0.3)])})
    assert as_zero.edges["b", "c"] == {"weight": 0.5, "n_layers": 1}
    two_zero = layer([("a", "b", 0.3)], observed=["a", "b", "c"])
    counted = nw.stack_layers({"one": one, "two": two_zero})
    assert counted.edges["b", "c"] == {"weight": 0.25, "n_layers": 2}


def test_observed_without_link_counts_as_zero_and_unknown_pairs_do_not() -> None:
    one = layer([("a", "b", 5.0), ("b", "c", 1.0)])
    seen = layer(
        [("a", "b", 1.0)], absent="unknown", observed_without_link=[("b", "c")]
    )
    assert nw.stack_layers({"one": one, "two": seen}).edges["b", "c"]["n_layers"] == 2
    hole = layer(
        [("a", "b", 1.0)], observed=["a", "b", "c"], unknown_pairs=[("b", "c")]
    )
    assert nw.stack_layers({"one": one, "two": hole}).edges["b", "c"]["n_layers"] == 1


def test_weights_coverage_and_leaving_one_out() -> None:
    one = layer([("a", "b", 5.0), ("b", "c", 1.0), ("a", "c", 3.0)])
    two = layer([("a", "b", 1.0), ("b", "c", 2.0), ("a", "c", 3.0)])
    stack = nw.stack_layers({"one": one, "two": two}, weights={"one": 3.0})
    assert stack.edges["a", "b"]["weight"] == pytest.approx((3 * 1 + 1 / 3) / 4)
    coverage = stack.graph["coverage"]
    assert coverage.loc["one", "n_links"] == 3
    assert coverage.loc["one", "weight"] == 3.0
    assert coverage.loc["one", "share_of_pairs"] == 1.0
    # ranks 3 1 2 against 1 2 3
    assert coverage.loc["one", "agreement"] == pytest.approx(-0.5)
    left = nw.leave_one_out({"one": one, "two": two}, weights={"one": 3.0})
    assert left["two"].edges["a", "b"]["weight"] == 1.0
    assert left["one"].graph["params"]["weights"] == {"two": 1.0}


def test_faults_of_layers() -> None:
    one = layer([("a", "b", 5.0)])
    with pytest.raises(GraphError, match="mix kinds"):
        nw.stack_layers({"one": one, "two": layer([("a", "b", 1.0)], kind="place")})
    with pytest.raises(OptionError, match="Did you mean 'one'"):
        nw.stack_layers({"one": one}, weights={"on": 1.0})
    with pytest.raises(GraphError, match="not a positive number"):
        nw.stack_layers({"one": layer([("a", "b", -1.0)])})
    with pytest.raises(OptionError, match="empty"):
        nw.stack_layers({})


def test_directed_layers_become_symmetric_by_the_stronger_direction() -> None:
    arrow = nx.DiGraph(absent="zero")
    arrow.add_weighted_edges_from([("a", "b", 1.0), ("b", "a", 9.0), ("c", "b", 4.0)])
    stack = nw.stack_layers({"supply": arrow})
    assert stack.edges["a", "b"]["weight"] == 1.0
    assert stack.edges["b", "c"]["weight"] == 0.5
    mean = nw.stack_layers({"supply": arrow}, symmetrise="mean", normalise=False)
    assert mean.edges["b", "c"]["weight"] == 2.0


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
