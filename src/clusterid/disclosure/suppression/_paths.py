"""Rectangles across groups: what moves on the way from one code to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clusterid.disclosure.suppression._nodes import Side
from clusterid.disclosure.suppression._state import CLOSE, Node, State

__all__ = ["Ways", "protect_across"]

Matrix = NDArray[np.float64]
Lines = NDArray[np.intp]
Mask = NDArray[np.bool_]

_PARTS = (1, 2, 4, 8)
_LEAVES = 12


@dataclass(frozen=True, slots=True)
class _Tree:
    """One side with one more code outside the total, so that a total can move, too."""

    above: Lines  # by node; the last two are "outside" and what lies above everything
    levels: list[Lines]  # nodes by depth, the highest first, without the top
    ends: Lines  # codes that nothing adds up to, and "outside"
    way: NDArray[np.intp]  # depth x ends: the node of the end's chain at that depth

    def from_top(self, values: Matrix) -> Matrix:
        """Return sums along the chain of every node (rows), the node included."""
        made = values.copy()
        for nodes in self.levels:
            made[nodes] += made[self.above[nodes]]
        return made

    def meets(self, end: int) -> NDArray[np.intp]:
        """Return where the chain of one end meets the chain of every end."""
        mine = self.way[:, int(np.flatnonzero(self.ends == end)[0])]
        same = np.cumprod(self.way == mine[:, None], axis=0).sum(axis=0) - 1
        meeting: NDArray[np.intp] = self.way[same, np.arange(len(self.ends))]
        return meeting

    def higher(self, node: int) -> list[int]:
        """Return all nodes above a node."""
        found, at = [], int(self.above[node])
        while at >= 0:
            found.append(at)
            at = int(self.above[at])
        return found

    def beside(self, end: int) -> Lines:
        """Return the other ends with the same node above them."""
        same = self.ends[self.above[self.ends] == self.above[end]]
        others: Lines = same[same != end]
        return others

    def way_between(self, end: int, other: int) -> list[int]:
        """Return what lies on the way between two ends, their meeting excluded."""
        first = [end, *self.higher(end)]
        second = [other, *self.higher(other)]
        shared = set(first) & set(second)
        return [node for node in (*first, *second) if node not in shared]


class Ways:
    """Both sides of an economy as trees, and its figures with room for "outside"."""

    def __init__(self, state: State) -> None:
        nodes = state.nodes
        self.regions, self.industries = _tree(nodes.regions), _tree(nodes.industries)
        n, m = nodes.shape
        self.held = np.ones((n + 2, m + 2), dtype=bool)
        self.held[:n, :m] = state.held
        state.held = self.held[:n, :m]  # one array, seen with and without the edge
        finite = state.price[np.isfinite(state.price)]
        self.barred = 1e4 * (float(finite.max(initial=0.0)) + 1.0)  # above any sum
        self.price = np.zeros((n + 2, m + 2))
        self.price[:n, :m] = np.minimum(state.price, self.barred)
        self.room = np.full((n + 2, m + 2), np.inf)
        self.room[:n, :m] = state.capacity
        self.margin = np.zeros((n + 2, m + 2), dtype=bool)
        self.margin[n - 1, :m] = self.margin[:n, m - 1] = True


def protect_across(state: State, ways: Ways, node: Node, *, totals: bool) -> bool:
    """Protect a figure by rectangles across groups; return whether it is.

    From a cell below the figure, a change goes to another region and to another
    industry, and everything on the way between them that is no common group moves
    with it. So the change leaves the figure, and every published sum stays.
    """
    need = float(state.need[node])
    for leaf in _leaves(state, node):
        for parts in _PARTS:
            found = _Search(state, ways, node, leaf, totals=totals).pieces(need, parts)
            if found is None:
                continue
            for companion in found:
                state.hold(companion, "secondary")
            state.certified[node] = True
            return True
    return False


# -- parts -------------------------------------------------------------------------


def _tree(side: Side) -> _Tree:
    n = len(side.codes)
    outside, top = n, n + 1
    above = np.concatenate((side.above, [top, -1])).astype(np.intp)
    above[side.total] = top
    depth = np.concatenate((side.depth + 1, [1, 0]))
    levels = [np.flatnonzero(depth == d) for d in range(1, int(depth.max()) + 1)]
    ends = np.append(side.bottom, outside)
    way = np.empty((int(depth.max()) + 1, len(ends)), dtype=np.intp)
    way[:] = -1 - np.arange(len(ends))  # below an end nothing is shared
    for k, end in enumerate(ends):
        at = int(end)
        while at >= 0:
            way[depth[at], k] = at
            at = int(above[at])
    return _Tree(above, levels, ends, way)


def _leaves(state: State, node: Node) -> list[Node]:
    """Return the cells below a figure that a change can start from, largest first."""
    nodes = state.nodes
    if nodes.bottom[node]:
        return [node]
    rows, columns = nodes.below(node)
    value = np.nan_to_num(nodes.value[np.ix_(rows, columns)])
    order = np.argsort(-value, axis=None, kind="stable")[:_LEAVES]
    found = [np.unravel_index(int(k), value.shape) for k in order]
    return [(int(rows[i]), int(columns[j])) for i, j in found if value[i, j] > 0]


class _Search:
    """Cheapest rectangles from one cell out of one figure."""

    def __init__(
        self, state: State, ways: Ways, node: Node, leaf: Node, *, totals: bool
    ) -> None:
        self.ways, self.node, self.leaf, self.totals = ways, node, leaf, totals
        self.shape = state.nodes.shape
        own = np.ix_(*state.nodes.below(node))
        self.own = own
        self.value = np.nan_to_num(state.nodes.value[own]) - state.nodes.least[own]
        # up without end; down it need not go further than its plants have jobs
        self.value = np.maximum(self.value, state.need[node])

    def pieces(self, need: float, parts: int) -> list[Node] | None:
        """Return what to hold so that the need can move in so many parts, or None."""
        ways, before = self.ways, self.ways.room[self.own]
        ways.room[self.own] = self.value  # what is inside the figure moves freely
        changed: dict[Node, tuple[float, float]] = {}
        try:
            return self._pieces(need, parts, changed)
        finally:
            for at, (room, price) in changed.items():
                ways.room[at], ways.price[at] = room, price
            ways.room[self.own] = before

    # -- parts ---------------------------------------------------------------------

    def _pieces(
        self, need: float, parts: int, changed: dict[Node, tuple[float, float]]
    ) -> list[Node] | None:
        ways, left = self.ways, need
        n, m = self.shape
        for _ in range(2 * parts):
            found = self._cheapest(min(left, need / parts) * (1 - CLOSE))
            if found is None:
                return None
            moved = [
                (a, b)
                for a in ways.regions.way_between(self.leaf[0], found[0])
                for b in ways.industries.way_between(self.leaf[1], found[1])
                if a < n and b < m
            ]
            width = min(left, *(float(ways.room[at]) for at in moved))
            for at in moved:
                changed.setdefault(at, (float(ways.room[at]), float(ways.price[at])))
                ways.room[at] -= width
                ways.price[at] = 0.0
            left -= width
            if left <= CLOSE * need:
                return [at for at in changed if not ways.held[at]]
        return None

    def _cheapest(self, width: float) -> Node | None:
        """Return the region and the industry to go to, or None where nothing can.

        First within the region's group or within the industry's, which moves few
        sums; only where that fails everywhere.
        """
        found = [self._beside(width, side) for side in (0, 1)]
        able = [each for each in found if each is not None]
        if not able:
            able = [each for each in [self._anywhere(width)] if each is not None]
        return min(able)[1] if able else None

    def _costs(self, at: Any, width: float) -> Matrix:
        """Return what it costs to move figures by a width; barred where they cannot."""
        ways = self.ways
        held = ways.held[at]
        cost = np.where(held, 0.0, ways.price[at])
        if not self.totals:
            cost = np.where(ways.margin[at] & ~held, ways.barred, cost)
        return np.where(ways.room[at] >= width, cost, ways.barred)

    def _outside(self, side: int) -> tuple[NDArray[np.intp], Mask]:
        """Return where chains meet that of the leaf, and whether above the figure."""
        tree = (self.ways.regions, self.ways.industries)[side]
        meets = tree.meets(self.leaf[side])
        return meets, np.isin(meets, tree.higher(self.node[side]))

    def _beside(self, width: float, side: int) -> tuple[float, Node] | None:
        """Return the cheapest way by a code with the same group above it."""
        if self.leaf[side] != self.node[side]:
            return None
        near, far = self.ways.regions, self.ways.industries
        if side == 1:
            near, far = far, near
        lines = near.beside(self.leaf[side])
        if not len(lines):
            return None
        all_lines = np.append(self.leaf[side], lines)
        at = (all_lines, slice(None)) if side == 0 else (slice(None), all_lines)
        cost = self._costs(at, width)
        cost = cost.T if side == 0 else cost
        cost[-1] = 0.0
        along = far.from_top(cost)
        meets, able = self._outside(1 - side)
        here = self.leaf[1 - side]
        along = along[far.ends] + along[[here]] - 2.0 * along[meets]
        whole = along[:, 1:] + along[:, [0]]
        whole[~able] = np.inf
        end, line = np.unravel_index(int(np.argmin(whole)), whole.shape)
        if not whole[end, line] < self.ways.barred / 2:
            return None
        pair = int(lines[line]), int(far.ends[end])
        return float(whole[end, line]), pair if side == 0 else pair[::-1]

    def _anywhere(self, width: float) -> tuple[float, Node] | None:
        """Return the cheapest way of all."""
        regions, industries = self.ways.regions, self.ways.industries
        i, j = self.leaf
        cost = self._costs((slice(None), slice(None)), width)
        cost[-1, :] = cost[:, -1] = 0.0
        along = industries.from_top(cost.T).T
        ends, (meets, able) = industries.ends, self._outside(1)
        along = along[:, ends] + along[:, [j]] - 2.0 * along[:, meets]
        along[:, ~able] = np.inf
        along = regions.from_top(along)
        ends, (meets, able) = regions.ends, self._outside(0)
        with np.errstate(invalid="ignore"):  # infinite less infinite: not able
            whole = along[ends] + along[[i]] - 2.0 * along[meets]
        whole[~able] = np.inf
        whole[np.isnan(whole)] = np.inf
        k, m = np.unravel_index(int(np.argmin(whole)), whole.shape)
        if not whole[k, m] < self.ways.barred / 2:
            return None
        return float(whole[k, m]), (int(ends[k]), int(industries.ends[m]))
