"""Small tables, long and wide, whole, to be broken, or written to files."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import box

CSV = "region,industry,year,employment,establishments\n"


def employment(**change):
    frame = {
        "region": ["01001", "01002", "11000"],
        "industry": ["26", "26", "26"],
        "employment": ["10", "20", "30"],
    }
    return pd.DataFrame({**frame, **change})


def regions(**change):
    frame = {"region": ["01", "02"], "geometry": [box(0, 0, 1, 1), box(1, 0, 2, 1)]}
    return gpd.GeoDataFrame({**frame, **change}, geometry="geometry", crs="EPSG:3035")


def long(**change):
    frame = {"region": ["r", "s"], "industry": ["A", "A"], "employment": [1.0, 2.0]}
    return pd.DataFrame({**frame, **change})


def written(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


LONG = pd.DataFrame({
    "region": ["01001", "01002"],
    "industry": ["26", "26"],
    "employment": [1.0, np.nan],
})
