"""Distance measures against literal loops and against simulation, on simulated points.

The closed-form mean and covariance of a K-density under relabelling are checked twice:
exactly, by every subset of a handful of sites, and by many random relabellings.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from clusterid.concentration import (
    colocation_quotient,
    k_density,
    m_function,
    ripley,
)
from clusterid.concentration._edge_correction import edges_of, share_inside
from clusterid.concentration._k_density import _null_moments, _Set
from clusterid.concentration._pair_counts import PairCounts, exact_counts, make_raster
from clusterid.concentration._points import read_points


def town(n: int, seed: int) -> pd.DataFrame:
    """Simulated sites: half in a few towns, half anywhere."""
    rng = np.random.default_rng(seed)
    centre = rng.uniform(0, 100, (4, 2))
    half = n // 2
    near = centre[rng.integers(0, 4, half)] + rng.normal(0, 4, (half, 2))
    xy = np.vstack([near, rng.uniform(0, 100, (n - half, 2))])
    points = pd.DataFrame(np.clip(xy, 0, 100), columns=["x", "y"])
    points["industry"] = rng.choice(list("ABC"), n, p=[0.3, 0.2, 0.5])
    points["employment"] = np.ceil(rng.lognormal(1, 1, n))
    return points


def density(r: float, pairs: list[tuple[float, float]], h: float) -> float:
    """K(r) from (distance, weight) of pairs, as the formula has it."""
    total = sum(w for _, w in pairs)
    value = 0.0
    for d, w in pairs:
        for sign in (1, -1):
            u = (r - sign * d) / h
            value += w * math.exp(-(u**2) / 2) / math.sqrt(2 * math.pi)
    return value / (total * h)


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


@pytest.mark.parametrize("other", [None, "B"])
@pytest.mark.parametrize("weight", [None, "employment"])
def test_moments_by_every_relabelling(other: Any, weight: Any) -> None:
    """Seven sites, three plants of A (and two of B): all placements, exactly."""
    points = town(7, 2).assign(industry=list("AAABBCC"))
    data = read_points(points, weight)
    width, n_bins, h = 0.01, 16_000, 6.0
    r = np.array([0.0, 10.0, 40.0])
    own = data.of("A")
    second = None if other is None else data.of("B")
    one = _Set("A", own, second, data, exact=True)
    one.h = h
    # the products of 16,000 bins would not fit: one kernel a distance instead
    far = np.hypot(*(data.xy[:, None] - data.xy).T)
    mean, covariance = _null_moments(one, r, _counts_as_kernels(far, h, r))
    u, v = one.weights
    values = []
    for chosen in itertools.permutations(range(7), len(u) + (len(v) if other else 0)):
        a, b = chosen[: len(u)], chosen[len(u) :]
        if other:
            pairs = [
                (far[i, j], p * q)
                for i, p in zip(a, u, strict=True)
                for j, q in zip(b, v, strict=True)
            ]
        else:
            seats = zip(a, u, strict=True)
            pairs = [
                (far[i, j], p * q)
                for (i, p), (j, q) in itertools.combinations(seats, 2)
            ]
        values.append([density(x, pairs, h) for x in r])
    np.testing.assert_allclose(mean, np.mean(values, axis=0), rtol=1e-10)
    np.testing.assert_allclose(
        covariance, np.cov(np.array(values).T, ddof=0), rtol=1e-8, atol=1e-18
    )
    assert width * n_bins > far.max()


def _counts_as_kernels(far: np.ndarray, h: float, r: np.ndarray) -> PairCounts:
    """Pair counts with one bin for each distance that occurs, so nothing is rounded."""
    distances = np.unique(far[np.triu_indices(len(far), 1)])
    number = np.searchsorted(distances, far)
    per_site = np.zeros((len(far), len(distances)))
    for i, j in itertools.permutations(range(len(far)), 2):
        per_site[i, number[i, j]] += 1

    class Exact(PairCounts):
        @property
        def centres(self) -> np.ndarray:
            return distances

    return Exact(0.0, per_site.sum(axis=0) / 2, per_site.T @ per_site, len(far))


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


def test_raster_agrees_with_exact_pairs_within_the_rounding() -> None:
    points = town(800, 4)
    data = read_points(points, None)
    width, n_bins = 2.0, 30
    exact = exact_counts(data.xy, width, n_bins, is_geographic=False)
    raster = make_raster(data.xy, 0.25, width, n_bins)
    other = raster.counts(data.xy)
    # cells of an eighth of a bin: a point is at most 0.18 off, a pair 0.35
    total = exact.pairs.sum()
    assert np.abs(exact.pairs - other.pairs).max() < 0.003 * total
    np.testing.assert_allclose(other.products, exact.products, rtol=0.2, atol=2e3)
    own = data.of("A")
    pairs = raster.pairs(data.xy[own], data.weight[own])
    assert pairs.sum() == pytest.approx(
        exact_counts(data.xy[own], width, n_bins, is_geographic=False).pairs.sum(),
        rel=0.01,
    )
    # on cell middles themselves the two are equal
    middle = data.xy // 1 + 0.5
    exact = exact_counts(middle, 1.0, 40, is_geographic=False)
    other = make_raster(middle, 1.0, 1.0, 40).counts(middle)
    np.testing.assert_allclose(other.pairs, exact.pairs, atol=1e-6)
    np.testing.assert_allclose(other.products, exact.products, atol=1e-6)


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


def test_m_function_by_loops() -> None:
    points = town(60, 7)
    radii = [5.0, 20.0]
    found = m_function(points, industry="A", weight="employment", radii=radii)["m"]
    rows = points[["x", "y", "industry", "employment"]].to_numpy().tolist()
    total = sum(row[3] for row in rows)
    of_type = sum(row[3] for row in rows if row[2] == "A")
    for r, m in zip(radii, found, strict=True):
        above = below = 0.0
        for i, (x, y, industry, w) in enumerate(rows):
            if industry != "A":
                continue
            near = [
                row
                for j, row in enumerate(rows)
                if j != i and math.dist((x, y), row[:2]) <= r
            ]
            if near:
                everyone = sum(row[3] for row in near)
                above += sum(row[3] for row in near if row[2] == "A") / everyone
                below += (of_type - w) / (total - w)
        assert m == pytest.approx(above / below, rel=1e-10)


def test_edge_correction_by_many_small_steps() -> None:
    """The share of a circle inside a polygon with a hole, by 20,000 points on it."""
    import shapely

    polygon = shapely.Polygon(
        [(0, 0), (10, 0), (10, 6), (5, 4), (0, 9)],
        holes=[[(2, 2), (3, 2), (3, 3), (2, 3)]],
    )
    rng = np.random.default_rng(8)
    centre = np.array([[1.0, 1.0], [9.0, 5.0], [5.0, 3.5], [0.5, 8.0], [4.0, 1.0]])
    radius = rng.uniform(0.5, 6.0, len(centre))
    angle = (np.arange(20_000) + 0.5) / 20_000 * 2 * np.pi
    found = share_inside(centre, radius, edges_of(polygon))
    for c, r, share in zip(centre, radius, found, strict=True):
        x, y = c[0] + r * np.cos(angle), c[1] + r * np.sin(angle)
        slow = shapely.contains_xy(polygon, x, y).mean()
        assert share == pytest.approx(slow, abs=3e-4)


def test_ripley_is_neutral_under_randomness() -> None:
    rng = np.random.default_rng(9)
    found = []
    for _ in range(40):
        points = pd.DataFrame(rng.uniform(0, 10, (80, 2)), columns=["x", "y"])
        points["industry"] = "A"
        found.append(ripley(points, radii=[0.5, 1, 2], window=(0, 10, 0, 10))["k"])
    mean, sd = np.mean(found, axis=0), np.std(found, axis=0)
    expected = np.pi * np.array([0.25, 1.0, 4.0])
    assert (np.abs(mean - expected) < 4 * sd / math.sqrt(40)).all()


def test_colocation_quotient_by_loops() -> None:
    points = town(50, 10)
    found = colocation_quotient(points, draws=0).set_index(["industry", "other"])
    rows = points[["x", "y", "industry"]].to_numpy().tolist()
    sizes = points["industry"].value_counts()
    counts = dict.fromkeys(itertools.product("ABC", repeat=2), 0)
    for i, row in enumerate(rows):
        others = [
            (math.dist(row[:2], o[:2]), o[2]) for j, o in enumerate(rows) if j != i
        ]
        counts[row[2], min(others)[1]] += 1
    for (a, b), count in counts.items():
        expected = (sizes[b] - (a == b)) / (len(rows) - 1)
        value = count / sizes[a] / expected
        assert found.loc[(a, b), "quotient"] == pytest.approx(value)


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
