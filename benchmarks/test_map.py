"""Size and speed of a map of 401 regions and 20 layers: 1 MB and 0.5 s aimed at."""

from __future__ import annotations

import time
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import clusterid as cid
from clusterid._disk._embedded import embedded_path

pytestmark = pytest.mark.benchmark


@pytest.fixture(scope="module")
def regions() -> gpd.GeoDataFrame:
    path = embedded_path("geo_de_kreise_vg250", "kreise_vg250_401.geojson")
    frame = gpd.read_file(path).set_index("ags")
    frame.index.name = "region"
    return frame


@pytest.fixture(scope="module")
def values(regions: gpd.GeoDataFrame) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    table = rng.lognormal(0, 0.7, (len(regions), 20))
    frame = pd.DataFrame(table, regions.index, [f"Layer {i}" for i in range(20)])
    return frame.mask(rng.random(frame.shape) < 0.03)


# processor time: a busy machine must not decide
@pytest.mark.benchmark(timer=time.process_time)
def test_map_of_401_regions_and_20_layers(
    benchmark: Any, regions: gpd.GeoDataFrame, values: pd.DataFrame
) -> None:
    import folium  # noqa: F401  (its import is not part of the work)

    plants = pd.DataFrame(20.0, values.index, values.columns)

    def work() -> Any:
        return cid.value_map(
            values,
            regions,
            lower=values * 0.8,
            upper=values * 1.3,
            n_plants=plants,
            neutral=1.0,
        )

    page = benchmark.pedantic(work, rounds=7, warmup_rounds=1)
    size = len(page.html.encode("utf-8"))
    benchmark.extra_info["megabytes"] = round(size / 1e6, 3)
    assert size < 1_000_000
    assert benchmark.stats.stats.median < 0.5


@pytest.mark.benchmark(timer=time.process_time)
def test_folium_as_it_is(
    benchmark: Any, regions: gpd.GeoDataFrame, values: pd.DataFrame
) -> None:
    """The peer: one GeoJSON a layer, as folium's choropleth writes it."""
    import folium

    def work() -> str:
        canvas = folium.Map(tiles=None)
        outlines = regions[["geometry"]].rename_axis("code").reset_index().to_json()
        for name in values:
            folium.Choropleth(
                geo_data=outlines,
                data=values[name].fillna(0.0),
                key_on="feature.properties.code",
                name=name,
            ).add_to(canvas)
        return str(canvas.get_root().render())

    page = benchmark.pedantic(work, rounds=1)
    benchmark.extra_info["megabytes"] = round(len(page.encode("utf-8")) / 1e6, 3)
