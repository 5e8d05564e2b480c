"""Literal, slow implementations of the formulas against the fast ones, simulated data.

Loops over regions, industries and plants as the papers write them: no array tricks, so
that a slip in the fast code and a slip here are unlikely to be the same one.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest

from clusterid.concentration import (
    coagglomeration,
    colocation_index,
    ellison_glaeser,
    entropy,
    group_coagglomeration,
    hachman_index,
    hoover_index,
    krugman_concentration,
    litzenberger_sternberg,
    local_clustering,
    locational_gini,
    maurel_sedillot,
    overall_localisation,
    related_variety,
    shift_share,
    specialization_gini,
    theil_index,
    unrelated_variety,
)

TOLERANCE = {"rtol": 1e-10, "atol": 1e-13}


@pytest.fixture(scope="module")
def plants() -> pd.DataFrame:
    """A simulated economy of plants."""
    rng = np.random.default_rng(20)
    n = 600
    return pd.DataFrame({
        "region": rng.choice([f"r{j}" for j in range(7)], n, p=[0.3, *[0.1] * 5, 0.2]),
        "industry": rng.choice([f"i{k}" for k in range(6)], n),
        "employment": np.ceil(rng.lognormal(2.5, 1.3, n)),
    })


@pytest.fixture(scope="module")
def jobs(plants: pd.DataFrame) -> pd.DataFrame:
    return plants.pivot_table(
        index="region", columns="industry", values="employment", aggfunc="sum"
    ).fillna(0.0)


def shares(jobs: pd.DataFrame) -> tuple[dict, dict, dict]:
    """s_ij, x_j and w_ij by name, with plain loops."""
    e = {(j, i): float(jobs.loc[j, i]) for j in jobs.index for i in jobs.columns}
    total = sum(e.values())
    of_region = {j: sum(e[j, i] for i in jobs.columns) for j in jobs.index}
    of_industry = {i: sum(e[j, i] for j in jobs.index) for i in jobs.columns}
    s = {(j, i): e[j, i] / of_industry[i] for j, i in e}
    w = {(j, i): e[j, i] / of_region[j] for j, i in e}
    x = {j: of_region[j] / total for j in jobs.index}
    return s, x, w


def test_ellison_glaeser(plants: pd.DataFrame, jobs: pd.DataFrame) -> None:
    s, x, _ = shares(jobs)
    H, fourth = {}, {}
    for i in jobs.columns:
        sizes = plants.loc[plants["industry"].eq(i), "employment"].tolist()
        H[i] = sum((z / sum(sizes)) ** 2 for z in sizes)
        fourth[i] = sum((z / sum(sizes)) ** 4 for z in sizes)
    found = ellison_glaeser(jobs, pd.Series(H), plant_fourth_powers=pd.Series(fourth))
    other = maurel_sedillot(jobs, pd.Series(H))
    X = sum(v**2 for v in x.values())
    X3 = sum(v**3 for v in x.values())
    for i in jobs.columns:
        G = sum((s[j, i] - x[j]) ** 2 for j in jobs.index)
        gamma = (G - (1 - X) * H[i]) / ((1 - X) * (1 - H[i]))
        variance = 2 * (
            H[i] ** 2 * (X - 2 * X3 + X**2) - fourth[i] * (X - 4 * X3 + 3 * X**2)
        )
        z = (G - (1 - X) * H[i]) / math.sqrt(variance)
        np.testing.assert_allclose(
            found.loc[i, ["gamma", "variance", "z"]].to_numpy(dtype=float),
            [gamma, variance, z],
            **TOLERANCE,
        )
        squares = sum(s[j, i] ** 2 for j in jobs.index)
        ms = ((squares - X) / (1 - X) - H[i]) / (1 - H[i])
        assert other.loc[i, "gamma"] == pytest.approx(ms, rel=1e-10)


def test_variance_of_raw_concentration_by_throwing_plants() -> None:
    """The exact variance of G under random location, by enumeration."""
    x, sizes = [0.5, 0.3, 0.2], [5.0, 3.0, 2.0]
    values, chances = [], []
    for where in itertools.product(range(3), repeat=3):
        s = [0.0, 0.0, 0.0]
        for plant, region in enumerate(where):
            s[region] += sizes[plant] / 10
        values.append(sum((a - b) ** 2 for a, b in zip(s, x, strict=True)))
        chances.append(math.prod(x[region] for region in where))
    mean = sum(p * v for p, v in zip(chances, values, strict=True))
    variance = sum(p * (v - mean) ** 2 for p, v in zip(chances, values, strict=True))
    jobs = pd.DataFrame({"A": [5.0, 3, 2], "B": [45.0, 27, 18]})
    z = np.array(sizes) / 10
    H = pd.Series({"A": (z**2).sum(), "B": 0.01})
    fourth = pd.Series({"A": (z**4).sum(), "B": 1e-6})
    found = ellison_glaeser(jobs, H, plant_fourth_powers=fourth).loc["A"]
    assert found["variance"] == pytest.approx(variance, rel=1e-12)
    X = sum(v**2 for v in x)
    assert mean == pytest.approx((1 - X) * H["A"], rel=1e-12)
    # without fourth powers the larger end is taken: never below the truth
    assert ellison_glaeser(jobs, H).loc["A", "variance"] >= variance * (1 - 1e-12)


def test_coagglomeration(plants: pd.DataFrame, jobs: pd.DataFrame) -> None:
    s, x, _ = shares(jobs)
    X = sum(v**2 for v in x.values())
    pairs = coagglomeration(jobs)
    for a, b in itertools.permutations(jobs.columns, 2):
        value = sum((s[j, a] - x[j]) * (s[j, b] - x[j]) for j in jobs.index) / (1 - X)
        assert pairs.loc[a, b] == pytest.approx(value, rel=1e-9, abs=1e-14)
    # the group form of 1997, with plants, though they cancel
    group = list(jobs.columns[:4])
    total = sum(jobs[i].sum() for i in group)
    w = {i: jobs[i].sum() / total for i in group}
    H, gamma = {}, {}
    for i in group:
        sizes = plants.loc[plants["industry"].eq(i), "employment"]
        H[i] = ((sizes / sizes.sum()) ** 2).sum()
        G = sum((s[j, i] - x[j]) ** 2 for j in jobs.index)
        gamma[i] = (G - (1 - X) * H[i]) / ((1 - X) * (1 - H[i]))
    pooled = sum((sum(w[i] * s[j, i] for i in group) - x[j]) ** 2 for j in jobs.index)
    of_group = sum(w[i] ** 2 * H[i] for i in group)
    inside = sum(gamma[i] * w[i] ** 2 * (1 - H[i]) for i in group)
    squares = sum(v**2 for v in w.values())
    value = (pooled / (1 - X) - of_group - inside) / (1 - squares)
    found = group_coagglomeration(jobs, groups=pd.Series("g", group))
    assert found.loc["g", "gamma_c"] == pytest.approx(value, rel=1e-10)


def gini(values: list[float]) -> float:
    n, mean = len(values), sum(values) / len(values)
    apart = sum(abs(a - b) for a in values for b in values)
    return apart / (2 * n * n * mean)


def test_ginis(jobs: pd.DataFrame) -> None:
    s, x, w = shares(jobs)
    total = jobs.to_numpy().sum()
    for i in jobs.columns:
        quotients = [s[j, i] / x[j] for j in jobs.index]
        assert locational_gini(jobs)[i] == pytest.approx(gini(quotients))
        assert locational_gini(jobs, variant="plain")[i] == pytest.approx(
            gini(jobs[i].tolist())
        )
        # Lorenz curve, trapezium by trapezium
        order = sorted(jobs.index, key=lambda j: s[j, i] / x[j])
        height = area = 0.0
        for j in order:
            area += x[j] * (height + height + s[j, i]) / 2
            height += s[j, i]
        weighted = locational_gini(jobs, variant="weighted")[i]
        assert weighted == pytest.approx(1 - 2 * area)
    share = {i: jobs[i].sum() / total for i in jobs.columns}
    for j in jobs.index:
        quotients = [w[j, i] / share[i] for i in jobs.columns]
        assert specialization_gini(jobs)[j] == pytest.approx(gini(quotients))
        mean = sum(w[j, i] * w[j, i] / share[i] for i in jobs.columns)
        assert hachman_index(jobs)[j] == pytest.approx(1 / mean)


def test_differences_and_entropies(jobs: pd.DataFrame) -> None:
    s, x, w = shares(jobs)
    for i in jobs.columns:
        apart = sum(abs(s[j, i] - x[j]) for j in jobs.index)
        assert hoover_index(jobs)[i] == pytest.approx(apart / 2)
        assert krugman_concentration(jobs)[i] == pytest.approx(apart)
        theil = sum(
            s[j, i] * math.log(s[j, i] / x[j]) for j in jobs.index if s[j, i] > 0
        )
        assert theil_index(jobs)[i] == pytest.approx(theil)
    groups = {i: "ab"[k % 2] for k, i in enumerate(jobs.columns)}
    uv = unrelated_variety(jobs, pd.Series(groups))
    rv = related_variety(jobs, pd.Series(groups))
    for j in jobs.index:
        bits = -sum(w[j, i] * math.log2(w[j, i]) for i in jobs.columns if w[j, i] > 0)
        assert entropy(jobs)[j] == pytest.approx(bits)
        between = within = 0.0
        for g in "ab":
            P = sum(w[j, i] for i in jobs.columns if groups[i] == g)
            between -= P * math.log2(P)
            within -= P * sum(
                w[j, i] / P * math.log2(w[j, i] / P)
                for i in jobs.columns
                if groups[i] == g and w[j, i] > 0
            )
        assert uv[j] == pytest.approx(between)
        assert rv[j] == pytest.approx(within)


def test_overall_localisation(jobs: pd.DataFrame) -> None:
    _, x, w = shares(jobs)
    total = jobs.to_numpy().sum()
    mix = {i: jobs[i].sum() / total for i in jobs.columns}
    spread = sum(p * (1 - p) for p in mix.values())
    gini_value = sum(
        x[a] * x[b] * abs(w[a, i] - w[b, i])
        for i in jobs.columns
        for a in jobs.index
        for b in jobs.index
    ) / (2 * spread)
    found = overall_localisation(jobs)
    assert found["gini"] == pytest.approx(gini_value)
    divergence = sum(
        x[j] * w[j, i] * math.log(w[j, i] / mix[i])
        for j in jobs.index
        for i in jobs.columns
        if w[j, i] > 0
    )
    assert found["divergence"] == pytest.approx(divergence)


@pytest.mark.parametrize("null", ["pair", "all"])
def test_colocation_moments_by_enumeration(null: str) -> None:
    """Every labelling of seven plants: mean and variance of CL exactly."""
    regions = ["X", "X", "X", "Y", "Y", "Z", "Z"]
    labels = ["A", "A", "B", "A", "B", "C", "C"]
    table = pd.crosstab(pd.Series(regions), pd.Series(labels))
    found = colocation_index(table, null=null)  # type: ignore[arg-type]
    row = found.set_index(["industry", "other"]).loc[("A", "B")]
    pool = [k for k, label in enumerate(labels) if null == "all" or label in {"A", "B"}]
    a, b = labels.count("A"), labels.count("B")
    values = []
    for first in itertools.combinations(pool, a):
        rest = [k for k in pool if k not in first]
        for second in itertools.combinations(rest, b):
            same = sum(regions[i] == regions[j] for i in first for j in second)
            values.append(same / (a * b))
    assert row["expected"] == pytest.approx(np.mean(values), rel=1e-12)
    assert row["variance"] == pytest.approx(np.var(values), rel=1e-10)


def test_litzenberger_sternberg(plants: pd.DataFrame, jobs: pd.DataFrame) -> None:
    firms = pd.crosstab(plants["region"], plants["industry"])
    rng = np.random.default_rng(3)
    area = pd.Series(rng.uniform(10, 90, len(jobs)), jobs.index)
    people = pd.Series(rng.uniform(10, 90, len(jobs)), jobs.index)
    found = litzenberger_sternberg(jobs, firms, area, people)
    found = found.set_index(["region", "industry"])["cluster_index"]
    for j, i in itertools.product(jobs.index, jobs.columns):
        share = jobs.loc[j, i] / jobs[i].sum()
        density = share / (area[j] / area.sum())
        stock = share / (people[j] / people.sum())
        size = (jobs.loc[j, i] / firms.loc[j, i]) / (jobs[i].sum() / firms[i].sum())
        assert found[j, i] == pytest.approx(density * stock / size)


def test_shift_share(jobs: pd.DataFrame) -> None:
    rng = np.random.default_rng(4)
    end = (jobs * rng.uniform(0.6, 1.5, jobs.shape)).round()
    E1, E2 = jobs.to_numpy().sum(), end.to_numpy().sum()
    dunn = shift_share(jobs, end).cells.set_index(["region", "industry"])
    split = shift_share(jobs, end, variant="esteban_marquillas").cells.set_index([
        "region",
        "industry",
    ])
    for j, i in itertools.product(jobs.index, jobs.columns):
        e, G, G_i = jobs.loc[j, i], E2 / E1 - 1, end[i].sum() / jobs[i].sum() - 1
        g = end.loc[j, i] / e - 1
        h = jobs.loc[j].sum() * jobs[i].sum() / E1
        row = dunn.loc[(j, i)]
        assert row["national_share"] == pytest.approx(e * G)
        assert row["industrial_mix"] == pytest.approx(e * (G_i - G))
        assert row["regional_share"] == pytest.approx(e * (g - G_i))
        assert split.loc[(j, i), "competitive"] == pytest.approx(h * (g - G_i))
        assert split.loc[(j, i), "allocation"] == pytest.approx((e - h) * (g - G_i))


def test_permutation_p_by_full_enumeration() -> None:
    """Conditional permutation of a small map, all draws of neighbours."""
    from libpysal.graph import Graph

    names = list("abcdefg")
    links = [("a", "b"), ("b", "c"), ("c", "d"), ("d", "e"), ("e", "f"), ("f", "g")]
    links += [(b, a) for a, b in links]
    graph = Graph.from_arrays(
        [a for a, _ in links], [b for _, b in links], [1.0] * len(links)
    )
    y = pd.Series([9.0, 7.5, 6.0, 1.0, 2.0, 0.5, 3.0], names)
    found = local_clustering(y, graph, permutations=20_000, alternative="greater")
    for name in names:
        near = [b for a, b in links if a == name]
        others = [m for m in names if m != name]
        observed = sum(y[b] for b in near)
        sums = [sum(y[m] for m in c) for c in itertools.combinations(others, len(near))]
        exact = np.mean([v >= observed - 1e-12 for v in sums])
        assert found.loc[name, "p_value"] == pytest.approx(exact, abs=0.012)
