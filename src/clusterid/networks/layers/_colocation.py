"""Industries found in the same places, net of the size of places."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._columns import IDENTIFIER, MODEL, SAFE, Network
from clusterid._typed import typed
from clusterid.concentration.quotients._kernel import over_level
from clusterid.errors import DataWarning, OptionError, check_option
from clusterid.networks._graph import GRAPH_KINDS, from_matrix
from clusterid.networks._labels import by_code, checked_table
from clusterid.statistics import at_least, over_positive
from clusterid.tables import margins

__all__ = ["COLOCATION_KINDS", "colocation_network"]

#: Links here are made of the cells of the study, estimated ones among them.
COLOCATION_KINDS = Network(
    links={"weight": MODEL.of_all, "n_regions": SAFE},
    attributes=GRAPH_KINDS | {"unknown_pairs": IDENTIFIER},
)

Floats = NDArray[np.float64]
_METHODS = ("correlation", "coagglomeration", "proximity")
_VARIANTS = ("symmetric", "ratio", "log")


def location_quotients(
    employment: pd.DataFrame, totals: pd.DataFrame | None
) -> tuple[Floats, Floats]:
    """Return LQ (NaN where unknown) and the regions' totals.

    Where an industry's own total is withheld, its quotients are against the regions
    that show it: a correlation needs the profile over regions, not its level.
    """
    known = margins(employment, totals)
    e_j, e_i = known.region.to_numpy(float), known.industry.to_numpy(float)
    e_ij = employment.to_numpy(float)
    seen = np.isfinite(e_ij) & np.isfinite(e_j)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        level = e_i / known.total
        shown = np.where(seen, e_ij, 0.0).sum(axis=0)
        around = np.where(seen, e_j[:, None], 0.0).sum(axis=0)
        level = np.where(np.isfinite(level), level, shown / around)
    quotient = over_level(e_ij, e_j, level)
    quotient[~np.isfinite(quotient)] = np.nan
    return quotient, e_j


def partial_correlation(X: Floats, controls: Floats) -> tuple[Floats, Floats]:
    """Return pairwise-complete (partial) correlations of columns and their n.

    With holes every sum is taken over the rows both columns know, by products of
    the masked matrices; the columns of ``controls`` are partialled out on those rows,
    one after the other.
    """
    known = _known(controls)
    M = np.isfinite(X) & known[:, None]
    if M.all():
        Y = X - X.mean(axis=0)
        for z in _orthogonal(controls):
            Y = Y - np.outer(z, z @ Y)
        length = np.sqrt((Y**2).sum(axis=0))
        scale = np.sqrt((X**2).sum(axis=0))
        Y = Y / np.where(length > 1e-12 * scale, length, np.nan)
        full = Y.T @ Y
        return np.clip(full, -1.0, 1.0), np.full(full.shape, float(len(X)))
    m = M.astype(float)
    # centring and scaling first keeps the products well conditioned
    count = np.maximum(m.sum(axis=0), 1)
    Y = np.where(M, X, 0.0)
    Y = np.where(M, Y - Y.sum(axis=0) / count, 0.0)
    spread = np.sqrt((Y**2).sum(axis=0) / count)
    Y = Y / np.where(spread > 0, spread, 1.0)
    n = m.T @ m
    centre = controls[known].mean(axis=0) if known.any() else 0.0
    Z = np.where(known[:, None], controls - centre, 0.0).T
    with np.errstate(divide="ignore", invalid="ignore"):
        s = Y.T @ m
        xx = (Y**2).T @ m - s**2 / n
        xy = Y.T @ Y - s * s.T / n
        whole = np.abs(xx)
        sums = [(m * z[:, None]).T @ m for z in Z]
        xz = [(Y * z[:, None]).T @ m - s * q / n for z, q in zip(Z, sums, strict=True)]
        zz = {
            (k, r): (m * (Z[k] * Z[r])[:, None]).T @ m - sums[k] * sums[r] / n
            for k in range(len(Z))
            for r in range(k, len(Z))
        }
        for k in range(len(Z)):
            least = 1e-12 * (m * (Z[k] ** 2)[:, None]).T @ m
            slope = np.where(zz[k, k] > least, 1 / zz[k, k], 0.0)
            xy = xy - xz[k] * xz[k].T * slope
            xx = xx - xz[k] ** 2 * slope
            for r in range(k + 1, len(Z)):
                along = zz[k, r] * slope
                xz[r] = xz[r] - xz[k] * along
                for q in range(r, len(Z)):
                    zz[r, q] = zz[r, q] - zz[k, q] * along
        rest = np.where(xx > 1e-12 * whole, xx, np.nan) if len(Z) else xx
        result = xy / np.sqrt(rest * rest.T)
    result[~np.isfinite(result)] = np.nan
    return np.clip(result, -1.0, 1.0), n


def _known(controls: Floats) -> NDArray[np.bool_]:
    """Return the rows of which every control is known."""
    return np.asarray(np.isfinite(controls).all(axis=1), dtype=bool)


def _orthogonal(controls: Floats) -> list[Floats]:
    """Return orthonormal columns that span the controls, without their means."""
    found: list[Floats] = []
    for column in controls.T:
        rest = column - column.mean()
        size = float(np.sqrt(rest @ rest))
        for z in found:
            rest = rest - z * (z @ rest)
        length = float(np.sqrt(rest @ rest))
        if length > 1e-6 * size > 0:
            found.append(rest / length)
    return found


@typed
def colocation_network(
    employment: pd.DataFrame,
    *,
    method: str = "correlation",
    variant: str = "symmetric",
    partial: str | None = "size",
    totals: pd.DataFrame | None = None,
    size: pd.Series | None = None,
    density: pd.Series | None = None,
    threshold: float = 1.0,
    minimum: float = 0.0,
    minimum_regions: int = 8,
    layer: str = "colocation",
    source: str = "",
) -> Any:
    r"""Return the network of industries that are found in the same regions.

    Services gather in big cities whatever links them, farms and building in thinly
    settled districts, so without care these form two giant groups. By default the
    logarithm of the region's size is partialled out of every industry first, and that
    of its density where it is given; what remains is co-location beyond them.

    ===================  ===========================================================
    method               weight
    ===================  ===========================================================
    ``correlation``      (partial) correlation of quotients over regions, -1..1
    ``coagglomeration``  :math:`\sum_j (s_{1j}-x_j)(s_{2j}-x_j)/(1-X)` (Ellison,
                         Glaeser & Kerr 2010), size regressed out of s - x
    ``proximity``        :math:`(C_{12}-\hat C_{12})/\max(u_1,u_2)` with C the regions
                         where both have LQ >= threshold; :math:`\hat C` what region
                         size alone would give (0 without ``partial``)
    ===================  ===========================================================

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Persons; NaN is withheld, 0 is none.
    method : {"correlation", "coagglomeration", "proximity"}
        What co-location is.
    variant : {"symmetric", "ratio", "log"}
        Quotient that is correlated: (LQ-1)/(LQ+1), which keeps one small region from
        deciding; LQ; or its logarithm (zeros are then unknown).
    partial : {"size"} or None
        What is partialled out.
    totals : DataFrame, optional
        Published totals (``region``, ``industry``, ``value``), needed where cells are
        withheld: sums over withheld cells are unknown.
    size : Series by region, optional
        Size of the region (population, jobs); total employment by default.
    density : Series by region, optional
        Jobs or people per area, partialled out beside the size.
    threshold : float
        LQ from which an industry is present (``proximity``).
    minimum : float
        Weights at or below it are no link.
    minimum_regions : int
        A pair with fewer regions known for both is unknown.
    layer, source : str
        Kept with the graph.

    Returns
    -------
    Graph
        ``weight`` above ``minimum``, ``n_regions`` known to both ends.
        ``graph.graph["unknown_pairs"]`` lists pairs of observed industries that too
        few regions know.

    Raises
    ------
    TableError
        If values are negative, or a code stands twice.

    Warns
    -----
    DataWarning
        If no quotient can be computed: the network then has no link.

    Notes
    -----
    All pairs come from products of whole matrices: one where no cell is withheld,
    eight where some are. Memory is a few n_industries x n_industries arrays.

    Withheld cells are mostly small ones, so a pair with many of them is compared in
    the regions where it is large; ``n_regions`` of every link tells in how many. An
    industry whose total is withheld is compared with the regions that show it;
    co-agglomeration needs the total itself and leaves such an industry out.

    References
    ----------
    Porter, M. (2003), Regional Studies 37(6-7) [correlation]; Ellison, G., Glaeser,
    E., Kerr, W. (2010), American Economic Review 100(3); Hidalgo, C. et al. (2007),
    Science 317.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"a": [9.0, 1, 8, 1], "b": [8.0, 2, 9, 1],
    ...                       "c": [1.0, 9, 2, 8]}, index=list("wxyz"))
    >>> graph = colocation_network(table, partial=None, minimum_regions=4)
    >>> list(graph.edges)
    [('a', 'b')]
    """
    check_option("method", method, _METHODS)
    check_option("variant", variant, _VARIANTS)
    if partial not in {None, "size"}:
        check_option("partial", partial, ("size",))
    if minimum_regions < 3:
        raise OptionError(f"minimum_regions={minimum_regions!r} must be 3 or more")
    table = checked_table(
        employment, "employment", "counts are 0 or more; withheld is NaN"
    )
    codes = [str(code) for code in table.columns]
    quotient, e_j = location_quotients(table, totals)
    if np.isnan(quotient).all():
        warnings.warn(
            "no location quotient can be computed (cells are withheld and their totals "
            "are not given, or nobody works anywhere): co-location links nothing; pass "
            "totals= with published margins, or fill the cells first",
            DataWarning,
            stacklevel=2,
        )
    z = _controls(table.index, e_j, partial, size, density)
    if method == "correlation":
        matrix, n = partial_correlation(_varied(quotient, variant), z)
    elif method == "coagglomeration":
        matrix, n = _coagglomeration(table, totals, z)
    else:
        matrix, n = _excess_proximity(quotient, z, threshold)
    matrix = np.where(n >= minimum_regions, matrix, np.nan)
    np.fill_diagonal(matrix, np.nan)
    known: Any = np.isfinite(matrix).any(axis=0)
    unknown = np.triu(np.isnan(matrix) & known[:, None] & known[None, :], 1)
    a, b = np.nonzero(unknown)
    return from_matrix(
        codes,
        np.where(matrix > minimum, matrix, 0.0).clip(min=0.0),
        directed=False,
        layer=layer,
        kind="industry",
        absent="zero",
        observed=[codes[i] for i in np.flatnonzero(known)],
        source=source,
        unit=f"{method} over regions" + _net_of(partial, density),
        edges={"n_regions": np.rint(n).astype(np.int64)},
        unknown_pairs=[
            (codes[i], codes[j]) for i, j in zip(a.tolist(), b.tolist(), strict=True)
        ],
        params={
            "method": method,
            "variant": variant,
            "partial": partial,
            "density": density is not None,
            "threshold": threshold,
            "minimum": minimum,
            "minimum_regions": minimum_regions,
        },
    )


def _controls(
    regions: pd.Index,
    jobs: Floats,
    partial: str | None,
    size: pd.Series | None,
    density: pd.Series | None,
) -> Floats:
    """Return what is partialled out, regions x 0, 1 or 2: logarithms."""
    if partial is None:
        if density is not None:
            raise OptionError(
                "density= is partialled out beside the size: leave partial='size', or "
                "leave density out"
            )
        return np.empty((len(regions), 0))
    columns = [jobs if size is None else by_code(size, regions)]
    if density is not None:
        columns.append(by_code(density, regions))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.log(np.column_stack(columns).astype(float))
    return np.where(np.isfinite(z), z, np.nan)


def _net_of(partial: str | None, density: pd.Series | None) -> str:
    if partial is None:
        return ""
    return ", net of size" + ("" if density is None else " and density")


def _varied(quotient: Floats, variant: str) -> Floats:
    if variant == "ratio":
        return quotient
    if variant == "symmetric":
        return (quotient - 1) / (quotient + 1)
    with np.errstate(divide="ignore"):
        logs = np.log(quotient)
    return np.where(np.isfinite(logs), logs, np.nan)


def _coagglomeration(
    table: pd.DataFrame, totals: pd.DataFrame | None, z: Floats
) -> tuple[Floats, Floats]:
    known = margins(table, totals)
    e_i = known.industry.to_numpy(float)
    x = known.region.to_numpy(float) / known.total
    with np.errstate(divide="ignore", invalid="ignore"):
        D = table.to_numpy(float) / e_i - x[:, None]
    D[~np.isfinite(D)] = np.nan
    M = np.isfinite(D)
    M &= _known(z)[:, None]
    for columns in _alike(M) if z.shape[1] else ():
        seen = M[:, columns[0]]
        if seen.sum() < 3:
            continue
        part = D[np.ix_(seen, columns)]
        # s - x sums to 0 over all regions; only the slopes are taken out
        for c in _orthogonal(z[seen]):
            part = part - np.outer(c, c @ part)
        D[np.ix_(seen, columns)] = part
    Y = np.where(M, D, 0.0)
    m = M.astype(float)
    return Y.T @ Y / (1 - float((x**2).sum())), m.T @ m


def _alike(M: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
    """Return the columns in groups that know the same rows."""
    _, group = np.unique(M, axis=1, return_inverse=True)
    order = np.argsort(group.ravel(), kind="stable")
    cuts = np.flatnonzero(np.diff(group.ravel()[order])) + 1
    return [np.asarray(part, dtype=np.int64) for part in np.split(order, cuts)]


def _excess_proximity(
    quotient: Floats, z: Floats, threshold: float
) -> tuple[Floats, Floats]:
    M = np.isfinite(quotient)
    M &= _known(z)[:, None]
    m = M.astype(float)
    P = np.where(M, at_least(quotient, threshold), 0.0)
    together = P.T @ P
    u = P.T @ m
    expected = np.zeros_like(together)
    if z.shape[1]:
        fitted = np.zeros_like(P)
        for columns in _alike(M):
            seen = M[:, columns[0]]
            if not seen.any():
                continue
            design = np.column_stack([np.ones(seen.sum()), z[seen]])
            beta, *_ = np.linalg.lstsq(design, P[np.ix_(seen, columns)], rcond=None)
            fitted[np.ix_(seen, columns)] = np.clip(design @ beta, 0.0, 1.0)
        expected = fitted.T @ fitted
    larger = np.maximum(u, u.T)
    return over_positive(together - expected, larger), m.T @ m
