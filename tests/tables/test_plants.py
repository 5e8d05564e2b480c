"""Tables of plants, flows, links and collaborations; points of plants."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.tables.one_error import told

import clusterid as cid
from clusterid.errors import (
    ClusteridError,
    TableError,
)
from clusterid.tables import (
    read_collaborations,
    read_flows,
    read_links,
    read_plants,
)

NAN, INF = float("nan"), float("inf")

POINTS: dict[str, tuple[Any, Any]] = {
    "NaN": (NAN, 50), "infinite": (8, INF), "1e308": (1e308, 50),
    "latitude 91": (8, 91),
    "longitude 181": (181, 50), "text": ("east", 50), "beyond": (10**400, 50),
    "none": (None, 50), "comma": ("8,5", 50),
}  # fmt: skip


@pytest.mark.parametrize("name", POINTS)
def test_a_bad_point_is_told(name: str) -> None:
    x, y = POINTS[name]
    plants = pd.DataFrame({
        "plant": ["p", "q"], "industry": "A", "employment": 5,
        "x": pd.Series([8, x], dtype=object), "y": pd.Series([50, y], dtype=object),
    })  # fmt: skip
    with pytest.raises(ClusteridError) as error:
        cid.read_plants(plants, crs="EPSG:4326")
    told(error.value)


def test_points_in_an_unknown_system_are_told() -> None:
    plants = pd.DataFrame({
        "plant": ["p"], "industry": ["1"], "employment": [1], "x": [1.0], "y": [1.0],
    })  # fmt: skip
    with pytest.raises(TableError, match="not a coordinate system"):
        cid.read_plants(plants, crs="EPSG:999999")


def test_plants_flows_links_and_collaborations():
    plants = read_plants(
        pd.DataFrame({
            "plant": [2, 1],
            "industry": "26",
            "employment": ["4", ""],
            "region": "a",
        })
    )
    assert plants["plant"].tolist() == ["1", "2"]
    assert np.isnan(plants["employment"].iloc[0])
    table = pd.DataFrame({"s": ["A", "B"], "A": [1, 2], "B": [-3, 4]})
    flows = read_flows(table, layout="matrix", negative="keep")
    assert flows["value"].tolist() == [1, -3, 2, 4]
    assert flows.columns.tolist() == ["seller", "buyer", "value"]
    links = read_links(
        pd.DataFrame({
            "source": ["B", "A"],
            "target": ["A", "B"],
            "value": [-0.5, -0.5],
        })
    )
    assert links["source"].tolist() == ["A", "B"]
    joint = read_collaborations(pd.DataFrame({"project": ["p"], "organisation": ["o"]}))
    assert joint.columns.tolist() == [
        "project",
        "organisation",
        "organisation_kind",
        "region",
        "year",
        "weight",
        "field",
    ]
    assert joint["weight"].tolist() == [1.0]
