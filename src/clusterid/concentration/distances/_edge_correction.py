"""Ripley's isotropic edge correction in any polygon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from clusterid.concentration._axis import Array

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

__all__ = ["edges_of", "share_inside"]

_BLOCK_CELLS = 3_000_000


def edges_of(window: BaseGeometry) -> Array:
    """Return the edges of a polygon, holes included: n x 4 (x1, y1, x2, y2)."""
    import shapely

    parts = shapely.get_parts(window)
    rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
    pieces = []
    for ring in rings:
        corner = np.asarray(ring.coords)[:, :2]
        pieces.append(np.hstack([corner[:-1], corner[1:]]))
    return np.vstack(pieces)


def share_inside(centre: Array, radius: Array, edges: Array) -> Array:
    """Return the share of each circle's circumference that lies inside the polygon.

    Circles are cut at their crossings with the edges; the middle of each arc decides
    whether the arc is inside.
    """
    result = np.ones(len(centre))
    step = max(1, _BLOCK_CELLS // (2 * len(edges) ** 2 + 1))
    for start in range(0, len(centre), step):
        part = slice(start, start + step)
        result[part] = _block(centre[part], radius[part], edges)
    return result


def _block(centre: Array, radius: Array, edges: Array) -> Array:
    start = edges[:, :2] - centre[:, None, :]
    along = edges[:, 2:] - edges[:, :2]
    a = (along**2).sum(axis=1)
    b = 2.0 * (start * along).sum(axis=2)
    c = (start**2).sum(axis=2) - radius[:, None] ** 2
    root = b**2 - 4.0 * a * c
    crossings = []
    with np.errstate(invalid="ignore"):
        for sign in (-1.0, 1.0):
            t = (-b + sign * np.sqrt(root)) / (2.0 * a)
            hit = (root > 0) & (t >= 0) & (t <= 1)
            at = start + t[:, :, None] * along
            angle = np.where(hit, np.arctan2(at[:, :, 1], at[:, :, 0]), np.nan)
            crossings.append(angle)
    angle = np.sort(np.concatenate(crossings, axis=1), axis=1)  # NaN last
    first = angle[:, :1]
    none = np.isnan(first[:, 0])
    # close the circle; arcs of zero length stand where there is no further crossing
    angle = np.where(np.isnan(angle), first + 2.0 * np.pi, angle)
    angle = np.concatenate([angle, first + 2.0 * np.pi], axis=1)
    angle[none] = 0.0
    angle[none, -1] = 2.0 * np.pi
    length = np.diff(angle, axis=1)
    middle = (angle[:, 1:] + angle[:, :-1]) / 2.0
    x = centre[:, :1] + radius[:, None] * np.cos(middle)
    y = centre[:, 1:] + radius[:, None] * np.sin(middle)
    inside = _is_inside(x, y, edges)
    share: Array = (length * inside).sum(axis=1) / (2.0 * np.pi)
    share[radius == 0] = 1.0
    return share


def _is_inside(x: Array, y: Array, edges: Array) -> NDArray[np.bool_]:
    """Even-odd rule: edges crossed by a ray to the right."""
    odd = np.zeros(x.shape, dtype=bool)
    for x1, y1, x2, y2 in edges:
        if y1 == y2:
            continue
        spans = (y1 > y) != (y2 > y)
        odd ^= spans & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return odd
