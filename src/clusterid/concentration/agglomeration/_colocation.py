"""Colocation of plants of two industries in the same region, with exact chance."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from clusterid._faults import faults_in_cells, refuse
from clusterid._typed import typed
from clusterid.concentration._axis import Array
from clusterid.errors import check_option
from clusterid.statistics import normal_tail
from clusterid.tables import checked_wide

__all__ = ["colocation_index"]


@typed
def colocation_index(
    establishments: pd.DataFrame, *, null: Literal["pair", "all"] = "pair"
) -> pd.DataFrame:
    r"""Return the colocation of all pairs of industries and its excess over chance.

    The share of all pairs of plants, one of each industry, that lie in the same
    region, less what the same number of plants with shuffled industry labels has.

    .. math::

        CL_{12} = \sum_j \frac{n_{1j} n_{2j}}{N_1 N_2}, \quad
        E[CL] = \sum_j \frac{n_j (n_j - 1)}{N (N - 1)}, \quad XCL = CL - E[CL]

    Parameters
    ----------
    establishments : DataFrame, n_regions x n_industries
        Plants (whole numbers); NaN is withheld, 0 is none.
    null : {"pair", "all"}
        Whose labels are shuffled: the plants of the two industries (as in the paper's
        programs), or all plants of the table.

    Returns
    -------
    DataFrame, one row a pair
        ``industry``, ``other``, ``cl`` (0 to 1), ``expected``, ``xcl`` (-1 to 1,
        0 = as by chance), ``variance`` (of ``cl`` by chance), ``z``, ``p_value``
        (normal, one-sided: more together than chance), ``reason`` (``withheld``,
        ``industry_absent``, ``constant`` or empty). Pairs are sorted.

    Raises
    ------
    TableError
        If a count is negative or not whole, or a code stands twice.

    Notes
    -----
    REAT ``howard.xcl`` estimates the expectation from 50 shuffles without a seed. The
    expectation has this closed form, and the variance follows from counting pairs of
    pairs of plants in the same region: those that share a plant and those that do
    not (derived here, checked against enumeration).

    References
    ----------
    Howard, E., Newman, C. and Tarp, F. (2016), Measuring industry coagglomeration and
    identifying the driving forces, Journal of Economic Geography 16, 1055-1078.

    Examples
    --------
    >>> import pandas as pd
    >>> plants = pd.DataFrame({"A": [2, 1], "B": [2, 1]}, index=["X", "Y"])
    >>> colocation_index(plants)[["cl", "expected"]].round(4).to_dict("records")
    [{'cl': 0.5556, 'expected': 0.4667}]
    """
    check_option("null", null, ("pair", "all"))
    table = checked_wide(establishments, name="establishments")
    table = table.sort_index().sort_index(axis=1)
    n = table.to_numpy()
    rule, mend = "plants are not whole numbers", "give counts"
    broken = np.isfinite(n) & (n != np.round(n))
    refuse("establishments", faults_in_cells(rule, mend, broken, table, between=" / "))
    withheld = np.isnan(n).any(axis=0)
    full = np.where(np.isnan(n), 0.0, n)
    N = full.sum(axis=0)
    first, second = np.triu_indices(len(N), k=1)
    product = (full.T @ full)[first, second]
    a, b = N[first], N[second]
    if null == "pair":
        size = a + b
        squares, cubes = _pair_powers(full, first, second, product)
    else:
        every = np.nansum(n, axis=1)
        size = np.full(len(first), every.sum())
        squares = np.full(len(first), (every**2).sum())
        cubes = np.full(len(first), (every**3).sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        cl = product / (a * b)
        expected = (squares - size) / (size * (size - 1.0))
        variance = _variance(a, b, size, squares, cubes) / (a * b) ** 2
    variance = np.where(np.abs(variance) < 1e-15, 0.0, variance)
    reason = np.full(len(first), "", dtype=object)
    lost = withheld[first] | withheld[second]
    if null == "all" and withheld.any():
        lost[:] = True
    reason[lost] = "withheld"
    reason[(a == 0) | (b == 0)] = "industry_absent"
    reason[(reason == "") & ~(variance > 0)] = "constant"
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(variance > 0, (cl - expected) / np.sqrt(variance), np.nan)
    frame = pd.DataFrame({
        "industry": table.columns.to_numpy()[first],
        "other": table.columns.to_numpy()[second],
        "cl": cl,
        "expected": expected,
        "xcl": cl - expected,
        "variance": variance,
        "z": z,
        "p_value": normal_tail(z, "greater"),
    })
    hidden = (reason == "withheld") | (reason == "industry_absent")
    frame.loc[hidden, ["cl", "expected", "xcl", "variance", "z", "p_value"]] = np.nan
    frame["reason"] = pd.Series(reason, dtype="str")
    return frame


def _pair_powers(
    n: Array, first: np.ndarray, second: np.ndarray, product: Array
) -> tuple[Array, Array]:
    """Return sums over regions of (n1 + n2) squared and cubed, for every pair."""
    squares, cubes = (n**2).sum(axis=0), (n**3).sum(axis=0)
    mixed = (n**2).T @ n
    both = mixed[first, second] + mixed[second, first]
    return (
        squares[first] + squares[second] + 2.0 * product,
        cubes[first] + cubes[second] + 3.0 * both,
    )


def _variance(a: Array, b: Array, M: Array, squares: Array, cubes: Array) -> Array:
    """Variance of the number of unlike pairs in the same region, labels shuffled.

    Of M plants a are of one industry and b of the other. ``edges`` are pairs of
    plants in the same region, ``wedges`` pairs of edges with a plant in common.
    """
    edges = (squares - M) / 2.0
    wedges = (cubes - 3.0 * squares + 2.0 * M) / 2.0
    apart = edges * (edges - 1.0) / 2.0 - wedges
    one = 2.0 * a * b / (M * (M - 1.0))
    wedge = a * b * (a + b - 2.0) / (M * (M - 1.0) * np.maximum(M - 2.0, 1.0))
    four = M * (M - 1.0) * np.maximum((M - 2.0) * (M - 3.0), 1.0)
    disjoint = 4.0 * a * (a - 1.0) * b * (b - 1.0) / four
    result: Array = (
        edges * one + 2.0 * wedges * wedge + 2.0 * apart * disjoint - (edges * one) ** 2
    )
    return result
