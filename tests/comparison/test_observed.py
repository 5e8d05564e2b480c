"""Links count where they were observed; elsewhere they are unknown, not thin."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from clusterid.comparison._observed import observed_links, observed_where
from clusterid.comparison._units import make_units
from clusterid.tables import economy

CODES = ["DE1", "DE2", "FR1", "IT1"]
FIELD = pd.DataFrame({"f": [1.0, 1.0, 0.0]}, index=["A", "B", "C"])


def regions(parents: list[str] | None = None) -> gpd.GeoDataFrame:
    outlines = [box(i, 0, i + 1, 1) for i in range(len(CODES))]
    table = gpd.GeoDataFrame(index=CODES, geometry=outlines, crs=4326)
    return table if parents is None else table.assign(parent=parents)


def layer(observed_in: str = "", *links: tuple[str, str]) -> nx.Graph:
    graph = nx.Graph(kind="industry")
    if observed_in:
        graph.graph["observed_in"] = observed_in
    graph.add_edges_from(links or [("A", "B"), ("B", "C")], weight=1.0)
    return graph


def units(*unions: tuple[int, ...]):
    jobs = pd.DataFrame(10.0, CODES, ["A", "B", "C"])
    jobs.loc["DE1", ["A", "B"]] = jobs.loc["IT1", ["A", "B"]] = 40.0
    return make_units(economy(jobs), list(unions))


@pytest.mark.parametrize(
    ("said", "parents", "where"),
    [
        ("", None, [True, True, True, True]),
        ("DE", None, [True, True, False, False]),
        ("DE; IT", None, [True, True, False, True]),
        (" FR ;", None, [False, False, True, False]),
        ("north", ["north", "north", "north", "south"], [True, True, True, False]),
        ("XX", None, [False] * 4),
    ],
)
def test_a_layer_says_where_it_was_observed(said, parents, where) -> None:
    found = observed_where({"supply": layer(said)}, regions(parents), CODES)
    assert found["supply"].tolist() == where


def test_linkage_is_unknown_where_no_layer_was_observed() -> None:
    found = observed_links(units(), FIELD, {"supply": layer("DE")}, regions())
    assert np.isfinite(found.linkage[:2, 0]).all()
    assert np.isnan(found.linkage[2:, 0]).all()
    assert np.isnan(found.density[2:, 0]).all()
    everywhere = observed_links(units(), FIELD, {"supply": layer()}, regions())
    assert found.linkage[0, 0] == everywhere.linkage[0, 0] == everywhere.linkage[3, 0]


def test_a_union_across_the_border_is_not_observed_as_a_whole() -> None:
    both = units((0, 1), (1, 2))
    found = observed_links(both, FIELD, {"supply": layer("DE")}, regions())
    assert np.isfinite(found.linkage[4, 0]) and np.isnan(found.linkage[5, 0])


def test_another_layer_still_counts_there() -> None:
    layers = {"supply": layer("DE"), "skill": layer("", ("A", "C"))}
    found = observed_links(units(), FIELD, layers, regions())
    alone = observed_links(units(), FIELD, {"skill": layers["skill"]}, regions())
    assert found.density[3, 0] == alone.density[3, 0]
    assert found.linkage[0, 0] > 0


def test_without_layers_nothing_is_known() -> None:
    found = observed_links(units(), FIELD, None, regions())
    assert np.isnan(found.linkage).all()
    assert observed_where(None, regions(), CODES) == {}
