"""Outlines on both sides of the 180th meridian, put together."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

__all__ = ["beside_date_line", "cut_at_date_line"]

#: An edge that spans more degrees than this goes round the other side of the globe.
_HALF = 180.0
_FULL = 360.0


def cut_at_date_line(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Cut polygons whose ring crosses the 180th meridian in two parts.

    A ring from 179 to -179 degrees is two degrees wide, not 358: an edge goes the
    short way round, as GeoJSON (RFC 7946) has it.

    Parameters
    ----------
    shapes : array of geometry
        Longitude and latitude in degrees.

    Returns
    -------
    array of geometry
        The same where nothing crosses.

    Examples
    --------
    >>> ring = shapely.Polygon([(179, 51), (-179, 51), (-179, 52), (179, 52)])
    >>> cut = cut_at_date_line(np.array([ring], dtype=object))[0]
    >>> [part.bounds[0] for part in cut.geoms]
    [-180.0, 179.0]
    """
    west, _, east, _ = shapely.bounds(shapes).T
    with np.errstate(invalid="ignore"):
        wide = np.flatnonzero(east - west > _HALF)
    if not len(wide):
        return shapes
    found = shapes.copy()
    for i in wide:
        parts = [_cut(part) for part in shapely.get_parts(shapes[i])]
        if any(cut is not None for cut in parts):
            whole = [
                part if cut is None else cut
                for cut, part in zip(parts, shapely.get_parts(shapes[i]), strict=True)
            ]
            flat = shapely.get_parts(np.array(whole, dtype=object))
            found[i] = shapely.multipolygons(flat[shapely.get_type_id(flat) == 3])
    return found


def _cut(part: BaseGeometry) -> BaseGeometry | None:
    """Return a polygon in parts beside the meridian; None where it does not cross."""
    if not isinstance(part, shapely.Polygon):
        return None
    given = shapely.get_coordinates(part.exterior)
    outer = _unrolled(given)
    if outer is None or outer is given or np.ptp(outer[:, 0]) > _HALF:
        return None
    rings = [outer]
    middle = float(outer[:, 0].mean())
    for ring in part.interiors:
        hole = _unrolled(shapely.get_coordinates(ring))
        if hole is None:
            return None
        turns = np.rint((middle - hole[:, 0].mean()) / _FULL)
        rings.append(np.add(hole, [turns * _FULL, 0.0]))
    whole = shapely.make_valid(shapely.Polygon(rings[0], rings[1:]))
    parts = []
    for k in (-1, 0, 1):
        window = shapely.box(-_HALF + k * _FULL, -90.0, _HALF + k * _FULL, 90.0)
        inside = shapely.get_parts(shapely.intersection(whole, window))
        inside = inside[(shapely.get_type_id(inside) == 3) & ~shapely.is_empty(inside)]
        parts += list(shapely.transform(inside, lambda xy, k=k: xy - [k * _FULL, 0]))
    parts.sort(key=lambda one: one.bounds)
    return shapely.multipolygons(parts)


def _unrolled(ring: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return a ring with every edge the short way; None if it runs round a pole."""
    steps = np.diff(ring[:, 0])
    turns = -np.rint(steps / _FULL) * (np.abs(steps) > _HALF)
    if not turns.any():
        return ring
    shift = np.concatenate([[0.0], np.cumsum(turns)])
    return None if shift[-1] else ring + np.column_stack([shift * _FULL, 0 * shift])


def beside_date_line(
    shapes: NDArray[np.object_],
) -> tuple[NDArray[np.object_], float]:
    """Move what lies east of the widest empty strip to the west, if that is narrower.

    Islands on both sides of the 180th meridian would else stretch a map around the
    world.

    Parameters
    ----------
    shapes : array of geometry
        Longitude and latitude in degrees.

    Returns
    -------
    array of geometry, float
        The shapes, and the longitude beyond which they were moved.

    Examples
    --------
    >>> west, east = shapely.box(178, 51, 180, 52), shapely.box(-180, 51, -178, 52)
    >>> shapes = np.array([west, east])
    >>> moved, _ = beside_date_line(shapes)
    >>> shapely.total_bounds(moved).tolist()
    [-182.0, 51.0, -178.0, 52.0]
    """
    parts, owner = shapely.get_parts(shapes, return_index=True)
    flat = shapely.get_type_id(parts) == 3
    parts, owner = parts[flat], owner[flat]
    if not len(parts):
        return shapes, np.inf
    west, _, east, _ = shapely.bounds(parts).T
    if east.max() - west.min() <= _HALF:
        return shapes, np.inf
    order = np.argsort(west, kind="stable")
    reached = np.maximum.accumulate(east[order])[:-1]
    gaps = west[order][1:] - reached
    if not len(gaps) or gaps.max() <= west.min() + _FULL - east.max():
        return shapes, np.inf
    cut = float(reached[gaps.argmax()])
    moved = shapely.transform(parts[west > cut], lambda xy: xy - [_FULL, 0.0])
    parts = parts.copy()
    parts[west > cut] = moved
    return shapely.multipolygons(
        parts, indices=owner, out=np.array(shapes, dtype=object)
    ), cut
