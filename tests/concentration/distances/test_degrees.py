"""Degrees are never taken for metres in silence."""

from __future__ import annotations

import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

import clusterid as cid
from clusterid.concentration.distances._points import read_points
from clusterid.errors import DataWarning

PLACES = {
    "germany": (7, 14, 48, 54),
    "london": (-0.5, 0.3, 51.3, 51.7),
    "united states": (-120, -70, 27, 48),
    "brazil": (-70, -37, -30, 3),
}


def firms(west: float, east: float, south: float, north: float) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame({
        "plant": [f"p{k}" for k in range(60)],
        "x": rng.uniform(west, east, 60),
        "y": rng.uniform(south, north, 60),
        "industry": ["A"] * 20 + ["B"] * 40,
        "employment": rng.integers(1, 50, 60),
    })


@pytest.mark.parametrize("place", sorted(PLACES))
def test_columns_that_look_like_degrees_are_told(place: str) -> None:
    plants = firms(*PLACES[place])
    with pytest.warns(DataWarning, match="look like longitude and latitude"):
        cid.k_density(plants, industry="A")
    with pytest.warns(DataWarning, match="look like longitude and latitude"):
        cid.m_function(plants, industry="A", radii=[1, 2])


@pytest.mark.parametrize(
    "extent",
    [(0, 1, 0, 1), (0, 100, 0, 80), (-5, 5, -5, 5), (3.2e6, 3.4e6, 5.1e6, 5.4e6)],
)
def test_a_plan_is_no_globe(extent: tuple[float, float, float, float]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not read_points(firms(*extent), None).is_geographic


@pytest.mark.parametrize("place", sorted(PLACES))
def test_plants_read_in_degrees_are_measured_in_km(place: str) -> None:
    plants = cid.read_plants(firms(*PLACES[place]), crs="EPSG:4326")
    shapes = gpd.GeoDataFrame(
        plants[["industry"]],
        geometry=gpd.points_from_xy(plants["x"], plants["y"]),
        crs=4326,
    )
    for measure in (
        lambda points: cid.k_density(points, industry="A"),
        lambda points: cid.m_function(points, industry="A", radii=[50, 100]),
    ):
        a, b = measure(plants), measure(shapes)
        frames = [getattr(one, "table", one) for one in (a, b)]
        if isinstance(frames[0], pd.DataFrame):
            pd.testing.assert_frame_equal(*frames)
        else:
            assert repr(a) == repr(b)


def test_plants_are_placed_without_naming_the_system_again() -> None:
    plants = cid.read_plants(firms(*PLACES["germany"]), crs="EPSG:4326")
    regions = gpd.GeoDataFrame(
        {"name": ["West", "East"]},
        geometry=[box(6, 47, 10.5, 55), box(10.5, 47, 15, 55)],
        index=pd.Index(["W", "E"], name="region"),
        crs=4326,
    ).to_crs(3035)
    made = cid.economy_from_plants(plants, regions=regions)
    assert made.employment.to_numpy().sum() == plants["employment"].sum()
