"""The step of networks: where the links of a layer were observed."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from clusterid.study.reading._schema import LayerSection
from clusterid.study.steps._networks import _observed_in


def regions(*codes: str, parents: list[str] | None = None) -> gpd.GeoDataFrame:
    outlines = [box(i, 0, i + 1, 1) for i in range(len(codes))]
    table = gpd.GeoDataFrame(index=list(codes), geometry=outlines, crs=4326)
    return table if parents is None else table.assign(parent=parents)


def table(country: str = "") -> pd.DataFrame:
    flows = pd.DataFrame({"seller": ["a"], "buyer": ["b"], "value": [1.0]})
    flows.attrs = {"country": country} if country else {}
    return flows


EUROPE = regions("DE11", "ITH3", "FR62")


@pytest.mark.parametrize(
    ("country", "said", "shapes", "where"),
    [
        ("", (), EUROPE, ()),
        ("DE", (), EUROPE, ("DE",)),
        ("IT", (), EUROPE, ("IT",)),
        ("DE", ("FR", "IT"), EUROPE, ("FR", "IT")),
        # a study of one country, or of regions with other codes
        ("DE", (), regions("DE11", "DE12"), ()),
        ("DE", (), regions("05111", "09162", parents=["05", "09"]), ()),
        ("DE", (), regions("x", "y", parents=["DE", "AT"]), ("DE",)),
        ("UK", (), EUROPE, ()),
    ],
)
def test_a_table_of_one_country_was_observed_in_that_country(
    country: str, said: tuple[str, ...], shapes: gpd.GeoDataFrame, where: object
) -> None:
    assert _observed_in(table(country), LayerSection(observed_in=said), shapes) == where
