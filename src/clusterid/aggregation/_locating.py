"""Points to regions: the spatial join of the aggregation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid.aggregation._engines import Engine, collected
from clusterid.errors import GeometryError
from clusterid.tables.parsing import checked_crs

if TYPE_CHECKING:
    import geopandas as gpd
    import narwhals as nw

__all__ = ["located", "region_of_points"]

_CHUNK = 500_000


def region_of_points(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    regions: gpd.GeoDataFrame,
    crs: object,
) -> NDArray[np.object_]:
    """Return the code of the region each point lies in, None outside all.

    A point on a border belongs to the first of its regions in code order.
    """
    import shapely
    from pyproj import CRS, Transformer

    shapes = regions.geometry.set_axis(regions.index.astype(str)).sort_index()
    if shapes.crs is None:
        raise GeometryError(
            "The regions have no coordinate system; see read_regions()."
        )
    codes = shapes.index.to_numpy(dtype=object)
    source = CRS.from_user_input(crs)
    move = None
    if not source.equals(shapes.crs, ignore_axis_order=True):
        move = Transformer.from_crs(source, shapes.crs, always_xy=True)
    values = shapes.to_numpy()
    shapely.prepare(values)
    tree = shapely.STRtree(values)
    found = np.full(len(x), len(codes), dtype=np.int64)
    for start in range(0, len(x), _CHUNK):
        part = slice(start, start + _CHUNK)
        at = (x[part], y[part]) if move is None else move.transform(x[part], y[part])
        point, region = tree.query(shapely.points(*at))  # by bounding box
        inside = shapely.intersects_xy(values[region], at[0][point], at[1][point])
        np.minimum.at(found[part], point[inside], region[inside])
    found_codes = np.empty(len(codes) + 1, dtype=object)
    found_codes[:-1], found_codes[-1] = codes, None
    return np.asarray(found_codes[found])


def located(engine: Engine, regions: object, crs: object) -> nw.LazyFrame[Any]:
    """Return the engine's frame with a column ``region`` found from ``x``, ``y``."""
    if crs is None:
        raise GeometryError(
            "x and y have no coordinate system; pass crs=, e.g. crs='EPSG:4326'."
        )

    def say(rule: str, mend: str) -> None:
        raise GeometryError(f"{rule}; {mend}.")

    checked_crs(crs, say)
    if regions is None or not hasattr(regions, "geometry"):
        raise GeometryError(
            "Points become regions through polygons; pass regions= as read_regions() "
            "returns them."
        )
    import narwhals as nw

    frame = engine.frame.with_columns(
        x=nw.when(nw.col("x").is_finite()).then(nw.col("x")),
        y=nw.when(nw.col("y").is_finite()).then(nw.col("y")),
    )
    sites = collected(frame.select("x", "y").unique())
    sites = sites.dropna().reset_index(drop=True)
    x, y = sites["x"].to_numpy(dtype=float), sites["y"].to_numpy(dtype=float)
    codes = region_of_points(x, y, cast("gpd.GeoDataFrame", regions), crs)
    inside = pd.notna(codes)
    table = pd.DataFrame({
        "x": x[inside],
        "y": y[inside],
        "region": pd.Series(codes[inside], dtype="str"),
    })
    return frame.join(engine.beside(table), on=["x", "y"], how="left")
