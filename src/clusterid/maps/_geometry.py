"""Outlines made small: shared borders simplified together, coordinates as integers."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from clusterid.errors import DataWarning, GeometryError
from clusterid.tables import beside_date_line, cut_at_date_line

__all__ = ["Outlines", "decoded", "light_outlines", "outlines"]

#: the grid has this many steps over the longer side of the map
_STEPS = 40_000
#: Half the web map, in its metres.
_HALF_WORLD = 20_037_508.0


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


def decoded(
    polygons: list[list[list[int]]], meta: Mapping[str, Any]
) -> list[list[NDArray[np.float64]]]:
    """Return the rings that :meth:`Outlines.encoded` wrote, as coordinates.

    Parameters
    ----------
    polygons : list
        Polygons of rings of integers, one region of a page.
    meta : mapping
        ``origin`` and ``step`` of the page.
    """
    west, south = meta["origin"]
    return [
        [
            np.cumsum(np.reshape(ring, (-1, 2)), axis=0) * meta["step"] + (west, south)
            for ring in polygon
        ]
        for polygon in polygons
    ]


def _with_area(
    shapes: NDArray[np.object_], codes: tuple[str, ...]
) -> NDArray[np.bool_]:
    """Return which shapes hold a polygon; tell the others that are not empty."""
    there: NDArray[np.bool_] = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    parts, owner = shapely.get_parts(shapes, return_index=True)
    nested = shapely.get_type_id(parts) == 6  # in a collection
    kinds = np.where(nested, 3, shapely.get_type_id(parts))
    area: NDArray[np.bool_] = np.zeros(len(shapes), dtype=bool)
    area[owner[kinds == 3]] = True
    flat = np.flatnonzero(there & ~area)
    if not len(flat):
        return there
    shown = ", ".join(codes[i] for i in flat[:5]) + (", ..." if len(flat) > 5 else "")
    said = f"{len(flat)} of {len(shapes)} regions have points or lines, no polygon"
    if not (there & area).any():
        raise GeometryError(
            f"{said} ({shown}); a map of regions needs their outlines. Mend: join the "
            "values to polygons, or draw plants and places with figures."
        )
    warnings.warn(f"{said} ({shown}); nothing is drawn there.", DataWarning, 4)
    return there & area


def _whole(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return shapes on the web map, those across the 180th meridian cut in two."""
    mercator = shapes.to_crs(3857)
    bounds = mercator.bounds.to_numpy(dtype=float)
    with np.errstate(invalid="ignore"):
        wide = np.flatnonzero(bounds[:, 2] - bounds[:, 0] > _HALF_WORLD)
    if not len(wide):
        return mercator
    degrees = mercator.iloc[wide].to_crs(4326)
    values = mercator.to_numpy().copy()
    cut = cut_at_date_line(degrees.to_numpy())
    values[wide] = gpd.GeoSeries(cut, crs=4326).to_crs(3857).to_numpy()
    return gpd.GeoSeries(values, index=shapes.index, crs=3857)


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

    Warns
    -----
    DataWarning
        If some regions are points or lines.
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
    mercator = _whole(frame.geometry).to_numpy()
    missing = ~_with_area(mercator, codes)
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
    shapes, cut = beside_date_line(
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
