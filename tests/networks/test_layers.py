"""Skill, co-location and code layers, and what becomes of them in a stack."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from clusterid import networks as nw
from clusterid.errors import DataWarning, GraphError, OptionError, TableError


def layer(links: list[tuple[str, str, float]], **attributes: Any) -> Any:
    graph = nx.Graph(**{"kind": "industry", "absent": "zero", **attributes})
    graph.add_weighted_edges_from(links)
    return graph


def test_an_unobserved_pair_is_left_out_and_not_counted_as_zero() -> None:
    one = layer([("a", "b", 5.0), ("b", "c", 1.0)])
    two = layer([("a", "b", 0.3)], absent="unknown", observed=["a", "b", "c"])
    stack = nw.stack_layers({"one": one, "two": two})
    # b-c: seen by one layer only, rank 1 of 2
    assert stack.edges["b", "c"] == {"weight": 0.5, "n_layers": 1}
    assert stack.edges["a", "b"] == {"weight": 1.0, "n_layers": 2}
    as_zero = nw.stack_layers({"one": one, "two": layer([("a", "b", 0.3)])})
    assert as_zero.edges["b", "c"] == {"weight": 0.5, "n_layers": 1}
    two_zero = layer([("a", "b", 0.3)], observed=["a", "b", "c"])
    counted = nw.stack_layers({"one": one, "two": two_zero})
    assert counted.edges["b", "c"] == {"weight": 0.25, "n_layers": 2}


def test_observed_without_link_counts_as_zero_and_unknown_pairs_do_not() -> None:
    one = layer([("a", "b", 5.0), ("b", "c", 1.0)])
    seen = layer(
        [("a", "b", 1.0)], absent="unknown", observed_without_link=[("b", "c")]
    )
    assert nw.stack_layers({"one": one, "two": seen}).edges["b", "c"]["n_layers"] == 2
    hole = layer(
        [("a", "b", 1.0)], observed=["a", "b", "c"], unknown_pairs=[("b", "c")]
    )
    assert nw.stack_layers({"one": one, "two": hole}).edges["b", "c"]["n_layers"] == 1


def test_weights_coverage_and_leaving_one_out() -> None:
    one = layer([("a", "b", 5.0), ("b", "c", 1.0), ("a", "c", 3.0)])
    two = layer([("a", "b", 1.0), ("b", "c", 2.0), ("a", "c", 3.0)])
    stack = nw.stack_layers({"one": one, "two": two}, weights={"one": 3.0})
    assert stack.edges["a", "b"]["weight"] == pytest.approx((3 * 1 + 1 / 3) / 4)
    coverage = stack.graph["coverage"]
    assert coverage.loc["one", "n_links"] == 3
    assert coverage.loc["one", "weight"] == 3.0
    assert coverage.loc["one", "share_of_pairs"] == 1.0
    # ranks 3 1 2 against 1 2 3
    assert coverage.loc["one", "agreement"] == pytest.approx(-0.5)
    left = nw.leave_one_out({"one": one, "two": two}, weights={"one": 3.0})
    assert left["two"].edges["a", "b"]["weight"] == 1.0
    assert left["one"].graph["params"]["weights"] == {"two": 1.0}


def test_faults_of_layers() -> None:
    one = layer([("a", "b", 5.0)])
    with pytest.raises(GraphError, match="mix kinds"):
        nw.stack_layers({"one": one, "two": layer([("a", "b", 1.0)], kind="place")})
    with pytest.raises(OptionError, match="Did you mean 'one'"):
        nw.stack_layers({"one": one}, weights={"on": 1.0})
    with pytest.raises(GraphError, match="not a positive number"):
        nw.stack_layers({"one": layer([("a", "b", -1.0)])})
    with pytest.raises(OptionError, match="empty"):
        nw.stack_layers({})


def test_directed_layers_become_symmetric_by_the_stronger_direction() -> None:
    arrow = nx.DiGraph(absent="zero")
    arrow.add_weighted_edges_from([("a", "b", 1.0), ("b", "a", 9.0), ("c", "b", 4.0)])
    stack = nw.stack_layers({"supply": arrow})
    assert stack.edges["a", "b"]["weight"] == 1.0
    assert stack.edges["b", "c"]["weight"] == 0.5
    mean = nw.stack_layers({"supply": arrow}, symmetrise="mean", normalise=False)
    assert mean.edges["b", "c"]["weight"] == 2.0


def test_skill_relatedness_by_hand() -> None:
    moves = pd.DataFrame(
        [("a", "b", 6.0), ("b", "a", 2.0), ("a", "c", 1.0), ("c", "b", 3.0)],
        columns=["source", "target", "value"],
    )
    F = np.array([[0.0, 6, 1], [2, 0, 0], [0, 3, 0]])
    expected = np.outer(F.sum(axis=1), F.sum(axis=0)) / F.sum()
    with np.errstate(invalid="ignore"):
        sr = F / expected
    result = nw.skill_relatedness(moves)
    mean = (sr[0, 1] + sr[1, 0]) / 2
    assert result.loc["a", "b"] == pytest.approx((mean - 1) / (mean + 1))
    assert np.isnan(result.loc["a", "a"])
    # normalising before averaging is another number
    early = np.mean([(s - 1) / (s + 1) for s in (sr[0, 1], sr[1, 0])])
    assert result.loc["a", "b"] != pytest.approx(early)
    graph = nw.skill_network(moves, given="moves")
    assert graph.edges["a", "b"]["weight"] == pytest.approx(result.loc["a", "b"])


def test_real_skill_table_every_pair_twice_and_absent_is_unknown(
    data_dir: Path,
) -> None:
    table = pd.read_csv(
        data_dir / "uk_skill_relatedness/connections_2009_2018.csv", dtype=str
    ).rename(
        columns={"nace_a": "source", "nace_b": "target", "skill_relatedness": "value"}
    )
    table["value"] = table["value"].astype(float)
    graph = nw.skill_network(table)
    assert len(graph) == 445
    assert sum(1 for n in graph if graph.degree(n)) <= 369
    seen = graph.number_of_edges() + len(graph.graph["observed_without_link"])
    pairs = {
        frozenset(p)
        for p in zip(table["source"], table["target"], strict=True)
        if p[0] != p[1]
    }
    assert seen == len(pairs)
    assert all(0 < w <= 1 for *_, w in graph.edges(data="weight"))


def test_skill_faults_are_told_together() -> None:
    links = pd.DataFrame(
        [("a", "b", "x"), ("a", None, 1.0), ("c", "d", 1.0), ("c", "d", 2.0)],
        columns=["source", "target", "value"],
    )
    with pytest.raises(TableError) as caught:
        nw.skill_network(links)
    assert len(caught.value.faults) == 3


def simulated(seed: int = 0, regions: int = 60, industries: int = 8) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    size = rng.lognormal(3, 1, regions)
    share = rng.gamma(2.0, 1.0, (regions, industries))
    table = pd.DataFrame(np.round(size[:, None] * share * 10) + 1.0)
    table.index = [f"R{i:02d}" for i in range(regions)]
    table.columns = list("abcdefghijklmnop")[:industries]
    return table


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


def test_holes_are_left_out_pair_by_pair() -> None:
    table = simulated()
    known_totals = pd.concat(
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
    holes = table.copy()
    rng = np.random.default_rng(1)
    holes = holes.mask(pd.DataFrame(rng.random(table.shape) < 0.2).to_numpy())
    graph = nw.colocation_network(holes, totals=known_totals)
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


def test_codes_close_in_the_tree() -> None:
    graph = nw.code_network(["2611", "2612", "2620", "01", "0111"])
    assert graph.edges["2611", "2612"]["weight"] == pytest.approx(2 / 3)
    assert graph.edges["2611", "2620"]["weight"] == pytest.approx(1 / 3)
    assert graph.edges["01", "0111"]["weight"] == pytest.approx(1 / 3)
    assert not graph.has_edge("0111", "2611")

    class Tree:
        codes = pd.DataFrame(
            {"parent": [None, "C", "C", "C26", "C26"]},
            index=["C", "C26", "C27", "x", "y"],
        )

    graph = nw.code_network(["x", "y", "C27"], classification=Tree())
    assert graph.edges["x", "y"]["weight"] == pytest.approx(2 / 3)
    assert graph.edges["C27", "x"]["weight"] == pytest.approx(1 / 3)


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
