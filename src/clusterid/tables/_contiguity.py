"""Which regions are neighbours."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from clusterid._typed import check_types, typed
from clusterid.errors import DataWarning, GeometryError, check_option
from clusterid.tables.parsing import LARGEST_NUMBER

if TYPE_CHECKING:
    import geopandas as gpd
    from libpysal.graph import Graph

__all__ = ["contiguity"]

#: Pairs of regions by their places in the sorted codes, n_pairs x 2.
Pairs = NDArray[np.int64]
Indices = NDArray[np.int64]


@typed
def contiguity(
    regions: gpd.GeoDataFrame,
    *,
    rule: str = "queen",
    k: int = 6,
    distance_km: float | None = None,
    islands: str = "warn",
) -> Graph:
    """Return who neighbours whom among regions, every link with weight 1.

    Parameters
    ----------
    regions : GeoDataFrame
        As :func:`read_regions` returns it: index ``region``, polygons, a CRS.
    rule : {"queen", "rook", "knn", "distance"}
        ``"queen"``: shapes meet in at least a point, small overlaps of generalised
        outlines included. ``"rook"``: they share a line. ``"knn"``: the ``k`` nearest
        (by a point inside each region), made mutual by adding the missing direction.
        ``"distance"``: points inside lie within ``distance_km``.
    k : int
        Neighbours under ``"knn"``.
    distance_km : float
        Reach under ``"distance"``, kilometres.
    islands : {"warn", "keep", "nearest"}
        Regions without a neighbour: tell them in a DataWarning; keep them silently
        (``graph.isolates`` lists them); or link each to its nearest region.

    Returns
    -------
    libpysal.graph.Graph
        Symmetric, binary, on the region codes in sorted order.

    Raises
    ------
    GeometryError
        If the regions have no polygons, no CRS, or codes that stand twice.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely.geometry import box
    >>> shapes = gpd.GeoDataFrame(index=["b", "a", "c"], crs="EPSG:3035",
    ...     geometry=[box(1, 0, 2, 1), box(0, 0, 1, 1), box(2, 0, 3, 1)])
    >>> contiguity(shapes)["b"].index.tolist()
    ['a', 'c']
    """
    check_types(contiguity, locals())
    check_option("rule", rule, ["queen", "rook", "knn", "distance"])
    check_option("islands", islands, ["warn", "keep", "nearest"])
    shapes = _shapes(regions)
    if rule in {"queen", "rook"}:
        _check_polygons(shapes, rule)
    if rule == "queen":
        pairs = _touching(shapes)
    elif rule == "rook":
        pairs = _sharing_a_line(shapes)
    else:
        pairs = _near(shapes, rule, k, distance_km)
    codes = shapes.index.to_numpy()
    alone = np.setdiff1d(np.arange(len(codes)), pairs)
    if len(alone) and islands == "nearest" and len(codes) > 1:
        pairs = np.vstack([pairs, _nearest(shapes, alone)])
    elif len(alone) and islands == "warn":
        shown = ", ".join(str(c) for c in codes[alone][:5])
        shown += " ..." if len(alone) > 5 else ""
        warnings.warn(
            f"{len(alone)} of {len(codes)} regions have no neighbour ({shown}); "
            'pass islands="nearest" to link them, or islands="keep" to leave them.',
            DataWarning,
            stacklevel=2,
        )
    return _graph(codes, pairs)


def _shapes(regions: gpd.GeoDataFrame) -> gpd.GeoSeries:
    import shapely

    geometry = getattr(regions, "geometry", None)
    if geometry is None or not hasattr(geometry, "crs"):
        raise GeometryError(
            "Neighbours need polygons; read the regions with read_regions()."
        )
    index = geometry.index.astype(str)
    missing = (geometry.isna() | geometry.is_empty).to_numpy()
    if missing.any():
        shown = ", ".join(index[missing][:5])
        raise GeometryError(
            f"{int(missing.sum())} of {len(geometry)} regions have no polygon "
            f"({shown}). Add them, or drop these regions."
        )
    if not len(geometry):
        raise GeometryError("There are no regions; read them with read_regions().")
    bounds = geometry.bounds.to_numpy(dtype=float)
    wild = ~(np.isfinite(bounds) & (np.abs(bounds) <= LARGEST_NUMBER)).all(axis=1)
    points, owner = shapely.get_coordinates(geometry.to_numpy(), return_index=True)
    wild[owner[~np.isfinite(points).all(axis=1)]] = True
    if wild.any():
        shown = ", ".join(index[np.flatnonzero(wild)][:5])
        raise GeometryError(
            f"{int(wild.sum())} of {len(geometry)} regions have a coordinate that is "
            f"no place ({shown}). Correct their shapes."
        )
    if index.has_duplicates:
        shown = ", ".join(sorted(set(index[index.duplicated()]))[:5])
        raise GeometryError(
            f"Regions stand more than once ({shown}); dissolve their parts first."
        )
    if geometry.crs is None:
        raise GeometryError(
            "The polygons have no coordinate system; pass crs= to read_regions()."
        )
    return geometry.set_axis(index).sort_index()


def _check_polygons(shapes: gpd.GeoSeries, rule: str) -> None:
    """Raise where shapes have no area: points and lines have no common border."""
    flat = ~shapes.geom_type.isin(["Polygon", "MultiPolygon", "GeometryCollection"])
    if flat.any():
        shown = ", ".join(map(str, shapes.index[flat][:5]))
        raise GeometryError(
            f"{int(flat.sum())} of {len(shapes)} regions are points or lines "
            f'({shown}); rule="{rule}" needs polygons. Mend: give polygons, or use '
            'rule="knn" or rule="distance".'
        )


def _touching(shapes: gpd.GeoSeries) -> Pairs:
    from libpysal.graph import Graph

    with warnings.catch_warnings():  # islands are reported once, by us
        warnings.simplefilter("ignore", UserWarning)
        graph = Graph.build_fuzzy_contiguity(shapes.reset_index(drop=True))
    return _pairs(graph)


def _sharing_a_line(shapes: gpd.GeoSeries) -> Pairs:
    """Touching pairs without those that meet in points only (overlaps stay)."""
    import shapely

    pairs = _touching(shapes)
    values = shapes.to_numpy()
    only_points: NDArray[np.bool_] = shapely.relate_pattern(
        values[pairs[:, 0]], values[pairs[:, 1]], "F***0****"
    )
    return pairs[~only_points]


def _pairs(graph: Graph) -> Pairs:
    adjacency = graph.adjacency[graph.adjacency > 0].reset_index()
    return _of_two(adjacency[["focal", "neighbor"]].to_numpy(dtype=np.int64))


def _of_two(pairs: Pairs) -> Pairs:
    """Return the pairs of two regions, without those of a region and itself."""
    return np.asarray(pairs[pairs[:, 0] != pairs[:, 1]], dtype=np.int64)


def _near(shapes: gpd.GeoSeries, rule: str, k: int, distance_km: float | None) -> Pairs:
    from scipy.spatial import cKDTree

    points = _points_km(shapes)
    tree = cKDTree(points)
    if rule == "knn":
        if not 1 <= k < len(points):
            raise GeometryError(
                f"k={k} neighbours among {len(points)} regions: use 1 to "
                f"{len(points) - 1}."
            )
        _, near = tree.query(points, k=k + 1)
        rows = np.repeat(np.arange(len(points)), k + 1)
        return _of_two(np.column_stack([rows, near.ravel()]))
    if distance_km is None or not distance_km > 0:
        raise GeometryError('rule="distance" needs distance_km= above 0.')
    within = tree.query_pairs(distance_km, output_type="ndarray")
    return np.asarray(within, dtype=np.int64)


def _nearest(shapes: gpd.GeoSeries, alone: Indices) -> Pairs:
    from scipy.spatial import cKDTree

    points = _points_km(shapes)
    _, near = cKDTree(points).query(points[alone], k=2)
    other = np.where(near[:, 0] == alone, near[:, 1], near[:, 0])
    return np.column_stack([alone, other])


def _points_km(shapes: gpd.GeoSeries) -> NDArray[np.float64]:
    """Points inside the regions, in km on an equal-area map centred on them."""
    inside = shapes.representative_point()
    degrees = inside.to_crs("EPSG:4326")
    lon, lat = float(degrees.x.median()), float(degrees.y.median())
    flat = inside.to_crs(f"+proj=laea +lat_0={lat} +lon_0={lon} +units=km")
    return np.column_stack([flat.x, flat.y])


def _graph(codes: NDArray[np.object_], pairs: Pairs) -> Graph:
    from libpysal.graph import Graph

    both = np.unique(np.vstack([pairs, pairs[:, ::-1]]), axis=0)
    alone = np.setdiff1d(np.arange(len(codes)), both)
    focal = np.concatenate([both[:, 0], alone])
    neighbour = np.concatenate([both[:, 1], alone])
    weight = np.concatenate([np.ones(len(both)), np.zeros(len(alone))])
    order = np.lexsort([neighbour, focal])
    return Graph.from_arrays(
        codes[focal[order]], codes[neighbour[order]], weight[order]
    )
