"""Plants as points: coordinates, industries and weights, checked and in order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid.concentration._axis import Array
from clusterid.errors import Fault, GeometryError, TableError, nearest

__all__ = ["EARTH_KM", "Points", "distances_between", "read_points"]

#: Mean radius of the Earth, km.
EARTH_KM = 6371.0


@dataclass(frozen=True, slots=True)
class Points:
    """Sorted points: the result does not depend on the order of the rows.

    Parameters
    ----------
    xy : array, n x 2
        Coordinates; longitude and latitude in degrees when ``is_geographic``.
    codes : Index of str
        Industries, sorted.
    number : array of int, n
        Position of each point's industry in ``codes``; never falls.
    weight : array
        One each when no weight was named.
    row : array of int
        Row number in the table that was given.
    is_geographic : bool
        Distances are then great-circle, in km; else Euclidean, in the unit of xy.
    """

    xy: Array
    codes: pd.Index
    number: NDArray[np.intp]
    weight: Array
    row: NDArray[np.intp]
    is_geographic: bool

    def of(self, code: str) -> NDArray[np.intp]:
        """Return positions of the points of an industry, or fail naming the nearest."""
        if code not in self.codes:
            known = self.codes.tolist()
            raise TableError(
                "points",
                [
                    Fault(
                        f"no point has industry {code!r}.{nearest(code, known)}",
                        f"use one of {', '.join(known[:8])} ...",
                    )
                ],
            )
        place = int(self.codes.get_indexer(pd.Index([code], dtype=object))[0])
        first, last = np.searchsorted(self.number, [place, place + 1])
        return np.arange(first, last)


def read_points(points: pd.DataFrame, weight: str | None) -> Points:
    """Check a table of points (``industry``, ``x``, ``y`` or point geometries)."""
    faults = []
    is_geographic = False
    crs = getattr(points, "crs", None)
    if hasattr(points, "geometry") and "x" not in points.columns:
        if crs is None:
            raise GeometryError(
                "The points have no coordinate system. Set one: points.set_crs(...)."
            )
        is_geographic = bool(crs.is_geographic)
        xy = np.column_stack([points.geometry.x, points.geometry.y])
        absent = {"industry"} - set(points.columns)
    else:
        absent = {"industry", "x", "y"} - set(points.columns)
        if not absent:
            xy = points[["x", "y"]].to_numpy(dtype=float, na_value=np.nan)
    if weight is not None and weight not in points.columns:
        absent = absent | {weight}
    if absent:
        for name in sorted(absent):
            faults.append(
                Fault(
                    f"column {name!r} is missing"
                    f"{nearest(name, [str(c) for c in points.columns])}",
                    "rename a column, or give it",
                )
            )
        raise TableError("points", faults)
    w = np.ones(len(points))
    if weight is not None:
        w = points[weight].to_numpy(dtype=float, na_value=np.nan)
    checks = [
        ("a point has no coordinates", ~np.isfinite(xy).all(axis=1)),
        ("a point has no industry", points["industry"].isna().to_numpy()),
        ("a weight is negative or missing", ~(w >= 0) | np.isinf(w)),
    ]
    for rule, wrong in checks:
        if wrong.any():
            where = np.flatnonzero(wrong)
            rows = tuple((int(i) + 1, points.index[i]) for i in where[:5])
            faults.append(Fault(rule, "complete or drop the row", len(where), rows))
    if not len(points):
        faults.append(Fault("there is no point", "check path and filter"))
    if faults:
        raise TableError("points", faults)
    number, found = pd.factorize(points["industry"].astype(str), sort=True)
    codes = pd.Index([str(code) for code in found], dtype=object)
    order = np.lexsort((w, xy[:, 1], xy[:, 0], number))
    return Points(xy[order], codes, number[order], w[order], order, is_geographic)


def distances_between(first: Array, second: Array, *, is_geographic: bool) -> Array:
    """Return all distances, n_first x n_second."""
    from scipy.spatial.distance import cdist

    result: Array
    if not is_geographic:
        result = cdist(first, second)
        return result
    lon1, lat1 = np.radians(first.T)
    lon2, lat2 = np.radians(second.T)
    half_lat = np.sin((lat1[:, None] - lat2) / 2.0) ** 2
    half_lon = np.sin((lon1[:, None] - lon2) / 2.0) ** 2
    chord = half_lat + np.cos(lat1)[:, None] * np.cos(lat2) * half_lon
    result = 2.0 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(chord, 1.0)))
    return result
