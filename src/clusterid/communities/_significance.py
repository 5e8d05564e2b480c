"""Templates against groups found alike in random graphs of the same strengths."""

from __future__ import annotations

import random

import numpy as np
import pandas as pd

from clusterid.communities._graph import Edges, Floats, Ints, canonical
from clusterid.communities._partition import generator, leiden, to_igraph
from clusterid.statistics import permutation_p

__all__ = ["significance_table", "surrogate"]

_FITTING_ROUNDS = 10


def surrogate(edges: Edges, seed: int) -> Edges:
    """Return a random graph with the same degrees and nearly the same strengths.

    Links are rewired with degrees kept; every new link gets the product of its two
    strengths times the ratio of weight to that product of an old link drawn at
    random, and the weights are then fitted to the strengths in ten rounds.
    """
    rng = np.random.default_rng(seed)
    graph = to_igraph(edges)
    with generator(int(rng.integers(2**31))):
        graph.rewire(n=10 * len(edges.weight))
    pairs = np.array(graph.get_edgelist(), dtype=np.int64).reshape(-1, 2)
    s = edges.strength
    ratio = edges.weight / (s[edges.source] * s[edges.target])
    mixed = rng.permutation(ratio)
    weight = mixed * s[pairs[:, 0]] * s[pairs[:, 1]]
    drawn = canonical(edges.nodes, pairs[:, 0], pairs[:, 1], weight)
    w = drawn.weight
    for _ in range(_FITTING_ROUNDS):
        now = drawn.with_weight(w).strength
        pull = np.sqrt(np.divide(s, now, out=np.ones_like(s), where=now > 0))
        w = w * pull[drawn.source] * pull[drawn.target]
    return drawn.with_weight(w)


def _densities(edges: Edges, labels: Ints) -> tuple[Ints, Floats]:
    sizes = np.bincount(labels)
    inside = labels[edges.source] == labels[edges.target]
    weight = np.bincount(labels[edges.source[inside]], edges.weight[inside], len(sizes))
    pairs = sizes * (sizes - 1) / 2
    density = np.divide(weight, pairs, out=np.zeros(len(sizes)), where=pairs > 0)
    return sizes.astype(np.int64), density


def significance_table(
    edges: Edges,
    labels: Ints,
    names: list[str],
    *,
    quality: str,
    resolution: float,
    surrogates: int,
    seed: int,
) -> pd.DataFrame:
    """Return size, mean link inside, z and p-value of every template.

    In each surrogate the same procedure finds groups; what is compared is the
    template's mean link inside with the largest one among the surrogate's groups of
    at least the same size (0 where it found none so large). The p-value is
    (1 + surrogates at least as dense) / (surrogates + 1).
    """
    sizes, density = _densities(edges, labels)
    count = len(names)
    z, p = np.full(count, np.nan), np.full(count, np.nan)
    if surrogates:
        picker = random.Random(seed)
        best = np.zeros((surrogates, count))
        for b in range(surrogates):
            other = surrogate(edges, picker.getrandbits(31))
            found, _ = leiden(
                other,
                quality=quality,
                resolution=resolution,
                seed=picker.getrandbits(31),
                converge=False,
            )
            s, d = _densities(other, found)
            for c in range(count):
                large = d[s >= sizes[c]]
                best[b, c] = large.max() if len(large) else 0.0
        spread = best.std(axis=0, ddof=1) if surrogates > 1 else np.zeros(count)
        gap = density[:count] - best.mean(axis=0)
        np.divide(gap, spread, out=z, where=spread > 0)
        p = permutation_p((best >= density[:count]).sum(axis=0), surrogates)
    return pd.DataFrame(
        {
            "n_industries": sizes[:count],
            "internal_weight": density[:count],
            "z": z,
            "p_value": p,
        },
        index=pd.Index(names, name="template"),
    )
