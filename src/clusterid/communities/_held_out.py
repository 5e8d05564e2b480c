"""How well the partitions of a profile fit what took no part in finding them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clusterid.communities._description import Description
from clusterid.communities._graph import (
    Edges,
    Floats,
    Ints,
    pruned,
    relatedness,
)
from clusterid.communities._layers import JoinedLayers
from clusterid.communities._partition import leiden, relabel, to_igraph
from clusterid.communities._resolution import Profile
from clusterid.communities._validation import adjusted_score

__all__ = ["HeldOut", "described", "held_out_scores"]

_NEIGHBOURS = 50
#: Nats by which descriptions differ that say the same (0 to 4 tried). Our choice.
_SAME_DESCRIPTION = 2.0


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The score of each resolution, and how it was held out.

    Two scores that differ by less than ``tolerance`` say the same: one standard error
    of the best, or two nats of a description (our choice).
    """

    scores: Floats
    tolerance: float
    how: str
    exact: bool = False


def held_out_scores(
    profile: Profile, joined: JoinedLayers, *, quality: str, seed: int
) -> HeldOut:
    """Return the scores of a profile: by the layer held out, or by each in turn."""
    if joined.judge is not None:
        nodes = joined.edges.nodes
        scores, errors = _judged(profile.partitions, nodes, joined.judge.edges, seed)
        return HeldOut(scores, _at_best(scores, errors), "held-out layer")
    if len(joined.used) < 2:
        return described(profile, joined)
    scores = np.zeros(len(profile.resolution))
    variance = np.zeros_like(scores)
    for name, layer in sorted(joined.used.items()):
        rest = pruned(joined.stacked(joined.without(name)), _NEIGHBOURS)
        # the same place between whole and crumbs, since densities differ by layer
        scale = rest.density / joined.edges.density if quality == "cpm" else 1.0
        found, errors = _judged(
            _partitions(rest, profile.resolution * scale, quality, seed),
            rest.nodes,
            layer.edges,
            seed,
        )
        scores += found
        variance += errors**2
    n = len(joined.used)
    scores, errors = scores / n, np.sqrt(variance) / n
    return HeldOut(scores, _at_best(scores, errors), "each layer held out in turn")


def described(profile: Profile, joined: JoinedLayers) -> HeldOut:
    """Return the nats that each partition saves in describing the only layer."""
    layer = Description.of(joined.unpruned)
    saved = np.array([layer.saved(labels) for labels in profile.partitions])
    how = "description length (no layer to hold out)"
    return HeldOut(saved, _SAME_DESCRIPTION, how, exact=True)


def _partitions(
    edges: Edges, resolutions: Floats, quality: str, seed: int
) -> tuple[Ints, ...]:
    """Return the partition of a graph at each resolution."""
    graph = to_igraph(edges)
    return tuple(
        leiden(
            edges,
            graph=graph,
            quality=quality,
            resolution=gamma,
            seed=seed,
            converge=False,
        )[0]
        for gamma in resolutions
    )


def _at_best(scores: Floats, errors: Floats) -> float:
    """Return the standard error of the best score; 0 where there is none."""
    known = np.isfinite(scores)
    return float(
        errors[np.argmax(np.where(known, scores, -np.inf))] if known.any() else 0
    )


def _judged(
    partitions: tuple[Ints, ...], nodes: tuple[str, ...], judge: Edges, seed: int
) -> tuple[Floats, Floats]:
    """Return the held-out score of each partition, and its standard error."""
    known = set(judge.nodes)
    keep = np.array([node in known for node in nodes])
    codes = tuple(node for node in nodes if node in known)
    if len(codes) < 2:
        return np.full(len(partitions), np.nan), np.full(len(partitions), np.nan)
    links = relatedness(judge, codes)
    both = [adjusted_score(links, relabel(p[keep]), seed) for p in partitions]
    scores, errors = np.array(both).T
    return scores, errors
