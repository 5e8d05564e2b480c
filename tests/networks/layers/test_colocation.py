"""The co-location layer: size partialled out, holes, withheld cells."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from clusterid import networks as nw
from clusterid.errors import DataWarning, OptionError


def simulated(seed: int = 0, regions: int = 60, industries: int = 8) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    size = rng.lognormal(3, 1, regions)
    share = rng.gamma(2.0, 1.0, (regions, industries))
    table = pd.DataFrame(np.round(size[:, None] * share * 10) + 1.0)
    table.index = [f"R{i:02d}" for i in range(regions)]
    table.columns = list("abcdefghijklmnop")[:industries]
    return table


def totals_of(table: pd.DataFrame) -> pd.DataFrame:
    return pd.concat(
        [
            pd.DataFrame({
                "region": table.index,
                "industry": "TOTAL",
                "value": table.sum(axis=1),
            }),
            pd.DataFrame({
                "region": "TOTAL",
                "industry": table.columns,
                "value": table.sum(),
            }),
            pd.DataFrame({
                "region": ["TOTAL"],
                "industry": ["TOTAL"],
                "value": [table.to_numpy().sum()],
            }),
        ],
        ignore_index=True,
    )


def quotient(table: pd.DataFrame) -> pd.DataFrame:
    share = table.div(table.sum(axis=1), axis=0)
    return share / (table.sum() / table.to_numpy().sum())


def test_partial_correlation_equals_that_of_residuals() -> None:
    table = simulated()
    lq = quotient(table)
    symmetric = (lq - 1) / (lq + 1)
    z = np.log(table.sum(axis=1))
    design = np.column_stack([np.ones(len(z)), z])
    rest = symmetric - design @ np.linalg.lstsq(design, symmetric, rcond=None)[0]
    graph = nw.colocation_network(table)
    for a, b in itertools.combinations(table.columns, 2):
        r = np.corrcoef(rest[a], rest[b])[0, 1]
        if r > 0:
            assert graph.edges[a, b]["weight"] == pytest.approx(r, abs=1e-12)
        else:
            assert not graph.has_edge(a, b)


@pytest.mark.parametrize("holes", [0, 60])
def test_density_is_taken_out_beside_size_pair_by_pair(holes: int) -> None:
    rng = np.random.default_rng(7)
    table = simulated()
    size, density = (
        pd.Series(rng.lognormal(0, 1, len(table)), table.index) for _ in range(2)
    )
    shown = table.astype(float).copy()
    for i, k in zip(
        rng.integers(len(table), size=holes),
        rng.integers(table.shape[1], size=holes),
        strict=True,
    ):
        shown.iloc[i, k] = np.nan
    graph = nw.colocation_network(
        shown, size=size, density=density, totals=totals_of(table)
    )
    lq = quotient(table).where(shown.notna())
    symmetric = (lq - 1) / (lq + 1)
    both = np.column_stack([np.ones(len(size)), np.log(size), np.log(density)])
    for a, b in itertools.combinations(table.columns, 2):
        rows = symmetric[[a, b]].notna().all(axis=1).to_numpy()
        pair, design = symmetric.loc[rows, [a, b]].to_numpy(), both[rows]
        rest = pair - design @ np.linalg.lstsq(design, pair, rcond=None)[0]
        r = np.corrcoef(rest.T)[0, 1]
        if r > 0:
            assert graph.edges[a, b]["weight"] == pytest.approx(r, abs=1e-9)
        else:
            assert not graph.has_edge(a, b)
    assert graph.graph["unit"].endswith("net of size and density")


def test_a_density_that_follows_the_size_changes_nothing() -> None:
    table = simulated()
    size = table.sum(axis=1).astype(float)
    for method in ("correlation", "coagglomeration", "proximity"):
        alone = nw.colocation_network(table, method=method)
        both = nw.colocation_network(table, method=method, density=3 * size**2)
        assert set(alone.edges) == set(both.edges)
        for a, b, weight in alone.edges(data="weight"):
            assert both.edges[a, b]["weight"] == pytest.approx(weight, abs=1e-9)


def test_density_alone_is_an_error() -> None:
    table = simulated()
    with pytest.raises(OptionError, match="beside the size"):
        nw.colocation_network(table, partial=None, density=table.sum(axis=1))


def test_holes_are_left_out_pair_by_pair() -> None:
    table = simulated()
    holes = table.copy()
    rng = np.random.default_rng(1)
    holes = holes.mask(pd.DataFrame(rng.random(table.shape) < 0.2).to_numpy())
    graph = nw.colocation_network(holes, totals=totals_of(table))
    lq = quotient(table).where(holes.notna())
    symmetric = (lq - 1) / (lq + 1)
    z = np.log(table.sum(axis=1))
    for a, b in itertools.combinations(table.columns, 2):
        both = symmetric[[a, b]].dropna()
        design = np.column_stack([np.ones(len(both)), z[both.index]])
        rest = both - design @ np.linalg.lstsq(design, both, rcond=None)[0]
        r = np.corrcoef(rest[a], rest[b])[0, 1]
        got = graph.edges[a, b]["weight"] if graph.has_edge(a, b) else None
        assert (got is None) if r <= 0 else got == pytest.approx(r, abs=1e-9)


def test_city_size_no_longer_links_what_only_cities_have() -> None:
    rng = np.random.default_rng(4)
    size = rng.lognormal(4, 1.2, 300)
    level = (np.log(size) - np.log(size).mean())[:, None]
    services = size[:, None] * np.exp(0.8 * level + rng.normal(0, 0.3, (300, 6)))
    rest = size[:, None] * np.exp(-0.3 * level + rng.normal(0, 0.3, (300, 10)))
    table = pd.DataFrame(np.hstack([services, rest]))
    table.columns = [f"s{i}" for i in range(6)] + [f"m{i}" for i in range(10)]
    plain = nw.colocation_network(table, partial=None)
    net = nw.colocation_network(table, size=pd.Series(size, index=range(300)))
    pairs = list(itertools.combinations([f"s{i}" for i in range(6)], 2))
    before = np.mean([plain.edges[p]["weight"] for p in pairs])
    after = np.mean([
        net.edges[p]["weight"] if net.has_edge(*p) else 0.0 for p in pairs
    ])
    assert before > 0.5
    assert after < 0.6 * before


def test_coagglomeration_is_that_of_ellison_glaeser_and_kerr() -> None:
    table = simulated()
    s, x = table / table.sum(), table.sum(axis=1) / table.to_numpy().sum()
    graph = nw.colocation_network(table, method="coagglomeration", partial=None)
    for a, b in itertools.combinations(table.columns, 2):
        value = ((s[a] - x) * (s[b] - x)).sum() / (1 - (x**2).sum())
        if value > 0:
            assert graph.edges[a, b]["weight"] == pytest.approx(value, rel=1e-12)
        else:
            assert not graph.has_edge(a, b)


def test_proximity_without_partial_is_that_of_hidalgo() -> None:
    table = simulated()
    graph = nw.colocation_network(table, method="proximity", partial=None)
    phi = nw.proximity(table, method="conditional")
    for a, b in itertools.combinations(table.columns, 2):
        weight = graph.edges[a, b]["weight"] if graph.has_edge(a, b) else 0.0
        assert weight == pytest.approx(phi.loc[a, b])


def test_withheld_tables_without_totals_link_nothing_and_say_the_mend() -> None:
    table = simulated().astype(float)
    table[:] = table.where(np.random.default_rng(0).random(table.shape) < 0.5)
    table.iloc[0, 0] = np.nan
    table.iloc[:, 0] = np.nan
    with pytest.warns(DataWarning, match="totals="):
        graph = nw.colocation_network(table)
    assert graph.number_of_edges() == 0
    assert graph.number_of_nodes() == table.shape[1]


def test_pairs_seen_in_too_few_regions_are_unknown() -> None:
    table = simulated()
    totals = pd.DataFrame(
        [
            *((r, "TOTAL", v) for r, v in table.sum(axis=1).items()),
            *(("TOTAL", i, v) for i, v in table.sum().items()),
            ("TOTAL", "TOTAL", table.to_numpy().sum()),
        ],
        columns=["region", "industry", "value"],
    )
    holes = table.astype(float)
    holes.iloc[:30, 0] = np.nan
    holes.iloc[30:, 1] = np.nan
    graph = nw.colocation_network(holes, totals=totals)
    assert ("a", "b") in graph.graph["unknown_pairs"]
    assert not graph.has_edge("a", "b")


def test_a_withheld_industry_total_leaves_the_profile_over_regions() -> None:
    table = simulated()
    totals = pd.DataFrame(
        [
            *((r, "TOTAL", v) for r, v in table.sum(axis=1).items()),
            ("TOTAL", "TOTAL", table.to_numpy().sum()),
        ],
        columns=["region", "industry", "value"],
    )
    holes = table.astype(float)
    holes.iloc[[3, 7], 0] = np.nan
    graph = nw.colocation_network(holes, totals=totals, variant="ratio")
    assert "a" in graph.graph["observed"]
    lq = quotient(table)
    z = np.log(table.sum(axis=1))
    for other in table.columns[1:]:
        both = lq[["a", other]].drop(index=lq.index[[3, 7]])
        design = np.column_stack([np.ones(len(both)), z[both.index]])
        rest = both - design @ np.linalg.lstsq(design, both, rcond=None)[0]
        r = np.corrcoef(rest["a"], rest[other])[0, 1]
        if r > 0:
            assert graph.edges["a", other]["weight"] == pytest.approx(r, abs=1e-9)
            assert graph.edges["a", other]["n_regions"] == 58
        else:
            assert not graph.has_edge("a", other)
    group = nw.colocation_network(holes, totals=totals, method="coagglomeration")
    assert "a" not in group.graph["observed"]
