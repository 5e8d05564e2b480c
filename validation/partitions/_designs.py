"""Planted partitions: graphs of 5 to 2,000 nodes whose groups are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import networkx as nx
import numpy as np
from numpy.typing import NDArray

__all__ = ["DESIGNS", "Planted", "known_graphs"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Planted:
    """A graph with text codes and the group of each node.

    A node without any link, and one planted outside every group, is a group of its
    own.
    """

    graph: nx.Graph
    truth: dict[str, int]


def _made(labels: Ints, weights: Floats, rng: np.random.Generator) -> Planted:
    """Return the graph of a symmetric matrix, nodes in random order."""
    n = len(labels)
    codes = [f"{i:04d}" for i in rng.permutation(n)]
    graph = nx.Graph()
    graph.add_nodes_from(codes)
    source, target = np.nonzero(np.triu(weights, 1))
    graph.add_weighted_edges_from(
        (codes[a], codes[b], float(weights[a, b]))
        for a, b in zip(source, target, strict=True)
    )
    truth, alone = {}, int(labels.max()) + 1
    for i, code in enumerate(codes):
        single = labels[i] < 0 or graph.degree(code) == 0
        truth[code] = alone + i if single else int(labels[i])
    return Planted(graph, truth)


def _labels(sizes: tuple[int, ...], outside: int) -> Ints:
    inside = np.repeat(np.arange(len(sizes)), sizes)
    return np.append(inside, np.full(outside, -1)).astype(np.int64)


def dense(
    seed: int,
    sizes: tuple[int, ...],
    *,
    gap: float,
    spread: float,
    outside: int = 0,
) -> Planted:
    """Return a complete graph whose links inside are ``gap`` times those between.

    Weights are gamma with coefficient of variation ``spread``. Nodes ``outside`` stand
    in no group.
    """
    rng = np.random.default_rng(seed)
    labels = _labels(sizes, outside)
    same = (labels[:, None] == labels) & (labels >= 0)
    shape = 1 / spread**2
    noise = rng.gamma(shape, 1 / shape, same.shape)
    return _made(labels, np.where(same, gap, 1.0) * noise, rng)


def sparse(
    seed: int,
    sizes: tuple[int, ...],
    *,
    degree: float,
    mixing: float,
    tail: float = 0.0,
    spread: float = 0.0,
    isolates: int = 0,
) -> Planted:
    """Return a graph of mean ``degree``, a share ``mixing`` of it between groups.

    With ``tail`` the nodes differ in degree: Pareto with that exponent, at most ten
    times the least (degree-corrected block model). With ``spread`` weights are gamma
    with that coefficient of variation, else 1. ``isolates`` have no link.
    """
    rng = np.random.default_rng(seed)
    labels = _labels(sizes, 0)
    n = len(labels)
    pull = np.ones(n)
    if tail:
        pull = np.minimum((1 - rng.random(n)) ** (-1 / (tail - 1)), 10.0)
    same = labels[:, None] == labels
    rate = np.outer(pull, pull)
    np.fill_diagonal(rate, 0.0)
    links = degree * n
    rate = np.where(
        same,
        rate * (1 - mixing) * links / (rate * same).sum(),
        rate * mixing * links / max((rate * ~same).sum(), 1e-300),
    )
    drawn = rng.random((n, n)) < -np.expm1(-rate)
    weights = np.ones((n, n))
    if spread:
        shape = 1 / spread**2
        weights = rng.gamma(shape, 1 / shape, (n, n))
    whole = np.zeros((n + isolates, n + isolates))
    whole[:n, :n] = np.triu(drawn * weights, 1)
    return _made(_labels(sizes, isolates), whole, rng)


def _falling(n: int, largest: int, ratio: float, least: int) -> tuple[int, ...]:
    """Return group sizes that fall by ``ratio`` from ``largest`` to ``least``."""
    sizes: list[int] = []
    size = float(largest)
    while sum(sizes) < n:
        sizes.append(min(max(least, round(size)), n - sum(sizes)))
        size *= ratio
    if sizes[-1] < least:
        sizes[-2] += sizes.pop()
    return tuple(sizes)


#: Name of a design, and how it is drawn from a seed.
DESIGNS: dict[str, Callable[[int], Planted]] = {
    "5 nodes, 3 + 2, complete": partial(dense, sizes=(3, 2), gap=4, spread=0.2),
    "8 nodes, 4 + 4, complete": partial(dense, sizes=(4, 4), gap=3, spread=0.3),
    "11 nodes, 6 + 5, complete": partial(dense, sizes=(6, 5), gap=3, spread=0.4),
    "12 nodes, 3 x 4, complete": partial(dense, sizes=(4,) * 3, gap=4, spread=0.4),
    "20 nodes, 2 x 10, sparse": partial(sparse, sizes=(10, 10), degree=6, mixing=0.12),
    "30 nodes, 15 + 10 + 5, complete": partial(
        dense, sizes=(15, 10, 5), gap=2, spread=0.5
    ),
    "34 nodes, 17 + 17, degrees differ": partial(
        sparse, sizes=(17, 17), degree=5, mixing=0.1, tail=2.5
    ),
    "40 nodes, 4 x 8, 8 outside, complete": partial(
        dense, sizes=(8,) * 4, gap=3, spread=0.5, outside=8
    ),
    "60 nodes, 6 x 10, complete, noisy": partial(
        dense, sizes=(10,) * 6, gap=2.5, spread=0.8
    ),
    "60 nodes, 24 to 5, complete": partial(
        dense, sizes=(24, 12, 8, 6, 5, 5), gap=3, spread=0.6
    ),
    "88 nodes, 8 to 3, sparse, weights": partial(
        sparse, sizes=_falling(88, 8, 0.95, 3), degree=6, mixing=0.3, spread=0.5
    ),
    "100 nodes, 4 x 25, sparse": partial(
        sparse, sizes=(25,) * 4, degree=9, mixing=0.25
    ),
    "100 nodes, 55 to 8, sparse": partial(
        sparse, sizes=(55, 25, 12, 8), degree=9, mixing=0.2
    ),
    "100 nodes, 4 x 25, degrees differ": partial(
        sparse, sizes=(25,) * 4, degree=9, mixing=0.2, tail=2.5
    ),
    "100 nodes, 4 x 20, 20 isolates": partial(
        sparse, sizes=(20,) * 4, degree=8, mixing=0.2, isolates=20
    ),
    "200 nodes, 2 x 100, degrees differ": partial(
        sparse, sizes=(100, 100), degree=8, mixing=0.15, tail=2.5
    ),
    "200 nodes, 20 x 10, sparse, weights": partial(
        sparse, sizes=(10,) * 20, degree=8, mixing=0.3, spread=0.7
    ),
    "300 nodes, 80 to 8, degrees differ, weights": partial(
        sparse,
        sizes=_falling(300, 80, 0.75, 8),
        degree=12,
        mixing=0.25,
        tail=2.5,
        spread=0.7,
    ),
    "300 nodes, 15 x 20, complete, noisy": partial(
        dense, sizes=(20,) * 15, gap=2, spread=0.8
    ),
    "500 nodes, 5 x 100, sparse": partial(
        sparse, sizes=(100,) * 5, degree=12, mixing=0.3
    ),
    "500 nodes, 90 to 10, degrees differ, 50 isolates": partial(
        sparse,
        sizes=_falling(450, 90, 0.85, 10),
        degree=12,
        mixing=0.25,
        tail=2.5,
        isolates=50,
    ),
    "500 nodes, 100 to 6, complete, noisy": partial(
        dense, sizes=_falling(500, 100, 0.8, 6), gap=2.5, spread=1.0
    ),
    "1,000 nodes, 2 x 500, sparse": partial(
        sparse, sizes=(500, 500), degree=10, mixing=0.2
    ),
    "1,000 nodes, 90 to 8, degrees differ, weights": partial(
        sparse,
        sizes=_falling(1000, 90, 0.94, 8),
        degree=15,
        mixing=0.35,
        tail=2.5,
        spread=0.7,
    ),
    "2,000 nodes, 50 x 40, sparse": partial(
        sparse, sizes=(40,) * 50, degree=15, mixing=0.35
    ),
    "2,000 nodes, 200 to 10, degrees differ, weights": partial(
        sparse,
        sizes=_falling(2000, 200, 0.93, 10),
        degree=20,
        mixing=0.35,
        tail=2.5,
        spread=0.7,
    ),
}


def known_graphs() -> dict[str, Planted]:
    """Return graphs that others know: each with the groups it is known for."""
    karate = nx.karate_club_graph()
    side = {"Mr. Hi": 0, "Officer": 1}
    codes = {i: f"{i:03d}" for i in karate}
    clubs = {codes[i]: side[data["club"]] for i, data in karate.nodes(data=True)}
    weighted = nx.relabel_nodes(karate, codes)
    plain = weighted.copy()
    nx.set_edge_attributes(plain, 1.0, "weight")
    ring = nx.relabel_nodes(nx.ring_of_cliques(30, 5), lambda i: f"{i:03d}")
    nx.set_edge_attributes(ring, 1.0, "weight")
    two = nx.complete_graph(11)
    for a, b, data in two.edges(data=True):
        data["weight"] = 1.0 if (a < 6) == (b < 6) else 0.2
    two = nx.relabel_nodes(two, lambda i: f"{i:03d}")
    return {
        "karate club, links 1": Planted(plain, clubs),
        "karate club, weights": Planted(weighted, clubs),
        "ring of 30 cliques of 5": Planted(ring, {c: int(c) // 5 for c in ring}),
        "11 nodes in two blocks": Planted(two, {c: int(int(c) >= 6) for c in two}),
    }
