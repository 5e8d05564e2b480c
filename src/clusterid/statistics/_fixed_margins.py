"""Random tables of 0 and 1 with both margins kept, many chains side by side."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = ["fixed_margins"]

#: chains, sweeps before the first table and from one to the next (authors' choice)
_CHAINS = 50
_BURN_IN = 20
_THIN = 2


def fixed_margins(
    table: NDArray[np.bool_], draws: int, rng: np.random.Generator
) -> Iterator[NDArray[np.bool_]]:
    """Yield blocks (chains x rows x columns) of tables with the same margins.

    Many draws of a small table at once; :func:`curveball` is for one large and sparse.

    Global curveball: in each sweep the rows are paired at random, and each pair deals
    out anew the columns that only one of the two has. Fifty chains run side by side;
    after 20 sweeps every second one is kept (authors' choice).

    References
    ----------
    Strona, G. et al. (2014), A fast and unbiased procedure to randomize ecological
    binary matrices with fixed row and column totals, Nature Communications 5; Carstens,
    C., Berger, A. and Strona, G. (2018) for pairing all rows at once. Not checked
    against the originals [M].

    Examples
    --------
    >>> table = np.eye(3, dtype=bool)
    >>> [block.shape for block in fixed_margins(table, 60, np.random.default_rng(0))]
    [(50, 3, 3), (10, 3, 3)]
    """
    n_rows = table.shape[0]
    chains = min(_CHAINS, draws)
    state = np.repeat(table[None], chains, axis=0)
    sweeps = _BURN_IN
    for start in range(0, draws, max(chains, 1)):
        sweeps += _THIN
        if n_rows > 1:
            for _ in range(sweeps):
                state = _sweep(state, rng)
        sweeps = 0
        yield state[: draws - start].copy()


def _sweep(state: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.bool_]:
    chains, n_rows, _ = state.shape
    half = n_rows // 2
    order = np.argsort(rng.random((chains, n_rows)), axis=1)
    chain = np.arange(chains)[:, None]
    first, second = order[:, :half], order[:, half : 2 * half]
    a, b = state[chain, first], state[chain, second]
    differs = a ^ b
    only_a = (a & ~b).sum(axis=2, keepdims=True)
    key = np.where(differs, rng.random(a.shape), 2.0)
    rank = np.argsort(np.argsort(key, axis=2), axis=2)
    to_a = differs & (rank < only_a)
    both = a & b
    result = state.copy()
    result[chain, first] = both | to_a
    result[chain, second] = both | (differs & ~to_a)
    return result
