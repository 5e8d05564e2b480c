"""K-density against dbmss and McSpatial."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.golden.peers import BINNED, RTOL, Golden, trees, value

from clusterid.concentration import k_density

KD: dict[str, tuple[dict[str, Any], float]] = {
    "kd_do2005_reference": ({}, RTOL),
    "kd_do2005_weighted_reference": ({"weight": "weight"}, RTOL),
    "kd_exact_reference": ({"bandwidth": "silverman_short"}, RTOL),
    "kd": ({"bandwidth": "silverman_short"}, BINNED),
    "kd_weighted": ({"bandwidth": "silverman_short", "weight": "weight"}, BINNED),
    "kd_bivariate": ({"bandwidth": "silverman_short", "other": "Q. Rosea"}, BINNED),
    "kd_sheather_jones": ({"bandwidth": "sheather_jones"}, BINNED),
    "kd_short_grid": ({"bandwidth": "silverman_short"}, BINNED),
    "kd_all_points": ({"bandwidth": "silverman_short"}, BINNED),
}


@pytest.mark.parametrize("case", KD)
def test_dbmss_k_density(golden: Callable[[str], Golden], case: str) -> None:
    content = golden("dbmss_kd")
    assert set(content["by_id"]) == {*KD, "kd_approximate"}
    points = trees(content)
    industry = "V. Americana"
    if case == "kd_all_points":
        industry, points["industry"] = "all", "all"
    options, rtol = KD[case]
    found = k_density(
        points,
        industry=industry,
        radii=content["by_id"][case]["output"]["r"],
        null="moments",
        method="exact",
        **options,
    )
    known = content["by_id"][case]["output"]
    np.testing.assert_allclose(found.table["k"], value(content, case), rtol=rtol)
    if "h" in known:
        assert found.summary["bandwidth"].item() == pytest.approx(known["h"], rel=RTOL)


def test_dbmss_approximate_is_another_bandwidth(
    golden: Callable[[str], Golden],
) -> None:
    content = golden("dbmss_kd")
    r = content["inputs"]["r"]
    points = trees(content)
    options = {"industry": "V. Americana", "radii": r, "null": "moments"}
    theirs = value(content, "kd_approximate")
    paper = k_density(points, **options).table["k"]
    assert not np.allclose(paper, theirs, rtol=1e-2)
    # its bandwidth is Silverman's of the occupied grid values, each counted once
    from scipy.spatial.distance import pdist

    own = points[points["industry"].eq("V. Americana")]
    step = 2 * max(r) / 2047
    occupied = np.unique(np.round(pdist(own[["x", "y"]]) / step)) * step
    occupied = occupied[occupied <= 2 * max(r)]
    low, high = np.quantile(occupied, [0.25, 0.75])
    spread = min(occupied.std(ddof=1), (high - low) / 1.34)
    h = 0.9 * spread * len(occupied) ** -0.2
    found = k_density(points, bandwidth=h, **options).table["k"]
    # the grid they round to leaves a few per cent at distance 0 and 0.5 % beyond
    np.testing.assert_allclose(found[1:], theirs[1:], rtol=1e-2)


def pharmacies(content: Golden) -> Any:
    import geopandas as gpd

    lon, lat = content["inputs"]["lon"], content["inputs"]["lat"]
    return gpd.GeoDataFrame(
        {"industry": ["pharm"] * len(lon)},
        geometry=gpd.points_from_xy(lon, lat),
        crs=4326,
    )


#: great-circle distances by haversine here, by the law of cosines there: the latter
#: loses digits at short distances
SPHERE = 1e-8

MCSPATIAL: dict[str, tuple[Any, float]] = {
    "kdensity_default_h": ("iqr", BINNED),
    "kdensity_h_1_5": (1.5, BINNED),
    "exact_default_h_reference": ("iqr", SPHERE),
    "exact_h_1_5_reference": (1.5, SPHERE),
}


@pytest.mark.parametrize("case", MCSPATIAL)
def test_mcspatial_k_density(golden: Callable[[str], Golden], case: str) -> None:
    content = golden("mcspatial_kdensity")
    assert set(content["by_id"]) == {*MCSPATIAL, "silverman_bandwidth_reference"}
    bandwidth, rtol = MCSPATIAL[case]
    known = content["by_id"][case]["output"]
    found = k_density(
        pharmacies(content),
        radii=known["distance"],
        bandwidth=bandwidth,
        null="moments",
    )
    np.testing.assert_allclose(found.table["k"], known["value"], rtol=rtol)
    if "h" in known:
        assert found.summary["bandwidth"].item() == pytest.approx(known["h"], rel=1e-9)


def test_silverman_bandwidth(golden: Callable[[str], Golden]) -> None:
    content = golden("mcspatial_kdensity")
    found = k_density(pharmacies(content), radii=[0, 1, 2], null="moments")
    known = content["by_id"]["silverman_bandwidth_reference"]["output"]
    assert found.summary["bandwidth"].item() == pytest.approx(known, rel=1e-9)
