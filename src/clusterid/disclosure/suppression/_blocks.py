"""Rectangles among the children of one region group and one industry group."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clusterid.disclosure.suppression._nodes import Side
from clusterid.disclosure.suppression._state import CLOSE, Node, State

__all__ = [
    "block_of",
    "blocks",
    "certify_blocks",
    "open_in_block",
    "protect_in_block",
]

Matrix = NDArray[np.float64]
Mask = NDArray[np.bool_]
Lines = NDArray[np.intp]

_LEVEL = 1.5  # ratio of one level of need to the next
_HELD_PIECES = 12
_PARTS = (1, 2, 4, 8)


def blocks(side: Side) -> list[Lines]:
    """Return codes that have the same group above them; the total beside the top ones.

    The total of a flat table is one more line that can take up a change.
    """
    bottom = side.bottom
    found = []
    for parent in np.unique(side.above[bottom]):
        lines = bottom[side.above[bottom] == parent]
        if parent == side.total:
            lines = np.append(lines, side.total)
        found.append(lines)
    return found


def block_of(side: Side, node: int) -> Lines:
    """Return the block of one code."""
    bottom = side.bottom
    lines = bottom[side.above[bottom] == side.above[node]]
    return np.append(lines, side.total) if side.above[node] == side.total else lines


def certify_blocks(state: State) -> None:
    """Mark every held cell that one rectangle of held figures protects.

    A rectangle moves its four corners by one amount and leaves every sum unchanged. On
    each level of need the corners that can move so far are counted by two products of
    matrices, all cells at once.
    """
    nodes = state.nodes
    room = np.where(state.held, state.capacity, 0.0)
    for rows in blocks(nodes.regions):
        for columns in blocks(nodes.industries):
            at = np.ix_(rows, columns)
            wanted = state.open[at] & nodes.bottom[at]
            if wanted.any():
                state.certified[at] |= _certified(room[at], state.need[at], wanted)


def protect_in_block(state: State, node: Node, *, totals: bool) -> bool:
    """Protect a cell within its block; hold what that takes; return whether it is."""
    nodes = state.nodes
    block = _Block(
        state, block_of(nodes.regions, node[0]), block_of(nodes.industries, node[1])
    )
    block.look_at(node)
    rest = block.by_held(float(state.need[node]))
    if rest <= 0:
        state.certified[node] = True
        return True
    found = block.with_companions(rest, totals=totals)
    if found is None:
        return False
    for companion in found:
        state.hold(companion, "secondary")
    state.certified[node] = True
    return True


def open_in_block(state: State, node: Node) -> float:
    """Return how far held figures let a cell move within its block, up to its need."""
    nodes = state.nodes
    block = _Block(
        state, block_of(nodes.regions, node[0]), block_of(nodes.industries, node[1])
    )
    block.look_at(node)
    need = float(state.need[node])
    return need - block.by_held(need)


# -- parts -------------------------------------------------------------------------


def _certified(room: Matrix, need: Matrix, wanted: Mask) -> Mask:
    """Return which wanted cells have a rectangle of sufficient room."""
    done = np.zeros(wanted.shape, dtype=bool)
    for level, at_level in _levels(need, wanted):
        able = _as_numbers(room >= level)
        if able.sum() < 3:
            continue
        rows, columns = able.sum(1), able.sum(0)
        paths = (
            able @ (able.T @ able)
            if len(rows) > len(columns)
            else ((able @ able.T) @ able)
        )
        through_itself = able * (rows[:, None] + columns[None, :] - 1)
        done |= at_level & (paths - through_itself > 0.5)
    return done


def _as_numbers(able: Mask) -> NDArray[Any]:
    """Return 0 and 1, in single precision while it counts exactly."""
    return able.astype(np.float32 if able.size < 2**24 else np.float64)


def _levels(need: Matrix, wanted: Mask) -> Iterator[tuple[float, Mask]]:
    """Yield the highest need of each level, and the wanted cells on it."""
    values = need[wanted]
    rank = np.floor(np.log(values / values.min()) / np.log(_LEVEL) + CLOSE)
    for step in np.unique(rank):
        at_level = np.zeros(wanted.shape, dtype=bool)
        at_level[wanted] = rank == step
        yield float(need[at_level].max()) * (1 - CLOSE), at_level


class _Block:
    """The room to move in one block, used up piece by piece for one cell."""

    def __init__(self, state: State, rows: Lines, columns: Lines) -> None:
        self.state, self.rows, self.columns = state, rows, columns
        at = np.ix_(rows, columns)
        self.held = state.held[at]
        self.room = state.capacity[at]
        self.cost = np.where(self.held, 0.0, state.price[at])
        self.margin = state.nodes.margin[at]

    def look_at(self, node: Node) -> None:
        """Choose the cell that is to move."""
        self.i = int(np.searchsorted(self.rows, node[0]))
        self.j = int(np.searchsorted(self.columns, node[1]))

    def by_held(self, need: float) -> float:
        """Move as far as held figures allow; return what is left of the need."""
        room = np.where(self.held, self.room, 0.0)
        rows = self._others(room[:, self.j] > 0, self.i)
        columns = self._others(room[self.i] > 0, self.j)
        if not (len(rows) and len(columns)):
            return need
        inner = room[np.ix_(rows, columns)]
        side, top = room[rows, self.j], room[self.i, columns]
        rest = need
        for _ in range(_HELD_PIECES):
            width = np.minimum(inner, np.minimum(side[:, None], top[None, :]))
            k, m = np.unravel_index(int(np.argmax(width)), width.shape)
            wide = min(float(width[k, m]), rest)
            if wide <= CLOSE * need:
                break
            rest -= wide
            if rest <= CLOSE * need:
                return 0.0
            inner[k, m] -= wide
            side[k] -= wide
            top[m] -= wide
            self._use(int(rows[k]), int(columns[m]), wide)
        return rest

    def with_companions(self, rest: float, *, totals: bool) -> list[Node] | None:
        """Return the cheapest figures to hold so that the rest can move, or None."""
        cost = (
            self.cost
            if totals
            else np.where(self.margin & ~self.held, np.inf, self.cost)
        )
        for parts in _PARTS:
            room, paid = self.room.copy(), cost.copy()
            chosen: list[Node] = []
            left = rest
            for _ in range(2 * parts):
                corner = self._cheapest(room, paid, min(left, rest / parts))
                if corner is None:
                    break
                k, m = corner
                width = min(left, room[k, m], room[self.i, m], room[k, self.j])
                for at in ((k, m), (self.i, m), (k, self.j)):
                    room[at] -= width
                    if paid[at] > 0:
                        chosen.append((int(self.rows[at[0]]), int(self.columns[at[1]])))
                        paid[at] = 0.0
                left -= width
                if left <= CLOSE * rest:
                    return chosen
        return None

    def _cheapest(
        self, room: Matrix, cost: Matrix, width: float
    ) -> tuple[int, int] | None:
        """Return the corner opposite of the cheapest rectangle of a width."""
        width *= 1 - CLOSE
        side = np.where(room[:, self.j] >= width, cost[:, self.j], np.inf)
        top = np.where(room[self.i] >= width, cost[self.i], np.inf)
        rows = self._others(np.isfinite(side), self.i)
        columns = self._others(np.isfinite(top), self.j)
        if not (len(rows) and len(columns)):
            return None
        at = np.ix_(rows, columns)
        whole = np.where(room[at] >= width, cost[at], np.inf)
        whole = whole + side[rows][:, None] + top[columns][None, :]
        k, m = np.unravel_index(int(np.argmin(whole)), whole.shape)
        if not np.isfinite(whole[k, m]):
            return None
        return int(rows[k]), int(columns[m])

    def _use(self, k: int, m: int, width: float) -> None:
        for at in ((k, m), (self.i, m), (k, self.j)):
            self.room[at] -= width

    @staticmethod
    def _others(able: Mask, without: int) -> Lines:
        found: Lines = np.flatnonzero(able)
        others: Lines = found[found != without]
        return others
