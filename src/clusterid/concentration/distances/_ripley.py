"""Ripley's K and its relatives: L, D, the pair correlation g, mark-weighted K."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from clusterid._typed import typed
from clusterid.concentration._axis import Array
from clusterid.concentration.distances._edge_correction import edges_of, share_inside
from clusterid.concentration.distances._points import (
    Points,
    checked_radii,
    read_points,
)
from clusterid.errors import GeometryError, check_option

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

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
    radii: ArrayLike,
    window: BaseGeometry | Sequence[float] | None = None,
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
    r = checked_radii(radii)
    data = read_points(points, weight)
    data.refuse_degrees("Areas need projected coordinates.")
    frame = _Frame.of(window, data, edged=correction == "isotropic")
    every = np.arange(len(data.xy))
    own = every if industry is None else data.of(industry)
    wanted = own if other is None else data.of(other)
    marks = None if weight is None else data.weight
    pairs = denominator == "pairs" and marks is None
    n, m, area = len(own), len(wanted), frame.area
    width = bandwidth or _STOYAN / np.sqrt(n / area)
    reach = float(r.max()) + width
    far, count = _pairs(data.xy, own, wanted, reach, frame.edges, marks)
    below = n * (m - 1.0 if own is wanted and pairs else m)
    k = _cumulative(far, count, r) * (area / below if below else np.nan)
    d = np.full(len(r), np.nan)
    if controls is not None:
        against = data.of(controls)
        there, weigh = _pairs(data.xy, own, against, reach, frame.edges, None)
        d = k - _cumulative(there, weigh, r) * area / (n * len(against))
    table = pd.DataFrame({
        "distance": r,
        "k": k,
        "l": np.sqrt(k / np.pi),
        "l_minus_r": np.sqrt(k / np.pi) - r,
        "g": _pair_correlation(far, count, r, width) * area / (n * m),
        "d": d,
        "nearest": _nearest(data.xy, own, wanted, r),
        "lower": np.nan,
        "upper": np.nan,
    })
    if draws:
        rng = np.random.default_rng(seed)
        below = n * (n - 1.0 if pairs else n)
        found = np.empty((draws, len(r)))
        for t in range(draws):
            some = np.sort(rng.choice(len(every), n, replace=False))
            there, weigh = _pairs(data.xy, some, some, reach, frame.edges, marks)
            found[t] = _cumulative(there, weigh, r) * area / below
        table["lower"], table["upper"] = np.quantile(found, [level, 1 - level], axis=0)
    return table


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where points could be: its area, and its edges where circles are cut by them."""

    area: float
    edges: Array | None

    @classmethod
    def of(
        cls, window: BaseGeometry | Sequence[float] | None, data: Points, *, edged: bool
    ) -> _Frame:
        """Return the frame of a window that holds all points."""
        polygon = _window(window, data)
        return cls(float(polygon.area), edges_of(polygon) if edged else None)


def _window(
    window: BaseGeometry | Sequence[float] | None, data: Points
) -> BaseGeometry:
    import shapely

    if window is None:
        (x1, y1), (x2, y2) = data.xy.min(axis=0), data.xy.max(axis=0)
        polygon = shapely.box(x1, y1, x2, y2)
    elif isinstance(window, shapely.Geometry):
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
