"""Protection by linear programmes over all figures that are published."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clusterid.disclosure.suppression._lines import thin_lines
from clusterid.disclosure.suppression._owners import Owners
from clusterid.disclosure.suppression._programmes import NOISE, Programmes
from clusterid.disclosure.suppression._state import CLOSE, Node, State

__all__ = ["ExactStep"]

Matrix = NDArray[np.float64]
Mask = NDArray[np.bool_]

_SPARSER = 2  # programmes that follow the first, each with fewer figures
_ENOUGH = 1 - 1e-6
_NEAR = 40  # regions, and industries, that a programme of a large table looks at
_RELEASE = 400  # programmes spent on releasing what is held for nothing,
_RELEASE_FIGURES = 500_000  # and these by figure, since theirs are slower
_DEAREST = 1e6  # highest price of a unit, in those of the middle figure


class ExactStep:
    """One figure after the other: is it protected, and if not, what else to hold."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.programmes = Programmes(state.nodes)
        self.owners = Owners(state.nodes, self.programmes)
        self.supports: dict[Node, Mask] = {}  # what moves in proof of a protection

    def protect(self, node: Node) -> bool:
        """Protect a figure, holding what that takes; return whether it is."""
        before = self.programmes.solved
        done = self._by_held(node) or self._by_companions(node)
        self.state.programmes += self.programmes.solved - before
        if done:
            self.state.certified[node] = True
        return done

    def protect_nearby(self, node: Node) -> bool:
        """Protect a figure by figures of a few regions and industries.

        Those with most room beside it are chosen: a programme over a whole country
        would take minutes.
        """
        before = self.programmes.solved
        totals = bool(self.state.nodes.margin[node])  # a total goes with a total
        done = self._held_for(node, totals=totals, near=self._nearby(node))
        self.state.programmes += self.programmes.solved - before
        if done:
            self.state.certified[node] = True
        return done

    def release(self) -> None:
        """Release what turned out to be held for nothing, the dearest first.

        A companion goes when every figure whose proof moves it has another proof
        without it, and no sum's held plants become too few. The search ends after a
        number of programmes; what is left then is held without need.
        """
        state, before = self.state, self.programmes.solved
        budget = min(_RELEASE, _RELEASE_FIGURES // state.held.size)
        unproven = np.argwhere(state.held & (state.need > 0))
        if len(unproven) > budget:  # their proofs alone would take the budget
            return
        last = before + budget
        for i, j in unproven:
            if (int(i), int(j)) not in self.supports:
                self._by_held((int(i), int(j)))
        spare = np.argwhere(state.reasons == "secondary")
        for i, j in spare[np.argsort(-state.price[tuple(spare.T)], kind="stable")]:
            if self.programmes.solved >= last:
                break
            self._release((int(i), int(j)))
        state.programmes += self.programmes.solved - before

    # -- parts ---------------------------------------------------------------------

    def _release(self, node: Node) -> bool:
        state = self.state
        leaning = [at for at, moved in self.supports.items() if moved[node]]
        before = {at: self.supports[at] for at in leaning}
        state.held[node] = False
        lines = {whole for _, whole in thin_lines(state.nodes, state.held, state.rules)}
        done = not lines and all(
            self._by_held(at)
            for at in sorted(leaning, key=lambda at: -state.need[at])
            if at != node and state.held[at]
        )
        if done:
            state.reasons[node] = ""
            state.certified[node] = False
            self.supports.pop(node, None)
        else:
            state.held[node] = True
            self.supports |= before
        return done

    def _by_held(self, node: Node) -> bool:
        """Return whether held figures protect it from everyone, or from each owner."""
        state, place = self.state, self._place(node)
        need = float(state.need[node])
        room = np.where(state.held, self._room(node), 0.0).ravel()
        reach = self.programmes.furthest(place, 1.0, -room, room, need)
        if reach.amount >= need * _ENOUGH:
            self._note(node, reach.change)
            return True
        moved = self.owners.protect(state.held, node, need)
        if moved is None:
            return False
        self.supports[node] = moved.reshape(state.held.shape)
        return True

    def _by_companions(self, node: Node) -> bool:
        """Hold the cheapest further figures that can move with it."""
        return any(self._held_for(node, totals=totals) for totals in (False, True))

    def _held_for(self, node: Node, *, totals: bool, near: Mask | None = None) -> bool:
        """Hold the cheapest figures, with totals among them or without."""
        state, place = self.state, self._place(node)
        need, room = float(state.need[node]), self._room(node)
        usable = np.minimum(room, need)
        with np.errstate(divide="ignore", invalid="ignore"):
            unit = np.where(usable > 0, state.cost / usable, np.inf)
        scale = (
            np.median(unit[np.isfinite(unit) & (unit > 0)])
            if (np.isfinite(unit) & (unit > 0)).any()
            else 1.0
        )
        price = np.minimum(unit / scale, np.where(np.isfinite(unit), _DEAREST, np.inf))
        if not totals:
            price = np.where(state.nodes.margin & ~state.held, np.inf, price)
        if near is not None:
            price = np.where(near, price, np.inf)
        change = self._sparse(place, need, room.ravel(), price.ravel())
        if change is None:
            return False
        for moved in np.flatnonzero(change):
            i, j = divmod(int(moved), state.held.shape[1])
            state.hold((i, j), "secondary")
        self.supports[node] = (change != 0).reshape(state.held.shape)
        return True

    def _nearby(self, node: Node) -> Mask:
        """Return the figures of the regions and industries with most room beside it."""
        state, nodes = self.state, self.state.nodes
        usable = np.where(state.held | np.isfinite(state.price), state.capacity, 0.0)
        usable = np.minimum(usable, state.need[node])
        near = []
        rows, columns = nodes.below(node)
        for side, mine, room in (
            (nodes.regions, rows, usable[:, columns].sum(axis=1)),
            (nodes.industries, columns, usable[rows].sum(axis=0)),
        ):
            bottom = side.bottom
            order = np.argsort(-room[bottom], kind="stable")[:_NEAR]
            chosen = np.zeros(len(side.codes), dtype=bool)
            own = mine[np.argsort(-room[mine], kind="stable")[:_NEAR]]
            chosen[own] = chosen[bottom[order]] = True
            for child in np.argsort(-side.depth, kind="stable"):
                if chosen[child] and side.above[child] >= 0:
                    chosen[side.above[child]] = True
            near.append(chosen)
        found: Mask = near[0][:, None] & near[1][None, :]
        return found

    def _sparse(
        self, place: int, need: float, room: Matrix, price: Matrix
    ) -> Matrix | None:
        """Return a cheap change of few figures: what moves little is made dearer."""
        best: Matrix | None = None
        paid, least = price, np.inf
        for _ in range(1 + _SPARSER):
            change = self.programmes.cheapest(place, need, room, paid)
            if change is None:
                return best
            moved = np.flatnonzero(change)
            cost = self._cost(moved)
            if cost >= least:
                return best
            best, least = change, cost
            if least <= 0:
                return best
            usable = np.minimum(room, need)
            share = np.abs(change) / np.where(usable > 0, usable, 1.0)
            paid = np.where(np.isfinite(price), price / (share + 0.05), np.inf)
        return best

    def _cost(self, moved: NDArray[np.intp]) -> float:
        return float(self.state.cost.ravel()[moved].sum())

    def _room(self, node: Node) -> Matrix:
        """Return the room of every figure; the cells below the target move freely."""
        state, nodes = self.state, self.state.nodes
        room = state.capacity.copy()
        rows, columns = nodes.below(node)
        own = np.ix_(rows, columns)
        room[own] = np.nan_to_num(nodes.value[own]) - nodes.least[own]
        room[own] = np.maximum(room[own], state.need[node])  # up without end
        room[node] = np.inf
        return room

    def _place(self, node: Node) -> int:
        return int(node[0] * self.state.held.shape[1] + node[1])

    def _note(self, node: Node, change: Matrix) -> None:
        """Keep what a change moves, and mark every other cell that it protects."""
        state = self.state
        change = np.where(np.abs(change) > NOISE * state.need[node], change, 0.0)
        moved = np.abs(change).reshape(state.held.shape)
        self.supports[node] = moved > 0
        if (moved > state.capacity * (1 + CLOSE)).any():
            return  # it moves its own target beyond what another owner knows
        others = state.open & (moved >= state.need * (1 - CLOSE))
        state.certified |= others
        for i, j in np.argwhere(others):
            self.supports.setdefault((int(i), int(j)), moved > 0)
