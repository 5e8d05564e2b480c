"""Runs at many resolutions: as good as single ones, the same over processes."""

from __future__ import annotations

import numpy as np
from tests.communities.graphs import noisy_groups

from clusterid.communities._graph import from_graph
from clusterid.communities._partition import (
    quality_of,
)


def test_a_run_from_fine_to_coarse_is_as_good_as_one_from_singles():
    from clusterid.communities._runs import Search, search_runs

    edges = from_graph(noisy_groups(150))
    gammas = tuple(np.geomspace(0.15, 0.5, 8))
    warm = search_runs(edges, Search("leiden", "cpm", gammas, 0.0, 1), runs=20)
    gain = []
    for k, gamma in enumerate(gammas):
        alone = Search("leiden", "cpm", (gamma,), 0.0, 1)
        cold = search_runs(edges, alone, runs=20)[0]
        warm_mean, cold_mean = (
            np.mean([quality_of(edges, run, "cpm", gamma) for run in found])
            for found in (warm[k], cold)
        )
        gain.append(warm_mean / cold_mean - 1)
    # either search may end a little higher; neither does so on the whole
    assert abs(np.mean(gain)) < 0.01
    assert min(gain) > -0.03


def test_processes_share_the_runs_and_change_nothing():
    from clusterid.communities._runs import Search, search_runs

    edges = from_graph(noisy_groups(40))
    search = Search("leiden", "cpm", (0.1, 0.2), 0.3, 4)
    alone = search_runs(edges, search, runs=5)
    shared = search_runs(edges, search, runs=5, processes=2)
    for one, other in zip(alone, shared, strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b)
