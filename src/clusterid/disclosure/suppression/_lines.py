"""Held figures of one published sum, taken together, under the primary rules."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from clusterid.disclosure.suppression._nodes import Nodes
from clusterid.disclosure.suppression._primary import primary_reasons
from clusterid.disclosure.suppression._rules import SuppressionRules
from clusterid.disclosure.suppression._state import Node, State

__all__ = ["thin_lines", "widen_lines"]

Lines = NDArray[np.intp]


def thin_lines(
    nodes: Nodes, held: NDArray[np.bool_], rules: SuppressionRules
) -> Iterator[tuple[list[Node], Node]]:
    """Yield the parts and the published sum whose held parts break a primary rule.

    A sum less its published parts is the sum of its held ones: it is as good as
    published, so the plants of the held parts together have to keep the rules.
    """
    for turned in (False, True):
        side = nodes.regions if turned else nodes.industries
        frames = [nodes.value, nodes.plants, nodes.largest, nodes.second]
        value, plants, largest, second = (f.T if turned else f for f in frames)
        hidden = held.T if turned else held
        for parent in np.unique(side.above[side.above >= 0]):
            parts = np.flatnonzero(side.above == parent)
            mask = hidden[:, parts]
            asked = mask.any(axis=1) & ~hidden[:, parent]
            lines = np.flatnonzero(asked)
            if not len(lines):
                continue
            at = np.ix_(lines, parts)
            mask = mask[lines]
            top, runner = _two(largest[at], second[at], mask)
            wrong = primary_reasons(
                rules,
                np.where(mask, value[at], 0.0).sum(axis=1),
                np.where(mask, plants[at], 0.0).sum(axis=1),
                top,
                runner,
            )
            for line in lines[wrong != ""]:
                nodes_of_line = [_node(int(line), int(p), turned) for p in parts]
                yield nodes_of_line, _node(int(line), int(parent), turned)


def widen_lines(state: State) -> bool:
    """Hold the cheapest further part of every such sum; return whether any was."""
    changed = False
    for parts, whole in list(thin_lines(state.nodes, state.held, state.rules)):
        free = [at for at in parts if not state.held[at]]
        price = [float(state.price[at]) for at in (*free, whole)]
        best = int(np.argmin(price))
        if np.isfinite(price[best]):
            changed |= state.hold((*free, whole)[best], "secondary")
    return changed


# -- parts -------------------------------------------------------------------------


def _node(line: int, code: int, turned: bool) -> Node:
    return (code, line) if turned else (line, code)


def _two(
    largest: NDArray[np.float64],
    second: NDArray[np.float64],
    mask: NDArray[np.bool_],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the two largest plants of the held parts, by line."""
    tops = np.where(mask, largest, 0.0)
    unknown = np.isnan(tops).any(axis=1)
    tops = np.nan_to_num(tops)
    first = tops.max(axis=1)
    others = tops.copy()
    others[np.arange(len(tops)), tops.argmax(axis=1)] = 0.0
    below = np.nan_to_num(np.where(mask, second, 0.0)).max(axis=1)
    runner = np.maximum(others.max(axis=1), below)
    return np.where(unknown, np.nan, first), runner
