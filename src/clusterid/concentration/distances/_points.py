"""Plants as points: coordinates, industries and weights, checked and in order."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from clusterid._faults import faults_in_rows, refuse
from clusterid.concentration._axis import Array
from clusterid.errors import (
    DataWarning,
    Fault,
    GeometryError,
    OptionError,
    TableError,
    nearest,
)

__all__ = ["EARTH_KM", "Points", "checked_radii", "distances_between", "read_points"]

#: Mean radius of the Earth, km.
EARTH_KM = 6371.0
#: Largest longitude and latitude, degrees.
_GLOBE = (180.0, 90.0)


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
            rule = f"no point has industry {code!r}.{nearest(code, known)}"
            mend = f"use one of {', '.join(known[:8])} ..."
            raise TableError("points", [Fault(rule, mend)])
        place = int(self.codes.get_indexer(pd.Index([code], dtype=object))[0])
        first, last = np.searchsorted(self.number, [place, place + 1])
        return np.arange(first, last)

    def refuse_degrees(self, why: str) -> None:
        """Raise GeometryError if the coordinates are longitude and latitude."""
        if self.is_geographic:
            raise GeometryError(f"{why} Project first, for Europe points.to_crs(3035).")


def checked_radii(radii: ArrayLike) -> Array:
    """Return distances as an array; OptionError unless they increase from 0 or more."""
    r = np.asarray(radii, dtype=float)
    if r.ndim != 1 or not len(r) or (r < 0).any() or (np.diff(r) <= 0).any():
        raise OptionError("radii must be increasing distances, none negative.")
    return r


def read_points(points: pd.DataFrame, weight: str | None) -> Points:
    """Check a table of points (``industry``, ``x``, ``y`` or point geometries).

    The coordinate system of columns ``x`` and ``y`` is the one that
    :func:`clusterid.read_plants` keeps with its table.
    """
    xy, is_geographic = _coordinates(points)
    wanted = {"industry"} if xy is not None else {"industry", "x", "y"}
    absent = wanted - set(points.columns)
    if weight is not None:
        absent |= {weight} - set(points.columns)
    have = [str(name) for name in points.columns]
    mend = "rename a column, or give it"
    rules = [f"column {c!r} is missing{nearest(c, have)}" for c in sorted(absent)]
    refuse("points", [Fault(rule, mend) for rule in rules])
    if xy is None:
        xy = points[["x", "y"]].to_numpy(dtype=float, na_value=np.nan)
    w = np.ones(len(points))
    if weight is not None:
        w = points[weight].to_numpy(dtype=float, na_value=np.nan)
    faults = []
    for rule, wrong in (
        ("a point has no coordinates", ~np.isfinite(xy).all(axis=1)),
        ("a point has no industry", points["industry"].isna().to_numpy()),
        ("a weight is negative or missing", ~(w >= 0) | np.isinf(w)),
    ):
        mend = "complete or drop the row"
        faults += faults_in_rows(rule, mend, np.asarray(wrong), list(points.index))
    if not len(points):
        faults.append(Fault("there is no point", "check path and filter"))
    refuse("points", faults)
    number, found = pd.factorize(points["industry"].astype(str), sort=True)
    codes = pd.Index([str(code) for code in found], dtype=object)
    order = np.lexsort((w, xy[:, 1], xy[:, 0], number))
    return Points(xy[order], codes, number[order], w[order], order, is_geographic)


def _coordinates(points: pd.DataFrame) -> tuple[Array | None, bool]:
    """Return coordinates of geometries, None without; whether they are degrees."""
    if not hasattr(points, "geometry") or "x" in points.columns:
        return None, _is_geographic(points)
    crs = points.crs
    if crs is None:
        raise GeometryError(
            "The points have no coordinate system. Set one: points.set_crs(...)."
        )
    shapes = points.geometry
    return np.column_stack([shapes.x, shapes.y]), bool(crs.is_geographic)


def _is_geographic(points: pd.DataFrame) -> bool:
    """Tell whether columns x and y are degrees; warn where they look like it."""
    named = getattr(points, "crs", None) if hasattr(points, "geometry") else None
    named = points.attrs.get("crs") if named is None else named
    if named is not None:
        from pyproj import CRS

        return bool(CRS.from_user_input(named).is_geographic)
    if {"x", "y"} <= set(points.columns) and _look_like_degrees(points):
        warnings.warn(
            "x and y look like longitude and latitude, and nothing names their "
            "coordinate system: distances are in degrees. Read the points with "
            'read_plants(..., crs="EPSG:4326") for km, or project them.',
            DataWarning,
            stacklevel=5,
        )
    return False


def _look_like_degrees(points: pd.DataFrame) -> bool:
    """Tell coordinates that lie on the globe, and far from where a plan begins.

    Coordinates of a plan or a simulation begin near 0; those of a country lie further
    from 0 than it is wide, in longitude or in latitude.
    """
    xy = points[["x", "y"]].to_numpy(dtype=float, na_value=np.nan)
    xy = xy[np.isfinite(xy).all(axis=1)]
    if not len(xy) or (np.abs(xy) > _GLOBE).any() or (xy == np.rint(xy)).all():
        return False
    away, wide = np.abs(xy).min(axis=0), np.ptp(xy, axis=0)
    return bool((away > np.maximum(wide, 1.0)).any())


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
