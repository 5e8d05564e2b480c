"""Tightest bounds of withheld cells by linear programmes, where sums cross."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from clusterid.concentration.withheld._lattice import UNBOUNDED, Axis, Lattice
from clusterid.errors import NotConvergedError

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["tighten"]

_CLOSE = 1e-7


def tighten(lattice: Lattice) -> int:
    """Tighten the cells of a propagated lattice in place; return programmes solved.

    Cells whose sums form a tree are already exact. In every other connected part
    the solution of one programme proves a bound tight for every cell that attains
    it, so far fewer programmes than bounds are solved.
    """
    from scipy import sparse
    from scipy.sparse.csgraph import connected_components

    unknown = lattice.upper - lattice.lower > _CLOSE
    variable = np.full(unknown.shape, -1)
    variable[unknown] = np.arange(unknown.sum())
    if not unknown.any():
        return 0
    matrix, rhs, equal = _equations(lattice, variable)
    n_rows = matrix.shape[0]
    graph = sparse.block_array([[None, matrix], [matrix.T, None]])
    _, label = connected_components(graph, directed=False)
    row_label, column_label = label[:n_rows], label[n_rows:]
    links = np.bincount(row_label, np.diff(matrix.indptr), label.max() + 1)
    vertices = np.bincount(label, minlength=label.max() + 1)
    rows = np.bincount(row_label, minlength=label.max() + 1)
    crossing = np.flatnonzero((links > vertices - 1) & (rows > 0))
    low, high = lattice.lower[unknown], lattice.upper[unknown]
    is_cell = np.zeros(unknown.shape, dtype=bool)
    is_cell[: lattice.regions.n_cells, : lattice.industries.n_cells] = True
    wanted = is_cell[unknown]
    solved = 0
    for part in crossing:
        columns = np.flatnonzero(column_label == part)
        inside = row_label == part
        problem = _Problem(
            matrix[inside][:, columns],
            rhs[inside],
            equal[inside],
            low[columns],
            high[columns],
        )
        problem.solve(wanted[columns])
        low[columns], high[columns] = problem.low, problem.high
        solved += problem.solved
    lattice.lower[unknown], lattice.upper[unknown] = low, high
    return solved


def _equations(
    lattice: Lattice, variable: NDArray[np.int64]
) -> tuple[Any, NDArray[np.float64], NDArray[np.bool_]]:
    """Return parts - sum (= or <=) rhs over the unknown nodes, as a sparse matrix."""
    from scipy import sparse

    entries: list[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]] = []
    rhs_parts, equal_parts = [], []
    offset = 0
    for axis, turned in ((lattice.industries, False), (lattice.regions, True)):
        at = variable.T if turned else variable
        value = lattice.lower.T if turned else lattice.lower
        n_lines, n_nodes = at.shape
        rhs = np.zeros((n_lines, n_nodes))
        row = offset + np.arange(n_lines * n_nodes).reshape(n_lines, n_nodes)
        parents = np.unique(axis.parent)
        for nodes, targets, sign in (
            (axis.child, axis.parent, 1.0),
            (parents, parents, -1.0),
        ):
            free = at[:, nodes] >= 0
            rows = row[:, targets]
            entries.append((rows[free], at[:, nodes][free], np.full(free.sum(), sign)))
            fixed = np.where(free, 0.0, value[:, nodes])
            np.add.at(rhs.T, targets, -sign * fixed.T)
        rhs_parts.append(rhs.ravel())
        equal_parts.append(_whole(axis, n_lines).ravel())
        offset += n_lines * n_nodes
    rows, columns, signs = (np.concatenate([e[k] for e in entries]) for k in range(3))
    matrix = sparse.csr_array(
        (signs, (rows, columns)), shape=(offset, int(variable.max()) + 1)
    )
    used = np.diff(matrix.indptr) > 0
    return (
        matrix[used],
        np.concatenate(rhs_parts)[used],
        np.concatenate(equal_parts)[used],
    )


def _whole(axis: Axis, n_lines: int) -> NDArray[np.bool_]:
    return np.broadcast_to(axis.complete, (n_lines, len(axis.nodes)))


class _Problem:
    """One connected part: intervals and the sums they must keep."""

    def __init__(
        self,
        matrix: csr_array,
        rhs: NDArray[np.float64],
        equal: NDArray[np.bool_],
        low: NDArray[np.float64],
        high: NDArray[np.float64],
    ) -> None:
        self.low, self.high = low.copy(), high.copy()
        self.box = np.stack([low, np.where(high >= UNBOUNDED / 10, np.inf, high)], 1)
        self.sums: dict[str, Any] = {}
        if equal.any():
            self.sums |= {"A_eq": matrix[equal], "b_eq": rhs[equal]}
        if not equal.all():
            self.sums |= {"A_ub": matrix[~equal], "b_ub": rhs[~equal]}
        self.solved = 0

    def solve(self, wanted: NDArray[np.bool_]) -> None:
        """Prove or tighten both bounds of every wanted variable."""
        weight = np.random.default_rng(0).uniform(1.0, 2.0, len(self.low))
        for side in (1.0, -1.0):
            self.open = {1.0: wanted.copy(), -1.0: wanted.copy()}
            self.open[-side][:] = False
            self.open[side] &= self.box[:, 1] < np.inf
            while self.open[side].sum() > 2:  # many bounds by one programme
                before = self.open[side].sum()
                self._programme(np.where(self.open[side], weight, 0.0), side)
                if before - self.open[side].sum() < max(2, before // 50):
                    break
            unbounded = wanted & np.isinf(self.box[:, 1]) & (side > 0)
            self.open[side] |= unbounded
            for k in np.flatnonzero(self.open[side]):
                if not self.open[side][k]:
                    continue
                objective = np.zeros(len(self.low))
                objective[k] = 1.0
                value = self._programme(objective, side)
                if side > 0:
                    self.high[k] = max(min(self.high[k], value), self.low[k])
                else:
                    self.low[k] = min(max(self.low[k], value), self.high[k])
                self.open[side][k] = False

    def _programme(self, objective: NDArray[np.float64], side: float) -> float:
        """Maximise (side 1) or minimise (-1); mark every bound it attains."""
        from scipy.optimize import linprog

        self.solved += 1
        result = linprog(-side * objective, **self.sums, bounds=self.box)
        if result.status == 3:  # no published value bounds it
            return float(UNBOUNDED)
        if result.status != 0:
            raise NotConvergedError(
                "the linear programme of the withheld cells was not solved: "
                f"{result.message} Allow for rounding=, or use method='propagate'."
            )
        bound = self.box[:, 1] if side > 0 else self.box[:, 0]
        with np.errstate(invalid="ignore"):
            attained = np.abs(result.x - bound) <= _CLOSE * np.maximum(1.0, bound)
        self.open[side] &= ~attained
        return float(-side * result.fun)
