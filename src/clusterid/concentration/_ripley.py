"""Ripley's K and its relatives: L, D, the pair correlation g, mark-weighted K."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._typed import typed
from clusterid.concentration._axis import Array
from clusterid.concentration._edge_correction import edges_of, share_inside
from clusterid.concentration._points import Points, read_points
from clusterid.errors import GeometryError, OptionError, check_option

__all__ = ["ripley"]

#: Stoyan & Stoyan's rule for the width of the kernel of g.
_STOYAN = 0.15


@typed
def ripley(
    points: pd.DataFrame,
    *,
    industry: str | None = None,
    other: str | None = None,
    controls: str | None = None,
    weight: str | None = None,
    radii: Any,
    window: Any = None,
    correction: Literal["isotropic", "none"] = "isotropic",
    denominator: Literal["pairs", "squared"] = "pairs",
    bandwidth: float | None = None,
    draws: int = 0,
    level: float = 0.05,
    seed: int = 0,
) -> pd.DataFrame:
    r"""Return Ripley's K and its relatives for points in a window.

    .. math::

        K(r) = \frac{A}{n(n-1)} \sum_{i \ne j} 1(d_{ij} < r)\, e_{ij}, \quad
        L = \sqrt{K/\pi}, \quad
        g(r) = \frac{A}{2 \pi r n^2} \sum_{i \ne j} k(r - d_{ij})\, e_{ij}

    with A the area of the window and e the edge correction.

    Parameters
    ----------
    points : DataFrame or GeoDataFrame, one row a plant
        ``industry`` and ``x``, ``y`` (projected), or point geometries with a projected
        CRS.
    industry : str, optional
        The plants looked from; all points by default.
    other : str, optional
        The plants looked for; the same by default.
    controls : str, optional
        Controls for D: K among the plants less K from the plants to the controls.
    weight : str, optional
        Column of marks: pairs count by the product over the squared mean mark, which
        makes K and L mark-weighted (Kmm, Lmm).
    radii : sequence of float
        Distances, in the unit of the coordinates.
    window : polygon, or (xmin, xmax, ymin, ymax), optional
        Where points could be; the bounding box of the points by default (which makes
        the area too small).
    correction : {"isotropic", "none"}
        Ripley's: each pair counts by the inverse share of the circle inside the
        window, exact for any polygon; or none (pointpats).
    denominator : {"pairs", "squared"}
        n(n - 1) (spatstat, dbmss) or n squared (pointpats) in K; g and the
        mark-weighted forms always have n squared, as spatstat.
    bandwidth : float, optional
        Half width of the Epanechnikov kernel of g; 0.15/sqrt(n/A) by default.
    draws : int
        Random labellings (the industry is dealt to the points given) for a local
        band of K; 0 for none.
    level : float
        Probability outside the band, on each side.
    seed : int
        Of the labellings.

    Returns
    -------
    DataFrame
        ``distance``, ``k`` (unit squared; pi r^2 under complete randomness), ``l``
        (unit; r), ``l_minus_r`` (0; dbmss ``Lhat``), ``g`` (1; infinite at 0), ``d``
        (0; NaN without controls), ``nearest`` (share of plants with a neighbour nearer
        than r, uncorrected), ``lower``, ``upper`` (of k).

    Raises
    ------
    TableError
        If columns or coordinates are missing, or an industry is unknown.
    GeometryError
        If coordinates are degrees, or a point lies outside the window.
    OptionError
        If an option is not offered.

    Notes
    -----
    K compares with points anywhere in the window, so a city is a cluster of
    everything; for clusters of an industry use :func:`k_density` or
    :func:`m_function`, or controls. A pair at exactly r counts from the next
    radius on (as in spatstat and pointpats).

    References
    ----------
    Ripley, B. D. (1977), Modelling spatial patterns, JRSS B 39; Diggle, P. J. and
    Chetwynd, A. G. (1991), Biometrics 47, for D; Penttinen, A. (2006) for Kmm; Stoyan,
    D. and Stoyan, H. (1994) for the kernel (as in spatstat, dbmss and pointpats; not
    checked against the originals).

    Examples
    --------
    >>> import pandas as pd
    >>> sites = pd.DataFrame({"x": [1, 2, 8], "y": [1, 1, 8], "industry": "A"})
    >>> ripley(sites, radii=[2], window=(0, 10, 0, 10), correction="none")["k"].item()
    33.333333333333336
    """
    check_option("correction", correction, ("isotropic", "none"))
    check_option("denominator", denominator, ("pairs", "squared"))
    r = np.asarray(radii, dtype=float)
    if r.ndim != 1 or not len(r) or (np.diff(r) <= 0).any() or (r < 0).any():
        raise OptionError("radii must be increasing distances, none negative.")
    data = read_points(points, weight)
    if data.is_geographic:
        raise GeometryError(
            "Areas need projected coordinates. Project first, for Europe "
            "points.to_crs(3035)."
        )
    polygon = _window(window, data)
    edges = edges_of(polygon) if correction == "isotropic" else None
    area = float(polygon.area)
    every = np.arange(len(data.xy))
    own = every if industry is None else data.of(industry)
    wanted = own if other is None else data.of(other)
    marks = None if weight is None else data.weight
    pairs = denominator == "pairs" and marks is None
    width = bandwidth or _STOYAN / np.sqrt(len(own) / area)
    reach = float(r.max()) + width
    far, count = _pairs(data.xy, own, wanted, reach, edges, marks)
    n, m = len(own), len(wanted)
    alike = own is wanted
    below = n * (m - 1.0 if alike and pairs else m)
    k = _cumulative(far, count, r) * (area / below if below else np.nan)
    d = np.full(len(r), np.nan)
    if controls is not None:
        against = data.of(controls)
        there, weigh = _pairs(data.xy, own, against, reach, edges, None)
        d = k - _cumulative(there, weigh, r) * area / (n * len(against))
    nearest = _nearest(data.xy, own, wanted, r)
    frame = pd.DataFrame({
        "distance": r,
        "k": k,
        "l": np.sqrt(k / np.pi),
        "l_minus_r": np.sqrt(k / np.pi) - r,
        "g": _pair_correlation(far, count, r, width) * area / (n * m),
        "d": d,
        "nearest": nearest,
        "lower": np.nan,
        "upper": np.nan,
    })
    if draws:
        rng = np.random.default_rng(seed)
        found = np.empty((draws, len(r)))
        for t in range(draws):
            some = np.sort(rng.choice(len(every), n, replace=False))
            there, weigh = _pairs(data.xy, some, some, reach, edges, marks)
            below = n * (n - 1.0 if pairs else n)
            found[t] = _cumulative(there, weigh, r) * area / below
        frame["lower"], frame["upper"] = np.quantile(found, [level, 1 - level], axis=0)
    return frame


def _window(window: Any, data: Points) -> Any:
    import shapely

    if window is None:
        (x1, y1), (x2, y2) = data.xy.min(axis=0), data.xy.max(axis=0)
        polygon = shapely.box(x1, y1, x2, y2)
    elif hasattr(window, "geom_type"):
        polygon = window
    else:
        x1, x2, y1, y2 = window
        polygon = shapely.box(x1, y1, x2, y2)
    if not polygon.area > 0:
        raise GeometryError("The window has no area; give a polygon or a frame.")
    # a point on a slanting border may lie outside by rounding
    slack = polygon.buffer(1e-4 * np.sqrt(polygon.area))
    outside = ~shapely.intersects_xy(slack, data.xy[:, 0], data.xy[:, 1])
    if outside.any():
        first = data.row[np.flatnonzero(outside)[:5]] + 1
        raise GeometryError(
            f"{int(outside.sum())} of {len(outside)} points lie outside the window "
            f"(rows {', '.join(map(str, sorted(first.tolist())))}). Widen the window, "
            "or drop them."
        )
    return polygon


def _pairs(
    xy: Array,
    own: NDArray[np.intp],
    wanted: NDArray[np.intp],
    reach: float,
    edges: Array | None,
    marks: Array | None,
) -> tuple[Array, Array]:
    """Distances of ordered pairs within reach, and what each counts."""
    from scipy.spatial import KDTree

    first, second = KDTree(xy[own]), KDTree(xy[wanted])
    near = first.sparse_distance_matrix(second, reach, output_type="ndarray")
    i, j, far = near["i"], near["j"], near["v"]
    keep = own[i] != wanted[j]
    i, j, far = i[keep], j[keep], far[keep]
    order = np.lexsort((j, i))
    i, j, far = i[order], j[order], far[order]
    count = np.ones(len(far))
    if edges is not None:
        count = 1.0 / share_inside(xy[own][i], far, edges)
    if marks is not None:
        mean = marks[own].mean() * marks[wanted].mean()
        count = count * marks[own][i] * marks[wanted][j] / mean
    return far, count


def _cumulative(far: Array, count: Array, r: Array) -> Array:
    number = np.searchsorted(r, far, side="right")
    sums = np.bincount(number, count, len(r) + 1)[: len(r)]
    result: Array = np.cumsum(sums)
    return result


def _pair_correlation(far: Array, count: Array, r: Array, width: float) -> Array:
    result = np.empty(len(r))
    for k, radius in enumerate(r):
        u = (radius - far) / width
        near = np.abs(u) < 1
        kernel = 0.75 * (1.0 - u[near] ** 2) / width
        total = float(kernel @ count[near])
        result[k] = total / (2.0 * np.pi * radius) if radius > 0 else np.inf
    return result


def _nearest(
    xy: Array, own: NDArray[np.intp], wanted: NDArray[np.intp], r: Array
) -> Array:
    from scipy.spatial import KDTree

    alike = own is wanted
    if alike and len(own) < 2:
        return np.zeros(len(r))
    far, _ = KDTree(xy[wanted]).query(xy[own], k=2 if alike else 1)
    distance = far[:, 1] if alike else far
    share: Array = (distance[:, None] < r).mean(axis=0)
    return share
