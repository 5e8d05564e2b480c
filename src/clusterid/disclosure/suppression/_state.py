"""What is held so far, what it needs, and what else may be held at which price."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from clusterid.disclosure.suppression._nodes import Nodes
from clusterid.disclosure.suppression._primary import (
    capacities,
    needs,
    primary_reasons,
)
from clusterid.disclosure.suppression._rules import SuppressionRules

__all__ = ["CLOSE", "Node", "State", "begin"]

#: A region node and an industry node, by place.
Node = tuple[int, int]
Matrix = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Amounts are compared to within this share of them.
CLOSE = 1e-9


@dataclass(slots=True)
class State:
    """The figures of one economy on their way to a pattern; changed in place.

    ``need`` and ``capacity`` are in the unit of the table, ``price`` is what it costs
    to hold a figure that is not held (infinite where it may not be).
    """

    nodes: Nodes
    rules: SuppressionRules
    held: Mask
    reasons: NDArray[np.object_]
    primary: Mask
    need: Matrix
    capacity: Matrix
    price: Matrix
    certified: Mask
    queue: list[tuple[float, int, int]] = field(default_factory=list)
    programmes: int = 0

    def hold(self, node: Node, reason: str) -> bool:
        """Hold a figure; return whether it was not held before."""
        if self.held[node]:
            return False
        self.held[node] = True
        self.reasons[node] = reason
        self.ask(node)
        return True

    def ask(self, node: Node) -> None:
        """Put a held figure on the list of what is to be protected."""
        if self.need[node] > 0 and not self.certified[node]:
            heapq.heappush(self.queue, (-float(self.need[node]), *node))

    def next(self) -> Node | None:
        """Take the open figure of largest need off the list."""
        while self.queue:
            _, i, j = heapq.heappop(self.queue)
            if not self.certified[i, j]:
                return i, j
        return None

    @property
    def open(self) -> Mask:
        """Held figures whose protection is not proven."""
        made: Mask = self.held & (self.need > 0) & ~self.certified
        return made

    @property
    def cost(self) -> Matrix:
        """What it costs to move a figure: nothing where it is held."""
        return np.where(self.held, 0.0, self.price)


def begin(nodes: Nodes, rules: SuppressionRules, price: Matrix) -> State:
    """Return the state with what is sensitive by itself, and nothing more, held.

    ``price`` is the cost of every figure, infinite where it must be published; sums
    over all regions or all industries are made far dearer than anything else.
    """
    reasons = primary_reasons(
        rules, nodes.value, nodes.plants, nodes.largest, nodes.second
    )
    held = reasons != ""
    primary = held & (reasons != "withheld")
    price = np.where(nodes.empty, np.inf, price)
    finite = np.isfinite(price)
    dear = 10.0 * float(price[finite & nodes.bottom].sum()) + 1.0
    price = np.where(nodes.margin, price + dear, price)
    price[-1, -1] += 100.0 * dear  # the total of everything goes last
    return State(
        nodes=nodes,
        rules=rules,
        held=held,
        reasons=reasons,
        primary=primary,
        need=needs(nodes, primary, rules),
        capacity=capacities(nodes),
        price=price,
        certified=np.zeros(nodes.shape, dtype=bool),
    )
