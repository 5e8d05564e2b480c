"""What ships inside the package: readable, attributed, and of one territory."""

from __future__ import annotations

import re

import geopandas as gpd
import pandas as pd
import pytest

from clusterid._disk._embedded import embedded_path
from clusterid.tables import check_declared, check_places

FOLDERS = [
    "geo_de_kreise_vg250",
    "de_kreise_attributes",
    "de_cities",
    "classifications",
    "cluster_definitions_nace",
    "fields",
    "declared_clusters_de",
    "literature_reference",
    "territory",
]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_folder_says_where_it_is_from(folder: str) -> None:
    path = embedded_path(folder)
    text = (path / "README.md").read_text("utf-8")
    for file in path.iterdir():
        if file.suffix in (".csv", ".geojson"):
            assert file.stem in text or "*_to_*" in text, (
                f"{file.name} is not described"
            )
    assert re.search(r"licence|attribution|compiled|written|facts", text, re.IGNORECASE)


def test_shapes_attributes_and_places_share_their_keys() -> None:
    shapes = gpd.read_file(
        embedded_path("geo_de_kreise_vg250", "kreise_vg250_401.geojson")
    )
    attributes = pd.read_csv(
        embedded_path("de_kreise_attributes", "districts_2018.csv"), sep=";", dtype=str
    )
    assert set(shapes["ags"]) == set(attributes["AGS"])
    assert len(shapes) == 401
    places = check_places(
        embedded_path("declared_clusters_de", "places.csv"), regions=list(shapes["ags"])
    )
    assert len(places) == 37
    assert not places["exhaustive"].any()
    declared = check_declared(
        embedded_path("declared_clusters_de", "declared_clusters.csv"),
        places=places,
        columns={
            "record": "record_id",
            "label": "label_de",
            "fields": "field_keys",
            "source": "source_title",
        },
    )
    assert len(declared) == 137
