"""K-density on real sites: energy-intensive plants in Germany (Hotmaps, CC BY 4.0)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from clusterid.concentration import k_density


def test_great_circle_and_projected_sites_give_the_same_verdicts(
    data_dir: Path,
) -> None:
    import geopandas as gpd

    path = data_dir / "points_hotmaps_industry/industrial_sites_points.csv"
    sites = pd.read_csv(path)
    # half a per cent of the points lie outside Europe: coordinate errors
    inside = sites["lon"].between(5, 16) & sites["lat"].between(47, 56)
    sites = sites[sites["Country"].eq("Germany") & inside]
    points = gpd.GeoDataFrame(
        {"industry": sites["Subsector"]},
        geometry=gpd.points_from_xy(sites["lon"], sites["lat"]),
        crs=4326,
    )
    km = np.linspace(0, 300, 61)
    names = ["Chemical industry", "Iron and steel", "Paper and printing"]
    sphere = k_density(points, industry=names, radii=km).summary
    plane = k_density(points.to_crs(25832), industry=names, radii=1000 * km).summary
    assert sphere["localised"].tolist() == plane["localised"].tolist()
    assert sphere["localised"].tolist() == [True, True, False]
    # UTM stretches distances by less than a third of a per cent over Germany
    np.testing.assert_allclose(
        1000 * sphere["bandwidth"], plane["bandwidth"], rtol=3e-3
    )
    np.testing.assert_allclose(
        sphere["localisation"], plane["localisation"], rtol=0.05, atol=1e-3
    )
