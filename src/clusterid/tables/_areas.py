"""How large regions are, in km²."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["EQUAL_AREA", "areas_km2"]

#: Cylindrical equal-area projection of the whole world (EASE-Grid 2.0).
EQUAL_AREA = "EPSG:6933"


def areas_km2(regions: gpd.GeoDataFrame) -> pd.Series:
    """Return the area of each region in km²: as given, else of its outline.

    A given ``area_km2`` may be of land alone, and wins. NaN where there is neither a
    given area nor an outline on the globe.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely.geometry import box
    >>> degree = gpd.GeoDataFrame(index=["a"], geometry=[box(0, 0, 1, 1)], crs=4326)
    >>> areas_km2(degree).round(0).tolist()
    [12308.0]
    """
    given = pd.Series(float("nan"), index=regions.index, name="area_km2")
    if "area_km2" in regions:
        given = regions["area_km2"].astype(float)
    if regions.crs is None:
        return given
    drawn = regions.geometry.to_crs(EQUAL_AREA).area / 1e6
    return given.where(given > 0, drawn.where(drawn > 0)).rename("area_km2")
