"""Groups too wide to stand anywhere, split where a part of them could."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from clusterid.communities._graph import Edges, Ints, canonical
from clusterid.communities._partition import relabel
from clusterid.communities._resolution import resolution_profile
from clusterid.errors import OptionError

__all__ = ["Stands", "split_wide"]

#: Says of groups of codes which of them could stand somewhere as a whole.
Stands = Callable[[Sequence[Sequence[str]]], Sequence[bool]]

#: Searches a resolution inside a group, and resolutions. Our choice.
_STARTS, _RESOLUTIONS = 3, 20


def split_wide(edges: Edges, labels: Ints, stands: Stands, seed: int) -> Ints:
    """Return the partition with groups split that could stand nowhere as a whole.

    Such a group is cut at the coarsest resolution at which one of its parts could
    stand; its other parts are looked at in the same way. A group of which no part
    could stand anywhere stays as it is: what it does is done everywhere.
    """
    groups = [np.flatnonzero(labels == c) for c in range(int(labels.max()) + 1)]
    wide = _that_do_not(edges, [g for g in groups if len(g) > 2], stands)
    found = labels.copy()
    while wide:
        parts: list[Ints] = []
        for members in wide:
            parts += _parts(edges, members, stands, seed)
        for part in parts:
            found[part] = found.max() + 1
        wide = _that_do_not(edges, [p for p in parts if len(p) > 2], stands)
    return relabel(found)


def _that_do_not(edges: Edges, groups: list[Ints], stands: Stands) -> list[Ints]:
    """Return the groups that could stand nowhere."""
    if not groups:
        return []
    able = _asked(stands, [[edges.nodes[i] for i in group] for group in groups])
    return [group for group, is_able in zip(groups, able, strict=True) if not is_able]


def _asked(stands: Stands, groups: list[list[str]]) -> list[bool]:
    """Return which groups could stand; one answer a group, or an error."""
    able = [bool(one) for one in stands(groups)]
    if len(able) != len(groups):
        raise OptionError(
            f"stands= returned {len(able)} answers for {len(groups)} groups; return "
            "one a group."
        )
    return able


def _parts(edges: Edges, members: Ints, stands: Stands, seed: int) -> list[Ints]:
    """Return the parts at the coarsest cut of which one could stand; else none."""
    inside = _within(edges, members)
    if not len(inside.weight):
        return []
    profile = resolution_profile(
        inside,
        quality="cpm",
        resolutions=_RESOLUTIONS,
        starts=_STARTS,
        seed=seed,
    )
    cuts = [
        [np.flatnonzero(labels == c) for c in range(int(labels.max()) + 1)]
        for labels in profile.partitions
    ]
    some = sorted({
        tuple(part.tolist())
        for cut in cuts
        for part in cut
        if 1 < len(part) < len(members)
    })
    if not some:
        return []
    able = _asked(stands, [[inside.nodes[i] for i in part] for part in some])
    could = {part for part, is_able in zip(some, able, strict=True) if is_able}
    for cut in cuts:  # from coarse to fine
        if any(tuple(part.tolist()) in could for part in cut):
            return [members[part] for part in cut]
    return []


def _within(edges: Edges, members: Ints) -> Edges:
    """Return the links among some nodes."""
    place = np.full(edges.n_nodes, -1, dtype=np.int64)
    place[members] = np.arange(len(members))
    both = (place[edges.source] >= 0) & (place[edges.target] >= 0)
    return canonical(
        tuple(edges.nodes[i] for i in members),
        place[edges.source[both]],
        place[edges.target[both]],
        edges.weight[both],
    )
