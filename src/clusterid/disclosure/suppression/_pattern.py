"""From what is sensitive to a pattern in which every held figure is protected."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from clusterid.disclosure.suppression._blocks import certify_blocks, protect_in_block
from clusterid.disclosure.suppression._exact import ExactStep
from clusterid.disclosure.suppression._lines import widen_lines
from clusterid.disclosure.suppression._paths import Ways, protect_across
from clusterid.disclosure.suppression._state import Node, State

__all__ = ["EXACT_NODES", "by_rectangles", "complete", "method_of"]

#: Up to so many figures ``method="auto"`` solves linear programmes.
EXACT_NODES = 1000
_PROGRAMMES = 300  # most that the fast method solves for what rectangles cannot protect


def method_of(state: State) -> str:
    """Return how the pattern is completed: ``"exact"`` or ``"fast"``."""
    if state.rules.method != "auto":
        return state.rules.method
    return "exact" if state.held.size <= EXACT_NODES else "fast"


def complete(state: State, *, release: bool) -> list[Node]:
    """Hold more until every held figure is protected; return those that are not.

    Figures are taken by need, the largest first, so that what is held for one serves
    the smaller ones. What is held later is asked for in turn. With ``release`` the
    exact method gives back in the end what is held for nothing.
    """
    exact = ExactStep(state) if method_of(state) == "exact" else None
    step = by_rectangles(state) if exact is None else exact.protect
    state.queue.clear()
    failed: list[Node] = []
    while True:
        certify_blocks(state)
        for i, j in np.argwhere(state.open):
            state.ask((int(i), int(j)))
        while (node := state.next()) is not None:
            if not step(node):
                failed.append(node)
                state.certified[node] = True  # not asked again; told to the caller
        if not widen_lines(state):
            break
    if exact is not None and release and not failed:
        exact.release()
    return failed


def by_rectangles(state: State) -> Callable[[Node], bool]:
    """Return what protects one figure of a large table and says whether it could."""
    ways = Ways(state)
    near: list[ExactStep] = []  # made when first needed

    def closed(node: Node, *, totals: bool) -> bool:
        cell = bool(state.nodes.bottom[node])
        return (cell and protect_in_block(state, node, totals=totals)) or (
            protect_across(state, ways, node, totals=totals)
        )

    def protect(node: Node) -> bool:
        if closed(node, totals=False):
            return True
        if state.programmes < _PROGRAMMES:
            if not near:
                near.append(ExactStep(state))
            if near[0].protect_nearby(node):
                return True
        return closed(node, totals=True)

    return protect
