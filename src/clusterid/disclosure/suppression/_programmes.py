"""Changes of held figures that leave every published sum, by linear programmes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clusterid.disclosure.suppression._nodes import Nodes, Side
from clusterid.errors import NotConvergedError

__all__ = ["NOISE", "Programmes", "Reach"]

Matrix = NDArray[np.float64]
Mask = NDArray[np.bool_]
Places = NDArray[np.intp]

#: Changes below this share of the change asked for are the solver's rounding.
NOISE = 1e-6
_INFEASIBLE = 2


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one figure moves, and the change of all figures that moves it."""

    amount: float
    change: Matrix  # by figure, flat; 0 where nothing moves


class Programmes:
    """The sums of an economy as equations between changes of its figures.

    A figure is addressed by its flat place. ``solved`` counts the programmes.
    """

    def __init__(self, nodes: Nodes) -> None:
        from scipy import sparse

        self.solved = 0
        rows, columns = _differences(nodes.regions), _differences(nodes.industries)
        n_rows = len(nodes.regions.codes)
        keep = nodes.industries.bottom
        below = sparse.csr_array(
            (np.ones(len(keep)), (np.arange(len(keep)), keep)),
            shape=(len(keep), len(nodes.industries.codes)),
        )
        self.matrix = sparse.vstack(
            [
                sparse.kron(sparse.eye_array(n_rows), columns),
                sparse.kron(rows, below),
            ],
            format="csc",
        )

    def furthest(
        self, place: int, sign: float, low: Matrix, high: Matrix, most: float
    ) -> Reach:
        """Move one figure as far as it goes, at most so far, within all bounds.

        ``low`` and ``high`` bound the change of every figure; what cannot move has 0
        and 0.
        """
        moving = np.flatnonzero((low < 0) | (high > 0))
        at = int(np.searchsorted(moving, place))
        if at == len(moving) or moving[at] != place:
            return Reach(0.0, np.zeros(len(low)))
        weight = np.zeros(len(moving))
        weight[at] = -sign
        bounds = np.stack([low[moving], high[moving]], axis=1)
        bounds[at, 1 if sign > 0 else 0] = sign * min(
            most, abs(bounds[at, 1 if sign > 0 else 0])
        )
        result = self._solve(weight, moving, bounds)
        if result is None:
            return Reach(0.0, np.zeros(len(low)))
        change = np.zeros(len(low))
        change[moving] = result
        return Reach(abs(float(change[place])), change)

    def cheapest(
        self, place: int, amount: float, room: Matrix, price: Matrix
    ) -> Matrix | None:
        """Return the cheapest change that moves one figure by an amount, or None.

        ``room`` bounds every change to either side; ``price`` is paid for a unit of
        change, nothing of it where it is 0.
        """
        able = np.isfinite(price) & (room > 0)
        able[place] = False
        moving = np.flatnonzero(able)
        n = len(moving)
        size = np.minimum(room[moving], 1e3 * amount)
        low = np.zeros((2 * n + 1, 2))
        low[:n, 1] = low[n : 2 * n, 1] = size
        low[-1] = amount
        paid = price[moving]
        free = paid <= 0  # one variable of either sign will do
        low[:n, 0] = np.where(free, -size, 0.0)
        low[n : 2 * n, 1][free] = 0.0
        from scipy import sparse

        part = self.matrix[:, moving]
        whole = sparse.hstack([part, -part, self.matrix[:, [place]]], format="csr")
        used = np.diff(whole.indptr) > 0
        weight = np.concatenate((paid, paid, [0.0]))
        result = self._linear(weight, whole[used], low)
        if result is None:
            return None
        change = np.zeros(len(room))
        change[moving] = result[:n] - result[n : 2 * n]
        change[place] = amount
        change[np.abs(change) <= NOISE * amount] = 0.0
        return change

    # -- parts ---------------------------------------------------------------------

    def _solve(self, weight: Matrix, moving: Places, bounds: Matrix) -> Matrix | None:
        part = self.matrix[:, moving].tocsr()
        used = np.diff(part.indptr) > 0
        return self._linear(weight, part[used], bounds)

    def _linear(self, weight: Matrix, matrix: Any, bounds: Matrix) -> Matrix | None:
        from scipy.optimize import linprog

        self.solved += 1
        sums: dict[str, Any] = {}
        if matrix.shape[0]:
            sums = {"A_eq": matrix, "b_eq": np.zeros(matrix.shape[0])}
        for solver in ("highs", "highs-ipm"):  # the second where the first gives up
            result = linprog(weight, **sums, bounds=bounds, method=solver)
            if result.status in {0, _INFEASIBLE}:
                break
        if result.status == _INFEASIBLE:
            return None
        if result.status != 0:
            raise NotConvergedError(
                "a linear programme of the held cells was not solved: "
                f"{result.message} Use method='fast'."
            )
        made: Matrix = np.asarray(result.x)
        return made


def _differences(side: Side) -> Any:
    """Return the matrix (sums x codes) that takes a sum from its parts."""
    from scipy import sparse

    sums = np.flatnonzero(side.is_sum)
    row_of = np.full(len(side.codes), -1)
    row_of[sums] = np.arange(len(sums))
    child = np.flatnonzero(side.above >= 0)
    rows = np.concatenate((row_of[side.above[child]], row_of[sums]))
    columns = np.concatenate((child, sums))
    values = np.concatenate((np.ones(len(child)), -np.ones(len(sums))))
    return sparse.csr_array(
        (values, (rows, columns)), shape=(len(sums), len(side.codes))
    )
