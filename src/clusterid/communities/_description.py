"""How many words a partition saves in describing a graph, degrees allowed for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from clusterid.communities._graph import Edges, Floats, Ints

__all__ = ["Description"]

#: Rounds in which pulls are fitted; twice as many change no choice.
_ROUNDS = 30
#: Links of weight 1 that an end's own pull is shrunk by.
_SHRINK = 1.0
_TINY = 1e-300
#: Nats below which groups say nothing: links all alike have none.
_NOTHING = 1e-6


@dataclass(frozen=True, slots=True)
class Description:
    r"""A graph, ready to be described by groups.

    What a partition saves, in nats, over one group of all: which pairs are linked and
    how strong the links are (on the normal scale of their ranks), with one rate and
    one mean inside groups and one between; less what it costs to name the partition
    and its two numbers. Nodes that stand alone are outside groups and named together;
    those without any link say nothing.

    Nodes have a pull of their own where that describes the graph in fewer words than
    one pull for all, asked of the links and of their strength apart: a graph with
    hubs is not split into hubs and others, and one without them does not pay for
    pulls that nobody needs. The links follow the planted partition with and without
    correction for degrees (Karrer and Newman 2011; Zhang and Peixoto 2020, neither
    checked against the original), each pair linked at most once.
    """

    edges: Edges
    degree: Floats
    scores: Floats
    strong: Floats
    hubs: float
    strengths: float

    @classmethod
    def of(cls, edges: Edges) -> Self:
        """Return the description of a graph without groups."""
        ends = np.concatenate([edges.source, edges.target])
        degree = np.bincount(ends, minlength=edges.n_nodes).astype(float)
        scores = _normal_scores(edges.weight)
        strong = _less_ends(edges, degree, scores)
        linked = degree[degree > 0]
        links, n = float(len(scores)), float(len(linked))
        hubs = strengths = -np.inf
        if links:
            # a pull a node costs what a number costs that so many links tell
            mean = links * 2 / n
            hubs = float(linked @ np.log(linked / mean)) - n / 2 * np.log(mean + 1)
            left = float(strong @ strong) / max(float(scores @ scores), _TINY)
            if left > 0:
                strengths = -links / 2 * np.log(left) - n / 2 * np.log(mean + 1)
        return cls(edges, degree, scores, strong, hubs, float(strengths))

    def saved(self, labels: Ints) -> float:
        """Return the nats that a partition saves; NaN where its groups say nothing."""
        same = labels[self.edges.source] == labels[self.edges.target]
        told = self._links(labels, same) + self._weights(same)
        cost = self._cost(labels)
        return told - cost if told > _NOTHING or cost == 0 else np.nan

    def _links(self, labels: Ints, same: npt.NDArray[np.bool_]) -> float:
        """Return what the groups say of which pairs are linked."""
        n, links = int((self.degree > 0).sum()), float(len(same))
        sizes = np.bincount(labels, self.degree > 0)
        inside = float((sizes * (sizes - 1)).sum()) / 2
        between = n * (n - 1) / 2 - inside
        volume = np.bincount(labels, self.degree).astype(float)
        squares = np.bincount(labels, self.degree**2).astype(float)
        found = float(same.sum())
        other = links - found
        every = 2 * links / max(float(volume.sum()) ** 2 - float(squares.sum()), _TINY)
        by_degree = every * float((volume**2 - squares).sum()) / 2
        if found and other:
            pulled = _fitted(volume, squares, found, other)
        else:
            pulled = _linked(found, by_degree) + _linked(other, links - by_degree)
        pulled += _unlinked(found, by_degree, inside)
        pulled += _unlinked(other, links - by_degree, between)
        by_size = links * inside / max(1.0, inside + between)
        plain = _linked(found, by_size) + _linked(other, links - by_size)
        plain += _unlinked(found, by_size, inside)
        plain += _unlinked(other, links - by_size, between)
        return max(plain, pulled + self.hubs) - max(0.0, self.hubs)

    def _weights(self, same: npt.NDArray[np.bool_]) -> float:
        """Return what the groups say of how strong the links are."""
        if same.all() or not same.any():
            return 0.0
        inside = same - same.mean()
        plain = _explained(self.scores, inside)
        if self.strengths == -np.inf:
            return plain
        less = _less_ends(self.edges, self.degree, inside)
        pulled = _explained(self.strong, less) + self.strengths
        return max(plain, pulled) - max(0.0, self.strengths)

    def _cost(self, labels: Ints) -> float:
        """Return what naming the partition costs."""
        from scipy.special import gammaln

        sizes = np.bincount(labels, self.degree > 0)
        groups = sizes[sizes > 1]
        n, alone = float(sizes.sum()), float((sizes == 1).sum())
        if len(groups) == 1 and not alone:
            return 0.0
        names = gammaln(n + 1) - gammaln(groups + 1).sum() - gammaln(alone + 1)
        names -= gammaln(len(groups) + 1)
        counts = _ways(n - alone, len(groups)) + np.log(n + 1)
        numbers = np.log(max(2, len(self.edges.weight)))
        return float(names + counts + numbers)


def _less_ends(edges: Edges, degree: Floats, values: Floats) -> Floats:
    """Return values of links less their mean and the pull of both ends."""
    if not len(values):
        return values
    n = edges.n_nodes
    values = values - values.mean()
    pull = np.zeros(n)
    for _ in range(_ROUNDS):
        left = values - pull[edges.source] - pull[edges.target]
        sums = np.bincount(edges.source, left, n) + np.bincount(edges.target, left, n)
        # half a step: both ends move at once
        pull += 0.5 * (sums - _SHRINK * pull) / (degree + _SHRINK)
    left = values - pull[edges.source] - pull[edges.target]
    return np.asarray(left - left.mean())


def _explained(values: Floats, inside: Floats) -> float:
    """Return the nats saved by one mean inside groups and one, lower, between."""
    total, spread = float(values @ values), float(inside @ inside)
    if min(total, spread) < 1e-9 * len(values):
        return 0.0
    slope = float(inside @ values) / spread
    if slope <= 0:
        return 0.0
    part = min(slope**2 * spread / total, 1 - 1e-12)
    return -len(values) / 2 * float(np.log1p(-part))


def _ways(n: float, parts: int) -> float:
    """Return the log of the ways to part n into so many sizes."""
    from scipy.special import gammaln

    if parts < 1:
        return 0.0
    return float(gammaln(n) - gammaln(parts) - gammaln(n - parts + 1))


def _linked(found: float, expected: float) -> float:
    """Return the nats that knowing the rate says of the pairs that are linked."""
    return found * float(np.log(found / max(expected, _TINY))) if found > 0 else 0.0


def _unlinked(found: float, expected: float, pairs: float) -> float:
    """Return what the pairs without a link add, where many have one."""
    left, missing = pairs - found, pairs - min(expected, pairs)
    told = left * float(np.log(left / missing)) if left > 0 and missing > 0 else 0.0
    return told + found - min(expected, pairs)


def _fitted(volume: Floats, squares: Floats, found: float, other: float) -> float:
    """Return what one rate inside and one between say, the degrees kept as they are.

    A group of few members keeps its degrees only with more pull of each of them.
    """
    some = volume > 0
    volume, squares = volume[some], squares[some]
    own = volume**2 - squares
    links = found + other
    whole = 2 * links / max(float(volume.sum()) ** 2 - float(squares.sum()), _TINY)
    pull = np.ones(len(volume))
    for _ in range(_ROUNDS):
        mass = pull * volume
        rest = mass * (mass.sum() - mass)
        within = 2 * found / max(float((pull**2 * own).sum()), _TINY)
        between = 2 * other / max(float(rest.sum()), _TINY)
        expected = within * pull**2 * own + between * rest
        fit = float(volume @ np.log(pull))
        fit += found * np.log(within) + other * np.log(between)
        pull = pull * np.sqrt(volume / np.maximum(expected, _TINY))
    return float(fit - links * np.log(whole))


def _normal_scores(weight: Floats) -> Floats:
    """Return the ranks of the weights on the normal scale; equal ones stay equal."""
    from scipy.special import ndtri
    from scipy.stats import rankdata

    if not len(weight):
        return weight
    scores = ndtri((rankdata(weight) - 0.5) / len(weight))
    return np.asarray(scores - scores.mean())
