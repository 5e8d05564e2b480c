"""Leslie & Kronenfeld's colocation quotient: who has whom as nearest neighbour."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.concentration.distances._points import read_points

__all__ = ["colocation_quotient"]


@typed
def colocation_quotient(
    points: pd.DataFrame, *, draws: int = 999, seed: int = 0
) -> pd.DataFrame:
    r"""Return how often plants of one industry have another as nearest neighbour.

    .. math:: CLQ_{A \to B} = \frac{C_{A \to B} / N_A}{N'_B / (N - 1)}

    with C the plants of A whose nearest neighbour is of B (shared among neighbours at
    the same distance), and N'_B = N_B, or N_A - 1 for A with itself.

    Parameters
    ----------
    points : DataFrame or GeoDataFrame, one row a plant
        ``industry`` and ``x``, ``y`` (projected), or point geometries with a
        projected CRS.
    draws : int
        Random labellings for the p-value; 0 for none.
    seed : int
        Of the labellings.

    Returns
    -------
    DataFrame, one row an ordered pair of industries
        ``industry``, ``other``, ``quotient`` (1 = as by chance, above 1 attracted; not
        symmetric), ``n_industry``, ``n_other``, ``p_value`` (two-sided, at most 1; NaN
        without draws), ``reason`` (``single_plant`` for an industry of one plant with
        itself, or empty).

    Raises
    ------
    TableError
        If columns or coordinates are missing, or there are fewer than two points.
    GeometryError
        If coordinates are degrees.

    Notes
    -----
    Not to be confused with cluster location quotients, which share the initials.

    References
    ----------
    Leslie, T. F. and Kronenfeld, B. J. (2011), The colocation quotient: a new measure
    of spatial association between categorical subsets of points, Geographical
    Analysis 43, 306-326 (formula not checked against the original).

    Examples
    --------
    >>> import pandas as pd
    >>> sites = pd.DataFrame({"x": [0, 1, 9, 10], "y": 0, "industry": list("ABAB")})
    >>> found = colocation_quotient(sites, draws=0).set_index(["industry", "other"])
    >>> found.loc[("A", "B"), "quotient"].item()
    1.5
    """
    from scipy.sparse import csr_array
    from scipy.spatial import KDTree

    data = read_points(points, None)
    data.refuse_degrees("Nearest neighbours need projected coordinates.")
    n = len(data.xy)
    codes, number = data.codes.to_numpy(), data.number
    sizes = np.bincount(number).astype(float)
    rows, columns = np.divmod(np.arange(len(codes) ** 2), len(codes))
    expected = (sizes[columns] - (rows == columns)) / max(n - 1.0, 1.0)
    reason = np.where(expected > 0, "", "single_plant")
    quotient = np.full(len(rows), np.nan)
    p_value = np.full(len(rows), np.nan)
    if n > 1:
        tree = KDTree(data.xy)
        nearest = tree.query(data.xy, k=2)[0][:, 1]
        within = tree.query_ball_point(data.xy, nearest * (1 + 1e-12), workers=1)
        who = [sorted(set(near) - {i}) for i, near in enumerate(within)]
        counts = np.array([len(near) for near in who])
        index = np.concatenate([np.array(near) for near in who])
        indptr = np.concatenate([[0], np.cumsum(counts)])
        share = np.repeat(1.0 / counts, counts)
        link = csr_array((share, index, indptr), shape=(n, n))

        def quotients(label: np.ndarray) -> np.ndarray:
            member = np.zeros((n, len(codes)))
            member[np.arange(n), label] = 1.0
            observed = (member.T @ (link @ member)).ravel() / sizes[rows]
            with np.errstate(divide="ignore", invalid="ignore"):
                result: np.ndarray = observed / expected
            return result

        quotient = np.where(expected > 0, quotients(number), np.nan)
        if draws:
            rng = np.random.default_rng(seed)
            up, down = np.ones(len(rows)), np.ones(len(rows))
            for _ in range(draws):
                drawn = quotients(rng.permutation(number))
                up += drawn >= quotient - 1e-12
                down += drawn <= quotient + 1e-12
            tail = np.minimum(up, down) / (draws + 1.0)
            p_value = np.where(expected > 0, np.minimum(1.0, 2.0 * tail), np.nan)
    return pd.DataFrame({
        "industry": codes[rows],
        "other": codes[columns],
        "quotient": quotient,
        "n_industry": sizes[rows].astype(int),
        "n_other": sizes[columns].astype(int),
        "p_value": p_value,
        "reason": reason,
    })
