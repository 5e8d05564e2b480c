"""The consensus of runs: the same on large graphs without a table of all pairs."""

from __future__ import annotations

import numpy as np
import pytest

from clusterid.communities import _consensus
from clusterid.communities._agreement import adjusted_rand
from clusterid.communities._partition import relabel


def noisy_runs(n: int, groups: int, runs: int, moved: float, seed: int):
    rng = np.random.default_rng(seed)
    truth = np.repeat(np.arange(groups), n // groups)
    found = []
    for _ in range(runs):
        run = truth.copy()
        some = rng.random(n) < moved
        run[some] = rng.integers(groups, size=int(some.sum()))
        found.append(relabel(run))
    return truth, found


def test_moves_of_industries_end_where_every_pair_does(monkeypatch):
    truth, runs = noisy_runs(120, 6, 15, 0.15, 0)
    nodes = tuple(f"{i:03d}" for i in range(120))
    pairs = _consensus.consensus(nodes, runs, 1)
    monkeypatch.setattr(_consensus, "_EVERY_PAIR", 10)
    moves = _consensus.consensus(nodes, runs, 1)
    assert adjusted_rand(pairs, truth) == 1
    np.testing.assert_array_equal(pairs, moves)


def test_an_industry_that_the_runs_leave_alone_is_alone(monkeypatch):
    monkeypatch.setattr(_consensus, "_EVERY_PAIR", 2)
    run = np.array([0, 0, 0, 1, 1, 2])
    found = _consensus.consensus(tuple("abcdef"), [run, run, run], 0)
    np.testing.assert_array_equal(found, run)


def test_how_sure_each_member_is_by_hand():
    runs = [np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1])]
    sure = _consensus.with_own_group(runs, np.array([0, 0, 0, 1]))
    # 0 and 1 are always together, with 2 in two of three runs; 3 alone in two
    assert sure == pytest.approx([5 / 6, 5 / 6, 2 / 3, 2 / 3])
