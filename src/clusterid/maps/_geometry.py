"""Outlines made small: shared borders simplified together, coordinates as integers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from clusterid.errors import GeometryError

__all__ = ["Outlines", "light_outlines", "outlines"]

#: the grid has this many steps over the longer side of the map
_STEPS = 40_000


@dataclass(frozen=True, slots=True)
class Outlines:
    """Regions ready to be drawn.

    Attributes
    ----------
    codes : tuple of str
        Region codes, in the order of every value array.
    names : tuple of str
        Region names.
    shapes : array of geometry
        Simplified outlines in WGS 84 (longitude, latitude).
    points : array, n x 2
        A point inside each region (latitude, longitude); NaN without an outline.
    origin, step : tuple, float
        Integer coordinates are ``(value - origin) / step``.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    shapes: NDArray[np.object_]
    points: NDArray[np.float64]
    origin: tuple[float, float]
    step: float

    @property
    def positions(self) -> dict[str, int]:
        """Position of each region in every value array, by code."""
        return {code: i for i, code in enumerate(self.codes)}

    def encoded(self, shape: BaseGeometry) -> list[list[list[int]]]:
        """Return polygons of rings of integers, each point as step from the last."""
        polygons = []
        for polygon in shapely.get_parts(shapely.normalize(shape)):
            if shapely.get_type_id(polygon) != 3 or shapely.is_empty(polygon):
                continue
            rings = [
                ring
                for geometry in (polygon.exterior, *polygon.interiors)
                if (ring := self._ring(shapely.get_coordinates(geometry)))
            ]
            if rings:
                polygons.append(rings)
        return polygons

    def _ring(self, coordinates: NDArray[np.float64]) -> list[int]:
        grid = np.rint((coordinates - self.origin) / self.step).astype(np.int64)
        steps = np.diff(grid, axis=0)
        steps = steps[(steps != 0).any(axis=1)]
        if len(steps) < 3:
            return []
        # the ring closes itself: its last step is not needed
        return [int(i) for i in np.vstack([grid[:1], steps[:-1]]).ravel()]

    def union(self, regions: Iterable[str]) -> BaseGeometry:
        """Return the common outline of some regions, inner borders dissolved."""
        place = self.positions
        chosen = self.shapes[[place[code] for code in regions if code in place]]
        return shapely.union_all(shapely.make_valid(chosen))


def _across_date_line(
    shapes: NDArray[np.object_],
) -> tuple[NDArray[np.object_], float]:
    """Move what lies east of the widest empty strip to the west, if that is narrower.

    Islands on both sides of the 180th meridian would else stretch a map around the
    world. Returns the shapes and the longitude beyond which they were moved.
    """
    parts, owner = shapely.get_parts(shapes, return_index=True)
    flat = shapely.get_type_id(parts) == 3
    parts, owner = parts[flat], owner[flat]
    if not len(parts):
        return shapes, np.inf
    west, _, east, _ = shapely.bounds(parts).T
    if east.max() - west.min() <= 180.0:
        return shapes, np.inf
    order = np.argsort(west, kind="stable")
    reached = np.maximum.accumulate(east[order])[:-1]
    gaps = west[order][1:] - reached
    if not len(gaps) or gaps.max() <= west.min() + 360.0 - east.max():
        return shapes, np.inf
    cut = float(reached[gaps.argmax()])
    moved = shapely.transform(parts[west > cut], lambda xy: xy - [360.0, 0.0])
    parts = parts.copy()
    parts[west > cut] = moved
    return shapely.multipolygons(
        parts, indices=owner, out=np.array(shapes, dtype=object)
    ), cut


def outlines(
    regions: gpd.GeoDataFrame, *, max_points: int = 25_000, language: str = "en"
) -> Outlines:
    """Return the outlines of regions, small enough to be mailed.

    Shared borders are simplified together (Visvalingam-Whyatt on the coverage), so
    no gaps or overlaps appear between neighbours, until at most ``max_points``
    points remain; coordinates are then rounded to a common grid.

    Parameters
    ----------
    regions : GeoDataFrame
        Indexed by region code, with a CRS, columns ``name`` and ``geometry``.
    max_points : int
        Points kept, all regions together.
    language : {"en", "de"}
        Not used for geometry; kept for names that exist in both languages.

    Returns
    -------
    Outlines

    Raises
    ------
    GeometryError
        If there is no CRS or no region has an outline.
    """
    if regions.crs is None:
        raise GeometryError(
            "The regions have no CRS, so they cannot be drawn on a map. "
            "Mend: regions.set_crs('EPSG:...') with the system the file is in."
        )
    frame = regions.sort_index()
    codes = tuple(str(code) for code in frame.index)
    column = f"name_{language}" if f"name_{language}" in frame else "name"
    names = frame[column] if column in frame else frame.index.to_series()
    texts = tuple(
        code if text is None or text != text else str(text)
        for code, text in zip(codes, names, strict=True)
    )
    mercator = frame.geometry.to_crs(3857).to_numpy()
    missing = shapely.is_missing(mercator) | shapely.is_empty(mercator)
    if missing.all():
        raise GeometryError("No region has an outline; nothing can be drawn.")
    drawn = mercator.copy()
    drawn[missing] = shapely.from_wkt("POLYGON EMPTY")
    drawn[~missing] = _simplified(drawn[~missing], max_points)
    inside = shapely.get_coordinates(
        gpd.GeoSeries(shapely.point_on_surface(drawn[~missing]), crs=3857).to_crs(4326)
    )
    points = np.full((len(codes), 2), np.nan)
    points[~missing] = inside[:, ::-1]
    shapes, cut = _across_date_line(
        gpd.GeoSeries(drawn, crs=3857).to_crs(4326).to_numpy()
    )
    points[points[:, 1] > cut, 1] -= 360.0
    west, south, east, north = shapely.total_bounds(shapes)
    step = max(east - west, north - south, 1e-6) / _STEPS
    return Outlines(
        codes, texts, shapes, points, (float(west), float(south)), float(step)
    )


def _simplified(shapes: NDArray[np.object_], max_points: int) -> NDArray[np.object_]:
    if not hasattr(shapely, "coverage_simplify"):  # shapely 2.0: nothing keeps borders
        return shapes
    n = int(shapely.get_num_coordinates(shapes).sum())
    if n <= max_points:
        return shapes
    west, south, east, north = shapely.total_bounds(shapes)
    low, high = 0.0, max(east - west, north - south) / 20
    best = shapes
    for _ in range(12):
        tolerance = (low * high) ** 0.5 if low else high / 64
        tried = shapely.coverage_simplify(shapes, tolerance)
        n = int(shapely.get_num_coordinates(tried).sum())
        if n > max_points:
            low, best = tolerance, tried
        else:
            high, best = tolerance, tried
            if n > 0.9 * max_points:
                break
    if int(shapely.get_num_coordinates(best).sum()) > max_points:
        best = shapely.coverage_simplify(shapes, high)
    # a region simplified away keeps its true outline: small is not absent
    gone = shapely.is_empty(best)
    best[gone] = shapes[gone]
    return best


def light_outlines(regions: gpd.GeoDataFrame, *, max_points: int) -> gpd.GeoDataFrame:
    """Return regions with simplified outlines that still share their borders.

    Parameters
    ----------
    regions : GeoDataFrame
        Indexed by region code, with a CRS.
    max_points : int
        Points of all outlines together.

    Returns
    -------
    GeoDataFrame
        Same index, geometry in WGS 84.

    Raises
    ------
    GeometryError
        If there is no CRS or no region has an outline.
    """
    found = outlines(regions, max_points=max_points)
    return gpd.GeoDataFrame(
        geometry=list(found.shapes), index=list(found.codes), crs=4326
    )
