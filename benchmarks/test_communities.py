"""Speed of communities: 1,000 industries, 100 runs, 20 resolutions.

Aim: 20 s on two cores. Simulated layers: a dense one like input-output profiles (every
pair linked) and one that judges. The second benchmark repeats all 100 runs at each of
the 20 resolutions, which the default does at the chosen resolution only.
"""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pytest

from clusterid.communities import detect_communities

pytestmark = pytest.mark.benchmark

INDUSTRIES, GROUPS = 1000, 80


def dense_layer(seed: int, groups: np.ndarray, signal: float) -> nx.Graph[Any]:
    """Return a complete graph with stronger links inside the groups."""
    rng = np.random.default_rng(seed)
    n = len(groups)
    weight = rng.beta(1, 6, (n, n)) + signal * (groups[:, None] == groups[None, :])
    upper = np.triu(weight, 1)
    graph = nx.from_numpy_array(upper)
    return nx.relabel_nodes(graph, {i: f"{i:04d}" for i in range(n)})


@pytest.fixture(scope="module")
def layers() -> tuple[nx.Graph[Any], nx.Graph[Any]]:
    groups = np.sort(np.random.default_rng(7).integers(0, GROUPS, INDUSTRIES))
    return dense_layer(1, groups, 0.25), dense_layer(2, groups, 0.1)


def test_100_runs_and_20_resolutions(benchmark: Any, layers: Any) -> None:
    found = benchmark.pedantic(
        lambda: detect_communities(
            layers[0], held_out=layers[1], runs=100, resolutions=20
        ),
        rounds=2,
    )
    benchmark.extra_info["aim_seconds"] = 20
    assert len(found.profile) == 20


def test_100_runs_at_each_of_20_resolutions(benchmark: Any, layers: Any) -> None:
    profile = detect_communities(layers[0], runs=1, resolutions=20).profile

    def every() -> None:
        for resolution in profile["resolution"]:
            detect_communities(layers[0], resolution=float(resolution), runs=100)

    benchmark.pedantic(every, rounds=1)
    benchmark.extra_info["aim_seconds"] = 20
