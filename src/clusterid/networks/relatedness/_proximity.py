"""How close industries are: co-occurrence in regions, normalised by name."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._typed import typed
from clusterid.errors import OptionError, check_option
from clusterid.networks.relatedness._presence import VALUES, Presence, presence_table

__all__ = ["cooccurrence", "proximity"]

Floats = NDArray[np.float64]
METHODS = (
    "association",
    "conditional",
    "cosine",
    "jaccard",
    "overlap",
    "probability",
    "taxonomy",
    "z_score",
)
_BASES = ("ubiquity", "cooccurrence")
_DEFAULT_BASE = {"probability": "cooccurrence"}
_ONE_BASE = ("conditional", "overlap", "taxonomy", "z_score")
_BLOCK = 256


@typed
def proximity(
    matrix: pd.DataFrame,
    *,
    method: str = "association",
    base: str | None = None,
    diagonal: str = "zero",
    values: str = "auto",
    threshold: float = 1.0,
) -> pd.DataFrame:
    r"""Return how close industries are, by the regions that have both.

    With C the number of regions that have both i and j, u the ubiquity (regions that
    have i) and R the number of regions:

    ===============  ===============================================================
    method           value
    ===============  ===============================================================
    ``association``  :math:`C_{ij} T/(S_i S_j)`, 1 = as by chance, 0 to infinity
    ``probability``  :math:`2 C_{ij}/[S_i S_j (1/(T-S_i) + 1/(T-S_j))]` (Steijn)
    ``cosine``       :math:`C_{ij}/\sqrt{S_i S_j}`
    ``jaccard``      :math:`C_{ij}/(S_i + S_j - C_{ij})`, 0..1
    ``conditional``  :math:`C_{ij}/\max(u_i, u_j)`: the smaller of the two
                     conditional probabilities (Hidalgo et al. 2007), 0..1
    ``overlap``      :math:`C_{ij}/\min(u_i, u_j)`: the larger of them, 0..1
    ``taxonomy``     :math:`\sum_r B_{ri}B_{rj}/k_r \, /\max(u_i, u_j)` (Zaccaria et
                     al. 2014), k the number of industries of a region
    ``z_score``      :math:`(C_{ij}-\mu)/\sigma` under the hypergeometric (Teece et
                     al. 1994), 0 = as by chance
    ===============  ===============================================================

    The first four exist on two bases, and packages use the same name for both:
    ``"ubiquity"`` is S = u, T = R; ``"cooccurrence"`` is S the row sums of C without
    its diagonal, T their sum. On the same data a cosine is 0.62 on one and 0.04 on
    the other.

    Parameters
    ----------
    matrix : DataFrame, n_regions x n_industries
        Presences (0, 1), or employment or quotients (see ``values``); NaN is unknown.
    method : str
        One of the table.
    base : {"ubiquity", "cooccurrence"}, optional
        By default ubiquity, and co-occurrence for ``probability``.
    diagonal : {"zero", "keep"}
        Whether an industry is related to itself.
    values : {"auto", "employment", "quotient", "presence"}
        What the matrix holds; ``"auto"``: presences where there is nothing but 0 and
        1, employment otherwise.
    threshold : float
        LQ from which an industry is present.

    Returns
    -------
    DataFrame, n_industries x n_industries
        Symmetric, codes sorted; NaN for an industry that no region has.
        ``attrs`` names method and base.

    Raises
    ------
    TableError
        If values are negative, a label stands twice, or nothing is known.
    OptionError
        If a base is asked of a method that has one only.

    Notes
    -----
    Where presences are unknown, every count of a pair is over the regions that know
    both. Complete tables take one product of matrices, by blocks: 5,000 industries
    need 0.3 GB.

    References
    ----------
    van Eck, N., Waltman, L. (2009), JASIST 60(8); Steijn, M. (2017); Hidalgo, C. et
    al. (2007), Science 317; Teece, D. et al. (1994), JEBO 23(1).

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"a": [1, 1, 0, 0], "b": [1, 1, 1, 0], "c": [0, 0, 1, 1]})
    >>> proximity(table, method="conditional").loc["a", "b"].round(3)
    np.float64(0.667)
    >>> proximity(table, method="association").loc["a", "b"].round(3)
    np.float64(1.333)
    """
    check_option("method", method, METHODS)
    check_option("values", values, VALUES)
    check_option("diagonal", diagonal, ("zero", "keep"))
    if base is None:
        base = _DEFAULT_BASE.get(method, "ubiquity")
    check_option("base", base, _BASES)
    if method in _ONE_BASE and base != "ubiquity":
        raise OptionError(f"method={method!r} has one base only: 'ubiquity'")
    table = presence_table(matrix, values=values, threshold=threshold)
    if table.is_complete and method != "taxonomy":
        result = _blocked(table.values, method, base)
    else:
        result = _pairwise(table, method, base)
    if diagonal == "zero":
        np.fill_diagonal(result, 0.0)
    frame = pd.DataFrame(
        result, index=table.industries, columns=table.industries, copy=False
    )
    frame.attrs.update(method=method, base=base, threshold=threshold)
    return frame


@typed
def cooccurrence(
    matrix: pd.DataFrame, *, values: str = "auto", threshold: float = 1.0
) -> pd.DataFrame:
    """Return in how many regions two industries are both present.

    Parameters
    ----------
    matrix, values, threshold
        As in :func:`proximity`.

    Returns
    -------
    DataFrame, n_industries x n_industries
        Counts; the diagonal is the ubiquity. Unknown presences do not count.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"a": [1, 1, 0], "b": [1, 1, 1]})
    >>> cooccurrence(table).loc["a"].tolist()
    [2.0, 2.0]
    """
    table = presence_table(matrix, values=values, threshold=threshold)
    P = np.nan_to_num(table.values)
    return pd.DataFrame(P.T @ P, index=table.industries, columns=table.industries)


def _normal(C: Floats, s_i: Floats, s_j: Floats, T: float, method: str) -> None:
    """Turn counts into proximities in place; s_i is a column, s_j a row."""
    if method == "association":
        C *= T / s_i
        C *= 1 / s_j
    elif method == "cosine":
        C *= 1 / np.sqrt(s_i)
        C *= 1 / np.sqrt(s_j)
    elif method == "jaccard":
        np.divide(C, s_i + s_j - C, out=C)
    elif method == "conditional":
        C /= np.maximum(s_i, s_j)
    elif method == "overlap":
        C /= np.minimum(s_i, s_j)
    elif method == "probability":
        C *= 2.0 / s_i
        C *= 1 / s_j
        C /= 1 / (T - s_i) + 1 / (T - s_j)
    else:
        mean = s_i * s_j / T
        C -= mean
        C /= np.sqrt(mean * (1 - s_i / T) * (T - s_j) / (T - 1))


def _blocked(P: Floats, method: str, base: str) -> Floats:
    """Return proximities of a complete table; counts are exact in single precision."""
    n_regions, n = P.shape
    u = P.sum(axis=0)
    if base == "ubiquity":
        S, T = u, float(n_regions)
    else:
        S = P.T @ P.sum(axis=1) - u
        T = float(S.sum())
    S = np.where(u > 0, S, np.nan)
    single = np.ascontiguousarray(P, dtype=np.float32)
    result = np.empty((n, n))
    with np.errstate(divide="ignore", invalid="ignore"):
        for start in range(0, n, _BLOCK):
            rows = slice(start, min(start + _BLOCK, n))
            right = slice(start, n)
            part = result[rows, right]
            part[...] = single[:, rows].T @ single[:, right]
            _normal(part, S[rows, None], S[None, right], T, method)
            for column in range(rows.stop, n, _BLOCK):
                stop = min(column + _BLOCK, n)
                result[column:stop, rows] = result[rows, column:stop].T
    # 0/0: two industries that meet nowhere and have no links at all
    if base == "cooccurrence":
        lonely = (S == 0) & (u > 0)
        result[lonely, :] = 0.0
        result[:, lonely] = 0.0
    return result


def _pairwise(table: Presence, method: str, base: str) -> Floats:
    """Return proximities over the regions that know both industries of a pair."""
    M = np.isfinite(table.values)
    P, m = np.where(M, table.values, 0.0), M.astype(float)
    C = P.T @ P
    u = P.T @ m
    R = m.T @ m
    with np.errstate(divide="ignore", invalid="ignore"):
        if method == "taxonomy":
            k = P.sum(axis=1)
            shared = (P / np.where(k > 0, k, np.inf)[:, None]).T @ P
            result = shared / np.maximum(u, u.T)
        elif base == "cooccurrence":
            off = C - np.diag(np.diag(C))
            S = off.sum(axis=1)
            result = C.copy()
            _normal(result, S[:, None], S[None, :], float(S.sum()), method)
        elif method in {"association", "probability", "z_score"}:
            if method == "association":
                result = C * R / (u * u.T)
            elif method == "probability":
                result = 2 * C / (u * u.T * (1 / (R - u) + 1 / (R - u.T)))
            else:
                mean = u * u.T / R
                result = (C - mean) / np.sqrt(mean * (1 - u / R) * (R - u.T) / (R - 1))
        elif method == "jaccard":
            result = C / (u + u.T - C)
        elif method == "cosine":
            result = C / np.sqrt(u * u.T)
        elif method == "conditional":
            result = C / np.maximum(u, u.T)
        else:
            result = C / np.minimum(u, u.T)
    unknown = (u == 0) | (u.T == 0) | ~np.isfinite(result)
    return np.where(unknown, np.nan, result)
