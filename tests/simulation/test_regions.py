"""Mirrored outlines: names, codes and shapes never match real ones."""

from __future__ import annotations

import numpy as np

from clusterid._disk._embedded import embedded_path
from clusterid.simulation import mirrored_outlines, simulate_economy
from clusterid.simulation._regions import neighbours


def test_embedded_outlines_are_the_mirrored_ones(data_dir):
    import geopandas as gpd

    source = data_dir / "geo_de_kreise_vg250" / "kreise_vg250_401.geojson"
    built = mirrored_outlines(source)
    kept = gpd.read_file(embedded_path("demo", "regions.geojson"))
    kept = kept.set_index("region")
    assert built.index.equals(kept.index)
    assert built["parent"].tolist() == kept["parent"].tolist()
    one, two = built.geometry.to_crs("EPSG:6933"), kept.geometry.to_crs("EPSG:6933")
    difference = one.symmetric_difference(two, align=False).area
    assert (difference / two.area).max() < 1e-3


def test_neighbourhoods_survive_the_mirror_and_real_coordinates_do_not(data_dir):
    import geopandas as gpd

    source = gpd.read_file(
        data_dir / "geo_de_kreise_vg250" / "kreise_vg250_401.geojson"
    )
    regions = simulate_economy(n_plants=2000, planted=0).regions
    degree = sorted(len(n) for n in neighbours(regions))
    assert abs(np.mean(degree) - np.mean([len(n) for n in neighbours(source)])) < 0.05
    x0, _, x1, _ = regions.total_bounds
    assert x1 < source.total_bounds[0] and x0 > -60
    assert not set(regions["name"]) & set(source["name"])
