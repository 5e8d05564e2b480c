"""K-density and its bands against literal loops and against simulation."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.oracle.simulated_data import density, town

from clusterid.concentration import k_density, m_function


@pytest.mark.parametrize("other", [None, "B"])
@pytest.mark.parametrize("weight", [None, "employment"])
def test_k_density_is_the_sum_over_pairs(other: Any, weight: Any) -> None:
    points = town(40, 1)
    radii = [0.0, 7.0, 30.0]
    found = k_density(
        points, industry="A", other=other, weight=weight, radii=radii, bandwidth=5.0
    )
    rows = points.assign(w=1.0 if weight is None else points[weight])
    a = rows[rows["industry"].eq("A")][["x", "y", "w"]].to_numpy().tolist()
    b = rows[rows["industry"].eq("B")][["x", "y", "w"]].to_numpy().tolist()
    both = itertools.product(a, b) if other else itertools.combinations(a, 2)
    pairs = [(math.dist(p[:2], q[:2]), p[2] * q[2]) for p, q in both]
    slow = [density(r, pairs, 5.0) for r in radii]
    np.testing.assert_allclose(found.table["k"], slow, rtol=1e-10)


@pytest.mark.parametrize("options", [{}, {"weight": "employment"}, {"other": "B"}])
def test_moment_bands_agree_with_simulation(options: dict[str, Any]) -> None:
    points = town(700, 3)
    radii = np.linspace(0, 60, 25)
    shared = {"industry": "A", "radii": radii, **options}
    moments = k_density(points, null="moments", **shared).table
    simulated = k_density(points, null="simulation", draws=1500, **shared).table
    sd = (moments["upper"] - moments["lower"]) / (2 * 1.6448536)
    # 1,500 draws: the mean is known to sd/38, so 0.12 sd is more than four errors
    assert ((moments["expected"] - simulated["expected"]).abs() < 0.12 * sd).all()
    width = (simulated["upper"] - simulated["lower"]) / (2 * 1.6448536)
    # and the width of a 90 % band to about 3 %
    np.testing.assert_allclose(width, sd, rtol=0.12)


def test_raster_bands_agree_with_exact_bands() -> None:
    points = town(1500, 5)
    shared = {"industry": "A", "radii": np.linspace(0, 60, 25), "null": "moments"}
    exact = k_density(points, method="exact", **shared).table
    raster = k_density(points, method="raster", **shared).table
    half = (exact["upper"] - exact["expected"]).to_numpy()
    for name in ("k", "expected", "upper", "global_upper", "lower", "global_lower"):
        gap = (exact[name] - raster[name]).abs().to_numpy()
        # beyond a cell or two from 0, where rounding acts on the reflected edge
        assert (gap[2:] < 0.25 * half[2:]).all(), name


@pytest.mark.slow
@pytest.mark.parametrize("n", [30, 100])
def test_size_of_the_global_test_on_pure_chance(n: int) -> None:
    """Industries dealt at random: about 5 % may leave the upper global band."""
    points = town(1000, 6)
    rng = np.random.default_rng(n)
    each = 1000 // n
    hits = tries = 0
    while tries < 240:
        labels = np.minimum(np.arange(1000) // n, each)
        points["industry"] = np.char.mod("i%02d", rng.permutation(labels))
        names = [f"i{k:02d}" for k in range(each)]
        found = k_density(points, industry=names, radii=np.linspace(0, 50, 26))
        hits += int(found.summary["localised"].sum())
        tries += each
    share = hits / tries
    assert abs(share - 0.05) < 4 * math.sqrt(0.05 * 0.95 / tries)


def test_row_order_and_two_runs_give_the_same_bits() -> None:
    points = town(300, 11)
    shuffled = points.sample(frac=1, random_state=1)
    options = {"industry": ["A", "B"], "weight": "employment"}
    first, second = (k_density(p, **options) for p in (points, shuffled))
    pd.testing.assert_frame_equal(first.table, second.table, check_exact=True)
    m1, m2 = (
        m_function(p, industry="A", radii=[5, 9], weight="employment", draws=9)
        for p in (points, shuffled)
    )
    pd.testing.assert_frame_equal(m1, m2, check_exact=True)


def test_small_and_degenerate_industries_have_a_reason() -> None:
    points = town(60, 12)
    points.loc[0, "industry"] = "one"
    points.loc[1:4, "industry"] = "same"
    points.loc[1:4, ["x", "y"]] = 50.0
    found = k_density(points).summary
    assert found.loc["one", "reason"] == "too_few_plants"
    assert found.loc["same", "reason"] == "all_at_one_site"
    assert found.loc["A", "null"] == "simulation"  # fewer than thirty plants
