"""What many runs of a search agree on: one partition, and how sure of each member."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from clusterid.communities._graph import Edges, Floats, Ints
from clusterid.communities._partition import leiden, relabel

__all__ = ["consensus", "with_own_group"]

#: Up to so many industries every pair is looked at. Our choice: 2,000 squared counts
#: are 8 MB.
_EVERY_PAIR = 2000
#: Rounds of moves on larger graphs; they end before where nothing moves.
_SWEEPS = 20


def consensus(nodes: tuple[str, ...], runs: Sequence[Ints], seed: int) -> Ints:
    """Return the partition that agrees most with all runs.

    It maximises the sum over pairs inside of (share of runs together - 1/2): pairs
    together in most runs attract. Up to 2,000 nodes by Leiden (CPM at resolution 1/2
    on the shares); on larger graphs industries move from the run that agrees most
    with the others to the group they stand with most often, without a table of pairs.
    """
    if len(nodes) > _EVERY_PAIR:
        return _moved(runs)
    together = np.zeros((len(nodes), len(nodes)), dtype=np.uint16)
    for run in runs:
        labels = run.astype(np.int32)
        together += labels[:, None] == labels
    source, target = np.nonzero(np.triu(together, 1))
    if not len(source):
        return np.arange(len(nodes))
    shared = Edges(nodes, source, target, together[source, target] / len(runs))
    return leiden(shared, quality="cpm", resolution=0.5, seed=seed, starts=3)[0]


def with_own_group(runs: Sequence[Ints], labels: Ints) -> Floats:
    """Return the mean share of runs a node stands with the others of its group.

    For a node alone the share of runs that left it alone.
    """
    sizes = np.bincount(labels)
    others = sizes[labels] - 1
    found = np.zeros(len(labels))
    for run in runs:
        _, cell = np.unique(run * len(sizes) + labels, return_inverse=True)
        with_it = np.bincount(cell)[cell] - 1
        left_alone = np.bincount(run)[run] == 1
        found += np.where(others > 0, with_it / np.maximum(1, others), left_alone)
    return np.asarray(np.clip(found / len(runs), 0.0, 1.0))


def _one_hot(labels: Ints) -> Any:
    from scipy.sparse import csr_array

    n = len(labels)
    return csr_array((np.ones(n, dtype=np.float32), (np.arange(n), labels)))


def _moved(runs: Sequence[Ints]) -> Ints:
    """Return the consensus of a large graph by moves of single industries."""
    from scipy.sparse import hstack

    every = hstack([_one_hot(run) for run in runs], format="csr")
    best, most = runs[0], -np.inf
    for run in runs:
        value = _agreed(every, run, len(runs))
        if value > most:
            best, most = run, value
    labels = best
    for _ in range(_SWEEPS):
        labels = _sweep(every, labels, len(runs))
        value = _agreed(every, labels, len(runs))
        if value <= most + 1e-9:
            break
        best, most = labels, value
    return relabel(best)


def _agreed(every: Any, labels: Ints, count: int) -> float:
    """Return the sum over ordered pairs inside of (share together - 1/2)."""
    shared = every.T @ _one_hot(labels)
    sizes = np.bincount(labels).astype(float)
    cells = shared.data.astype(float)
    return float((cells**2).sum()) / count - float((sizes**2).sum()) / 2


def _sweep(every: Any, labels: Ints, count: int) -> Ints:
    """Return the labels after every node went where it is drawn most."""
    drawn = (every @ (every.T @ _one_hot(labels))).tocsr()
    sizes = np.bincount(labels).astype(float)
    row = np.repeat(np.arange(len(labels)), np.diff(drawn.indptr))
    own = labels[row] == drawn.indices
    # itself counts neither in the share nor in the size of its own group
    gain = (drawn.data - count * own) / count - (sizes[drawn.indices] - own) / 2
    order = np.lexsort((drawn.indices, ~own, -np.round(gain, 6), row))
    first = np.searchsorted(row[order], np.arange(len(labels)))
    top = order[first]
    alone = gain[top] < 0
    moved = np.where(alone, len(sizes) + np.arange(len(labels)), drawn.indices[top])
    return relabel(moved.astype(np.int64))
