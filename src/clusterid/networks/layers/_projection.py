"""Pairs that share more than chance: three null models for a bipartite table."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse, stats

from clusterid._typed import typed
from clusterid.errors import OptionError, check_option
from clusterid.networks.layers._bipartite_model import fit_reduced
from clusterid.statistics import (
    Correction,
    from_sets,
    permutation_p,
    q_values,
    row_sets,
    trade,
)

__all__ = ["NULL_MODELS", "pair_tests", "validate_projection"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
NULL_MODELS = ("bicm", "hypergeometric", "curveball")


def shared_columns(incidence: sparse.csr_array) -> tuple[Integers, Integers, Integers]:
    """Return pairs of rows (a < b) that share columns, and how many."""
    product = sparse.triu(incidence @ incidence.T, k=1).tocoo()
    order = np.lexsort((product.col, product.row))
    return (
        product.row[order].astype(np.int64),
        product.col[order].astype(np.int64),
        np.rint(product.data[order]).astype(np.int64),
    )


def pair_tests(
    incidence: sparse.csr_array,
    *,
    null_model: str,
    correction: str = "bh",
    draws: int = 999,
    seed: int | np.random.Generator = 0,
) -> pd.DataFrame:
    """Return every pair of rows that shares a column: counts, p, q (array indices).

    The family of tests is all pairs of rows; those that share nothing have p = 1.
    """
    a, b, shared = shared_columns(incidence)
    n_rows, n_columns = incidence.shape
    degree = np.asarray(incidence.sum(axis=1)).ravel().astype(np.int64)
    expected = np.full(len(a), np.nan)
    if null_model == "bicm":
        columns = np.asarray(incidence.sum(axis=0)).ravel().astype(np.int64)
        model = fit_reduced(degree, columns)
        expected, _ = model.expected(a, b)
        p = model.tail(a, b, shared)
    elif null_model == "hypergeometric":
        keys, back = np.unique(
            np.column_stack([degree[a], degree[b], shared]), axis=0, return_inverse=True
        )
        tail = stats.hypergeom.sf(keys[:, 2] - 1, n_columns, keys[:, 0], keys[:, 1])
        p = np.asarray(tail, dtype=np.float64)[back.ravel()]
        expected = degree[a] * degree[b] / n_columns
    else:
        p, expected = _curveball_tail(incidence, a, b, shared, draws, seed)
    q = q_values(p, correction, n_tests=n_rows * (n_rows - 1) // 2)
    return pd.DataFrame({
        "a": a,
        "b": b,
        "shared": shared,
        "expected": expected,
        "p_value": p,
        "q_value": q,
    })


@typed
def validate_projection(
    presence: pd.DataFrame,
    *,
    null_model: str = "bicm",
    correction: str = "bh",
    draws: int = 999,
    seed: int | np.random.Generator = 0,
) -> pd.DataFrame:
    r"""Return which pairs of rows share more columns than a null model expects.

    ==================  ============================================================
    null_model          what is kept
    ==================  ============================================================
    ``bicm``            the degrees of rows and columns, in the mean; exact tails
    ``hypergeometric``  the degrees of the two rows; columns count as alike, so big
                        projects (or ubiquitous industries) look like links
    ``curveball``       the degrees of rows and columns, exactly; by simulation
    ==================  ============================================================

    Parameters
    ----------
    presence : DataFrame, n_rows x n_columns
        0 or 1; rows are compared.
    null_model : {"bicm", "hypergeometric", "curveball"}
        The model of chance.
    correction : {"bh", "by", "bonferroni", "none"}
        Correction over all pairs of rows, those that share nothing included.
    draws : int
        Random tables of ``curveball``.
    seed : int or Generator
        Chance of ``curveball``.

    Returns
    -------
    DataFrame
        ``source``, ``target``, ``shared``, ``expected``, ``p_value``, ``q_value``,
        one row a pair that shares a column, sorted.

    References
    ----------
    Saracco, F. et al. (2017), New Journal of Physics 19, 053022; Strona, G. et al.
    (2014), Nature Communications 5, 4114 [not checked against the originals].

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame([[1, 1, 1, 0], [1, 1, 1, 0], [0, 0, 0, 1]],
    ...                      index=["a", "b", "c"])
    >>> validate_projection(table)[["source", "target", "shared"]].values.tolist()
    [['a', 'b', 3]]
    """
    check_option("null_model", null_model, NULL_MODELS)
    check_option("correction", correction, get_args(Correction))
    table = presence.copy()
    table.index = table.index.map(str)
    table = table.sort_index()
    incidence = sparse.csr_array((table.to_numpy(float) > 0).astype(float))
    result = pair_tests(
        incidence, null_model=null_model, correction=correction, draws=draws, seed=seed
    )
    labels = table.index.to_numpy(object)
    result.insert(0, "source", labels[result["a"].to_numpy()])
    result.insert(1, "target", labels[result["b"].to_numpy()])
    return result.drop(columns=["a", "b"])


def _curveball_tail(
    incidence: sparse.csr_array,
    a: Integers,
    b: Integers,
    shared: Integers,
    draws: int,
    seed: int | np.random.Generator,
) -> tuple[Floats, Floats]:
    if draws < 1:
        raise OptionError(f"draws={draws!r} must be 1 or more")
    rng = np.random.default_rng(seed)
    matrix = sparse.csr_array(incidence)
    rows = row_sets(matrix)
    trade(rows, 10 * len(rows), rng)
    at_least, total = np.zeros(len(a)), np.zeros(len(a))
    for _ in range(draws):
        trade(rows, 5 * len(rows), rng)
        drawn = from_sets(rows, matrix.shape[1])
        product = (drawn @ drawn.T).tocsr()
        counts = np.asarray(product[a, b]).ravel()
        at_least += counts >= shared
        total += counts
    return permutation_p(at_least, draws), total / draws
