"""The resolution profile: partitions from coarse to fine, and where they hold still."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clusterid.communities._agreement import adjusted_rand
from clusterid.communities._graph import Edges, Floats, Ints
from clusterid.communities._partition import (
    generator,
    leiden,
    quality_of,
    relabel,
    settled,
    to_igraph,
)

__all__ = ["Profile", "choose", "improved", "resolution_profile", "resolution_range"]

#: Neighbouring partitions at least this alike (adjusted Rand) share a plateau. Our
#: choice.
PLATEAU_LIKENESS = 0.9


@dataclass(frozen=True, slots=True)
class Profile:
    """Partitions along the resolution, from coarse to fine.

    ``plateau`` is the width in octaves of the stretch each point stands in, and
    ``stretch`` the number of that stretch.
    """

    resolution: Floats
    partitions: tuple[Ints, ...]
    quality: Floats
    n_templates: Ints
    plateau: Floats
    stretch: Ints


def n_groups(labels: Ints) -> int:
    """Return the number of groups with at least two members."""
    return int((np.bincount(labels) > 1).sum())


def resolution_range(edges: Edges, quality: str) -> tuple[float, float]:
    """Return the resolutions between which partitions go from whole to crumbs.

    For CPM from half the mean density of the graph to the 99th percentile of the
    weights; for modularity from 0.2 to 20.
    """
    if quality == "modularity":
        return 0.2, 20.0
    high = float(np.quantile(edges.weight, 0.99)) if len(edges.weight) else 1.0
    low = max(edges.density / 2, 1e-12)
    return low, max(high, 4 * low)


def resolution_profile(
    edges: Edges,
    *,
    quality: str,
    resolutions: int,
    starts: int,
    seed: int,
    at: float | None = None,
) -> Profile:
    """Return partitions at resolutions placed by bisection.

    A partition that is best at two resolutions is best between them, because quality
    is linear in the resolution (Traag et al. 2011); intervals whose ends agree are
    therefore left alone and those whose ends differ most, per octave, are halved.
    ``at`` gives one resolution only.
    """
    low, high = resolution_range(edges, quality)

    graph = to_igraph(edges)

    def partition(gamma: float) -> Ints:
        # the seed belongs to the resolution, not to the order of evaluation
        return leiden(
            edges,
            quality=quality,
            resolution=gamma,
            seed=seed,
            starts=starts,
            converge=False,
            graph=graph,
        )[0]

    points = list(np.geomspace(low, high, min(5, max(2, resolutions))))
    if at is not None:
        points, resolutions = [at], 1
    found = [partition(g) for g in points]

    def gap(k: int) -> float:
        unlike = 1 - adjusted_rand(found[k], found[k + 1])
        return float(unlike * np.log2(points[k + 1] / points[k]))

    gaps = [gap(k) for k in range(len(points) - 1)]
    while gaps and len(points) < resolutions:
        widest = int(np.argmax(gaps))
        if gaps[widest] < 1e-3:
            break
        middle = float(np.sqrt(points[widest] * points[widest + 1]))
        points.insert(widest + 1, middle)
        found.insert(widest + 1, partition(middle))
        gaps[widest : widest + 1] = [gap(widest), gap(widest + 1)]

    return _described(edges, quality, np.array(points), found)


def improved(
    profile: Profile,
    edges: Edges,
    quality: str,
    others: Sequence[Sequence[Ints]],
    seed: int,
) -> Profile:
    """Return the profile with a better partition of each resolution.

    ``others`` are further partitions by resolution; the best of them and the
    profile's own goes on until it settles, so that no quality falls.
    """
    graph = to_igraph(edges)
    found = []
    for gamma, own, more in zip(
        profile.resolution, profile.partitions, others, strict=True
    ):
        known = [quality_of(edges, labels, quality, gamma) for labels in (own, *more)]
        best = (own, *more)[int(np.argmax(known))]
        with generator(seed):
            last, _ = settled(edges, graph, best, quality=quality, resolution=gamma)
        found.append(relabel(last))
    return _described(edges, quality, profile.resolution, found)


def _described(
    edges: Edges, quality: str, gammas: Floats, found: list[Ints]
) -> Profile:
    """Return the profile of partitions that are known."""
    alike = np.array(
        [
            adjusted_rand(found[k], found[k + 1]) >= PLATEAU_LIKENESS
            for k in range(len(gammas) - 1)
        ],
        dtype=bool,
    )
    stretch = np.concatenate([[0], np.cumsum(~alike)]).astype(np.int64)
    width = np.zeros(len(gammas))
    for number in range(int(stretch[-1]) + 1):
        inside = stretch == number
        width[inside] = np.log2(gammas[inside].max() / gammas[inside].min())
    return Profile(
        resolution=gammas,
        partitions=tuple(found),
        quality=np.array([
            quality_of(edges, p, quality, g) for p, g in zip(found, gammas, strict=True)
        ]),
        n_templates=np.array([n_groups(p) for p in found], dtype=np.int64),
        plateau=width,
        stretch=stretch,
    )


def choose(
    profile: Profile,
    scores: Floats,
    tolerance: float,
    most: int | None,
    prefer: str = "widest",
    *,
    exact: bool = False,
) -> int:
    """Return the position of the resolution to use.

    Among the partitions whose score is within ``tolerance`` of the best (one standard
    error) the finest on the widest plateau, or the finest of all: a coarser kind of
    cluster must earn its coarseness. Partitions in which one group holds more than
    ``most`` industries are not looked at unless there is no other, nor are those with
    less than two groups. Where no score is known the widest plateau is taken. Of
    ``exact`` scores, which nearby partitions share, the best on that plateau counts,
    and of equal ones the middle, which shaken data move least.
    """
    sound = np.ones(len(scores), dtype=bool)
    conditions = [np.isfinite(scores), profile.n_templates >= 2]
    if most is not None:
        largest = np.array([np.bincount(p).max() for p in profile.partitions])
        conditions.insert(0, largest <= most)
    for holds in conditions:
        if (sound & holds).any():
            sound = sound & holds
    score = np.where(sound, np.where(np.isfinite(scores), scores, 0.0), -np.inf)
    close = np.flatnonzero(score >= score.max() - tolerance)
    if prefer == "widest":
        width = profile.plateau[close]
        close = close[width >= width.max() - 1e-12]
        if exact:
            octaves = np.log2(profile.resolution)
            close = close[score[close] >= score[close].max() - 1e-9]
            middle = (octaves[close[0]] + octaves[close[-1]]) / 2
            return int(close[np.argmin(np.round(abs(octaves[close] - middle), 9))])
    return int(close.max())
