"""Regions of a simulated economy: mirrored outlines, sizes, who borders whom."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from clusterid._disk._embedded import embedded_path
from clusterid._typed import typed
from clusterid.errors import GeometryError

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["mirrored_outlines", "neighbours", "region_sizes", "simulated_regions"]

#: An invented place in the open ocean: distances are right, no real place is near.
_INVENTED_CRS = "+proj=laea +lat_0=47 +lon_0=-33 +ellps=GRS80 +units=m"


@typed
def mirrored_outlines(path: str | Path) -> gpd.GeoDataFrame:
    """Return the outlines in ``path`` mirrored, moved and renamed ``R001`` ....

    Outlines are reflected left to right in EPSG:25832, moved to invented
    coordinates in the Atlantic and renamed, so that no simulated number ever stands
    beside a real place's name, code or shape. Codes run through the groups of regions
    (``P01`` ...) and inside a group from west to east of the mirrored map.

    Parameters
    ----------
    path : path
        Polygons with a column ``ags`` whose first two digits name the group.

    Returns
    -------
    GeoDataFrame
        Index ``region``; columns ``name``, ``parent``, ``area_km2`` (of the outline),
        ``population`` (empty), ``geometry`` in EPSG:4326, 5 decimals (about 1 m).
    """
    import geopandas as gpd
    import shapely

    frame = gpd.read_file(path)
    flat = frame.geometry.to_crs("EPSG:25832")
    x0, y0, x1, y1 = flat.total_bounds
    centre_x, centre_y = (x0 + x1) / 2, (y0 + y1) / 2

    def mirror(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack((centre_x - xy[:, 0], xy[:, 1] - centre_y))

    shapes = gpd.GeoSeries(shapely.transform(flat.to_numpy(), mirror), crs=None)
    shapes = shapes.set_crs(_INVENTED_CRS)
    area = shapes.area / 1e6
    points = shapes.representative_point()
    group = frame["ags"].astype(str).str[:2]
    west = points.x.groupby(group.to_numpy()).mean().sort_values()
    parent = group.map({g: f"P{i:02d}" for i, g in enumerate(west.index, start=1)})
    order = np.lexsort((points.y.round(0), points.x.round(0), parent))
    wgs = shapes.to_crs("EPSG:4326")
    wgs = gpd.GeoSeries(
        shapely.transform(wgs.to_numpy(), lambda xy: np.round(xy, 5)), crs="EPSG:4326"
    )
    codes = [f"R{i:03d}" for i in range(1, len(frame) + 1)]
    return gpd.GeoDataFrame(
        {
            "name": [f"Region {code}" for code in codes],
            "parent": parent.to_numpy()[order],
            "area_km2": area.round(2).to_numpy()[order],
            "population": np.nan,
        },
        geometry=wgs.to_numpy()[order],
        index=pd.Index(codes, name="region"),
        crs="EPSG:4326",
    )


@lru_cache(maxsize=1)
def _embedded_outlines() -> Any:
    import geopandas as gpd

    frame = gpd.read_file(embedded_path("demo", "regions.geojson"))
    frame["population"] = np.nan
    columns = ["name", "parent", "area_km2", "population", "geometry"]
    return frame.set_index("region")[columns]


def neighbours(regions: gpd.GeoDataFrame) -> list[NDArray[np.int64]]:
    """Return, for each region in order, the positions of the regions it touches."""
    shapes = regions.geometry
    source, target = shapes.sindex.query(shapes, predicate="intersects")
    keep = source != target
    source, target = source[keep], target[keep]
    order = np.lexsort((target, source))
    source, target = source[order], target[order]
    cuts = np.searchsorted(source, np.arange(1, len(regions)))
    return np.split(target.astype(np.int64), cuts)


def simulated_regions(
    regions: gpd.GeoDataFrame | None, n_regions: int | None, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Return regions with area and population, invented where they are missing.

    ``n_regions`` takes a connected part: regions nearest to the first by steps.
    """
    if regions is None:
        frame = _embedded_outlines().copy()
    else:
        if regions.crs is None:
            raise GeometryError(
                "The regions of a simulation need a coordinate system; "
                "set it with regions.set_crs(...)."
            )
        frame = regions.copy()
        frame.index = frame.index.astype(str)
        frame.index.name = "region"
        for column in ("name", "parent"):
            if column not in frame:
                frame[column] = pd.NA
        if frame.geometry.name != "geometry":
            frame = frame.rename_geometry("geometry")
        for column in ("area_km2", "population"):
            frame[column] = frame[column].astype(float) if column in frame else np.nan
        columns = ["name", "parent", "area_km2", "population", "geometry"]
        frame = frame[columns].sort_index()
    if n_regions is not None:
        if not 2 <= n_regions <= len(frame):
            raise GeometryError(
                f"n_regions={n_regions} is not between 2 and the {len(frame)} "
                "regions at hand."
            )
        frame = frame.iloc[_nearest_by_steps(neighbours(frame), n_regions)]
    if frame["area_km2"].isna().any():
        area = frame.geometry.to_crs("EPSG:6933").area / 1e6
        frame["area_km2"] = frame["area_km2"].fillna(area.round(2))
    if frame["population"].isna().any():
        frame["population"] = frame["population"].fillna(_population(frame, rng))
    return frame


def _nearest_by_steps(adjacent: list[NDArray[np.int64]], n: int) -> NDArray[np.int64]:
    seen, queue = {0}, [0]
    for region in queue:
        for other in adjacent[region].tolist():
            if other not in seen:
                seen.add(other)
                queue.append(other)
    queue += [i for i in range(len(adjacent)) if i not in seen]
    return np.sort(np.array(queue[:n]))


def _population(frame: gpd.GeoDataFrame, rng: np.random.Generator) -> pd.Series:
    """Invent an urban hierarchy: small regions are cities, a few are metropolises.

    Density falls with area (elasticity -0.75), falls off around metropolises (e-folding
    40 km) and varies log-normally; both numbers are the authors' choice. Scaled to
    200,000 inhabitants a region on average.
    """
    area = frame["area_km2"].to_numpy(float)
    n = len(frame)
    points = frame.geometry.to_crs(_local_crs(frame)).representative_point()
    xy = np.column_stack((points.x, points.y)) / 1000.0
    metropolis = _metropolises(xy, area, max(1, n // 50))
    away = np.sqrt(((xy[:, None] - xy[metropolis][None]) ** 2).sum(-1))
    rank = 1.0 / np.arange(1, len(metropolis) + 1)
    pull = (rank[None] * np.exp(-away / 40.0)).max(axis=1)
    log_density = -0.75 * np.log(area) + 1.2 * pull + rng.normal(0.0, 0.3, n)
    population = np.exp(log_density) * area
    population[metropolis] *= 1.0 + 6.0 * rank
    population *= 200_000.0 * n / population.sum()
    return pd.Series(np.maximum(np.round(population, -1), 20_000.0), index=frame.index)


def _metropolises(
    xy: NDArray[np.float64], area: NDArray[np.float64], n: int
) -> NDArray[np.int64]:
    """Take ``n`` compact regions far from each other, the first the most central."""
    compact = np.flatnonzero(area <= np.quantile(area, 0.3))
    centre = xy.mean(axis=0)
    chosen = [compact[np.argmin(((xy[compact] - centre) ** 2).sum(-1))]]
    while len(chosen) < min(n, len(compact)):
        gap = ((xy[compact][:, None] - xy[chosen][None]) ** 2).sum(-1).min(axis=1)
        chosen.append(compact[np.argmax(gap)])
    return np.array(chosen, dtype=np.int64)


def _local_crs(frame: gpd.GeoDataFrame) -> str:
    x0, y0, x1, y1 = frame.geometry.to_crs("EPSG:4326").total_bounds
    return (
        f"+proj=laea +lat_0={(y0 + y1) / 2:.3f} +lon_0={(x0 + x1) / 2:.3f} "
        "+ellps=GRS80 +units=m"
    )


def region_sizes(
    regions: gpd.GeoDataFrame, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the share of all plants by region, and its standardised log density."""
    population = regions["population"].to_numpy(float)
    density = np.log(population / regions["area_km2"].to_numpy(float))
    spread = density.std()
    density = (density - density.mean()) / (spread if spread > 0 else 1.0)
    jobs = population * np.exp(0.15 * density + rng.normal(0.0, 0.12, len(regions)))
    return jobs / jobs.sum(), density
