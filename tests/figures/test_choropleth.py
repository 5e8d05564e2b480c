"""Choropleths: withheld cells, systems of coordinates."""

from __future__ import annotations

from types import ModuleType

import geopandas as gpd
import pandas as pd
import pytest
from tests.figures.drawn import draw

from clusterid import figures
from clusterid.errors import GeometryError


def test_withheld_cells_are_hatched_not_coloured(fake: ModuleType) -> None:
    ax = draw(fake.fake_result())["heatmap"]()
    assert sum(bool(p.get_hatch()) for p in ax.patches) == 1
    ax = draw(fake.fake_result())["choropleth"]()
    labels = [t.get_text() for t in ax.get_legend().get_texts()]
    assert "withheld or not computable" in labels


def test_regions_without_a_crs_are_an_error(fake: ModuleType) -> None:
    regions = fake.fake_regions()
    bare = gpd.GeoDataFrame(geometry=list(regions.geometry), index=regions.index)
    with pytest.raises(GeometryError, match="no CRS"):
        figures.choropleth(pd.Series({"R01": 1.0}), bare)
