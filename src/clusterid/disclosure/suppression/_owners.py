"""What the owner of one plant in a held cell knows more than anyone else."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clusterid.disclosure.suppression._nodes import Nodes
from clusterid.disclosure.suppression._primary import capacities
from clusterid.disclosure.suppression._programmes import NOISE, Programmes, Reach

__all__ = ["Owners"]

Matrix = NDArray[np.float64]
Mask = NDArray[np.bool_]
Node = tuple[int, int]

_ENOUGH = 1 - 1e-6
_TRIES = 60  # owners asked one by one before another figure is held


class Owners:
    """How far a figure moves for outsiders, and for each owner by itself."""

    def __init__(self, nodes: Nodes, programmes: Programmes) -> None:
        self.nodes, self.programmes = nodes, programmes
        unknown = np.isnan(nodes.value)
        value = np.where(unknown, np.inf, nodes.value)
        fixed = nodes.empty | (unknown & nodes.bottom)
        self.low = np.where(fixed, 0.0, nodes.least - value)
        self.high = np.where(fixed, 0.0, np.inf)
        known = capacities(nodes)
        single = nodes.bottom & (nodes.plants == 1)
        self.owner_low = np.where(nodes.bottom & ~unknown, -known, self.low).ravel()
        self.owner_high = np.where(single, 0.0, self.high).ravel()

    def protect(self, held: Mask, node: Node, need: float) -> Mask | None:
        """Return what moves when it moves by the need, whoever looks, or None.

        To either side one change is found for outsiders, and one for every owner whom
        the changes before do not serve against.
        """
        moved = np.zeros(self.nodes.value.size, dtype=bool)
        for sign, most in ((1.0, need), (-1.0, min(need, -float(self.low[node])))):
            if most <= 0:
                continue  # everyone knows that it has no less
            reach, _ = self.least(
                held, node, sign, most, enough=most * _ENOUGH, moved=moved
            )
            if reach < most * _ENOUGH:
                return None
        return moved

    def outsiders(self, held: Mask, node: Node, sign: float, most: float) -> Reach:
        """Return how far a figure moves for who knows only what is published."""
        low = np.where(held, self.low, 0.0).ravel()
        high = np.where(held, self.high, 0.0).ravel()
        return self.programmes.furthest(self._place(node), sign, low, high, most)

    def least(
        self,
        held: Mask,
        node: Node,
        sign: float,
        most: float,
        *,
        enough: float = 0.0,
        moved: Mask | None = None,
    ) -> tuple[float, int]:
        """Return how far it moves for the owner who knows most of it, and the cell.

        Below ``enough`` the search ends with the first amount found, and where more
        than a few owners would have to be asked one by one it ends with 0. In
        ``moved`` what the changes move is marked.

        The cell of that owner is a flat place; -1 where no owner knows more than an
        outsider. A change serves against every owner whose knowledge it respects, so
        only those that no change found so far serves against are looked at.
        """
        reach = self.outsiders(held, node, sign, most)
        weakest, amount = -1, reach.amount
        if moved is not None:
            moved |= np.abs(reach.change) > NOISE * most
        low = np.where(held, self.low, 0.0).ravel()
        high = np.where(held, self.high, 0.0).ravel()
        inside = self._inside(node)
        suspects = self._broken(reach.change, inside)
        asked = 0
        while len(suspects) and amount > enough:
            asked += 1
            if enough and asked > _TRIES:
                return 0.0, int(suspects[0])
            owner = int(suspects[0])
            mine, more = low.copy(), high.copy()
            mine[owner], more[owner] = self.owner_low[owner], self.owner_high[owner]
            reach = self.programmes.furthest(
                self._place(node), sign, mine, more, amount
            )
            suspects = suspects[1:]
            if moved is not None:
                moved |= np.abs(reach.change) > NOISE * most
            if reach.amount < amount * _ENOUGH:
                amount, weakest = reach.amount, owner
            suspects = np.intersect1d(suspects, self._broken(reach.change, inside))
        return amount, weakest

    def narrowest(
        self, held: Mask, node: Node, need: float, most: float, moves: list[float]
    ) -> tuple[list[float], int]:
        """Return how far it moves down and up for the owner who knows most of it.

        ``moves`` are those of an outsider. Where the knowledge of all owners together
        leaves the need, that is given; else the narrowest of the single owners. The
        cell of that owner is the second value, -1 where no single one was looked for.
        """
        found, weakest = [], -1
        low = np.where(held, self.low, 0.0).ravel()
        high = np.where(held, self.high, 0.0).ravel()
        others = ~self._inside(node)
        low[others] = np.maximum(low, self.owner_low)[others]
        high[others] = np.minimum(high, self.owner_high)[others]
        for sign, outside in zip((-1.0, 1.0), moves, strict=True):
            place = self._place(node)
            reach = self.programmes.furthest(place, sign, low, high, most)
            amount = reach.amount
            if amount < min(need, outside) * _ENOUGH:
                amount, owner = self.least(held, node, sign, most)
                weakest = owner if owner >= 0 else weakest
            found.append(amount)
        return found, weakest

    # -- parts ---------------------------------------------------------------------

    def _broken(self, change: Matrix, inside: Mask) -> NDArray[np.intp]:
        """Return cells whose owner sees that a change cannot be."""
        noise = 1e-7 * max(1.0, float(np.abs(change).max(initial=0.0)))
        wrong = (change < self.owner_low - noise) | (change > self.owner_high + noise)
        return np.flatnonzero(wrong & ~inside)

    def _inside(self, node: Node) -> Mask:
        made = np.zeros(self.nodes.shape, dtype=bool)
        made[np.ix_(*self.nodes.below(node))] = True
        return made.ravel()

    def _place(self, node: Node) -> int:
        return int(node[0] * self.nodes.shape[1] + node[1])
