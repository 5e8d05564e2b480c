"""Where the middle of an industry is, and how wide it spreads."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.concentration.distances._points import read_points

__all__ = ["centrography"]


@typed
def centrography(
    points: pd.DataFrame, *, industry: str | None = None, weight: str | None = None
) -> pd.Series:
    """Return centre, median centre and spread of points.

    Parameters
    ----------
    points : DataFrame or GeoDataFrame, one row a plant
        ``industry`` and ``x``, ``y`` (projected), or point geometries with a CRS.
    industry : str, optional
        Which plants; all by default.
    weight : str, optional
        Column with employment.

    Returns
    -------
    Series
        ``x``, ``y`` (weighted mean), ``median_x``, ``median_y`` (least sum of weighted
        distances), ``standard_distance`` (n in the denominator),
        ``mean_nearest_distance`` (unweighted), ``hull_area``; in the unit of the
        coordinates. NaN, with ``attrs["reasons"]``, for what too few points have not.

    Raises
    ------
    TableError
        If columns or coordinates are missing, or the industry is unknown.
    GeometryError
        If coordinates are degrees.

    References
    ----------
    Bachi, R. (1963), Standard distance measures, Papers of the Regional Science
    Association 10; Weiszfeld, E. (1937) for the median (as in pointpats 2.6, not
    checked against the originals).

    Examples
    --------
    >>> import pandas as pd
    >>> sites = pd.DataFrame({"x": [0, 2], "y": [0, 0], "industry": "A"})
    >>> centrography(sites)[["x", "standard_distance"]].tolist()
    [1.0, 1.0]
    """
    from scipy.spatial import KDTree

    data = read_points(points, weight)
    data.refuse_degrees("A mean of degrees is no place.")
    own = slice(None) if industry is None else data.of(industry)
    xy, w = data.xy[own], data.weight[own]
    share = w / w.sum()
    mean = share @ xy
    spread = float(np.sqrt(share @ ((xy - mean) ** 2).sum(axis=1)))
    median = _median(xy, share, mean, spread)
    result = pd.Series(
        {
            "x": mean[0],
            "y": mean[1],
            "median_x": median[0],
            "median_y": median[1],
            "standard_distance": spread,
            "mean_nearest_distance": np.nan,
            "hull_area": np.nan,
        },
        name="centrography",
    )
    reasons = {}
    if len(xy) > 1:
        nearest = KDTree(xy).query(xy, k=2)[0][:, 1]
        result["mean_nearest_distance"] = float(nearest.mean())
    else:
        reasons["mean_nearest_distance"] = "too_few_plants"
    import shapely

    hull = shapely.MultiPoint(xy).convex_hull
    if hull.area > 0:
        result["hull_area"] = hull.area
    else:
        reasons["hull_area"] = "too_few_plants"
    result.attrs["reasons"] = reasons
    return result


def _median(
    xy: np.ndarray, share: np.ndarray, start: np.ndarray, spread: float
) -> np.ndarray:
    from scipy.optimize import minimize

    if spread == 0:
        return start

    def distance(at: np.ndarray) -> tuple[float, np.ndarray]:
        offset = at - xy / spread
        far = np.sqrt((offset**2).sum(axis=1))
        safe = np.where(far > 0, far, 1.0)
        slope = (share / safe) @ offset
        return float(share @ far), slope

    found = minimize(
        distance, start / spread, jac=True, method="BFGS", options={"gtol": 1e-12}
    )
    result: np.ndarray = found.x * spread
    return result
