"""Random tables of 0 and 1 that keep the sums of rows and columns."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from clusterid._typed import typed

__all__ = ["curveball", "from_sets", "row_sets", "trade"]


@typed
def curveball(
    incidence: Any, *, trades: int | None = None, seed: int | np.random.Generator = 0
) -> Any:
    """Return a random table with the same row and column sums.

    Two rows at random pool what only one of them has and share it out again, keeping
    their numbers (Strona et al. 2014); after five trades a row the table has
    forgotten where it came from [number of trades as in the paper, not checked].

    Parameters
    ----------
    incidence : sparse array or array, n_rows x n_columns
        0 or 1.
    trades : int, optional
        Five times the number of rows by default.
    seed : int or Generator
        Chance.

    Returns
    -------
    csr_array, n_rows x n_columns

    Examples
    --------
    >>> import numpy as np
    >>> table = np.eye(4)
    >>> mixed = curveball(table, seed=1)
    >>> mixed.sum(axis=0).tolist(), mixed.sum(axis=1).tolist()
    ([1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0])
    """
    matrix = sparse.csr_array(incidence)
    rng = np.random.default_rng(seed)
    rows = row_sets(matrix)
    trade(rows, 5 * len(rows) if trades is None else trades, rng)
    return from_sets(rows, matrix.shape[1])


def row_sets(matrix: sparse.csr_array) -> list[set[int]]:
    """Return the columns of every row of a sparse table of 0 and 1."""
    return [
        set(matrix.indices[matrix.indptr[i] : matrix.indptr[i + 1]].tolist())
        for i in range(matrix.shape[0])
    ]


def trade(rows: list[set[int]], trades: int, rng: np.random.Generator) -> None:
    """Trade between rows at random, in place."""
    if len(rows) < 2:
        return
    first = rng.integers(0, len(rows), trades)
    second = rng.integers(0, len(rows) - 1, trades)
    second += second >= first
    for i, j in zip(first.tolist(), second.tolist(), strict=True):
        first_only, second_only = rows[i] - rows[j], rows[j] - rows[i]
        if not first_only or not second_only:
            continue
        pool = np.array(sorted(first_only | second_only))
        rng.shuffle(pool)
        cut = len(first_only)
        common = rows[i] & rows[j]
        rows[i] = common | set(pool[:cut].tolist())
        rows[j] = common | set(pool[cut:].tolist())


def from_sets(rows: list[set[int]], n_columns: int) -> sparse.csr_array:
    """Return the sparse table of 0 and 1 whose rows hold these columns."""
    indptr = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    indices = np.concatenate([np.array(sorted(row), dtype=np.int64) for row in rows])
    return sparse.csr_array(
        (np.ones(len(indices)), indices, indptr), shape=(len(rows), n_columns)
    )
