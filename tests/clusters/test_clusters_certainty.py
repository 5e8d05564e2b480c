"""How surely a cell is in a cluster: against a literal reading, and against truth."""

from __future__ import annotations

import inspect
import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from scipy.stats import poisson
from shapely.geometry import box

from clusterid.clusters import _certainty as model
from clusterid.clusters import identify_clusters, member_cells, test_groups
from clusterid.clusters._roughness import Null
from clusterid.communities import given_templates
from clusterid.errors import OptionError
from clusterid.tables import Economy, contiguity

DARTBOARD = (np.ones(1), np.ones(1))


SIDE = 12


def grid() -> gpd.GeoDataFrame:
    codes = [f"R{i:03d}" for i in range(SIDE * SIDE)]
    shapes = [
        box(i % SIDE, i // SIDE, i % SIDE + 1, i // SIDE + 1) for i in range(SIDE**2)
    ]
    return gpd.GeoDataFrame(index=codes, geometry=shapes, crs="EPSG:25832")


def queen(side: int) -> csr_array:
    at = np.array([(i % side, i // side) for i in range(side * side)])
    apart = np.abs(at[:, None] - at[None, :]).max(axis=2)
    return csr_array((apart == 1).astype(float))


def counts_of(
    seed: int, *, groups: int = 6, side: int = 14, lq: float = 3.0, in_groups=3
):
    """Return counts, means, truth and neighbours; clusters of 1, 2 and 4 regions."""
    rng = np.random.default_rng(seed)
    n = side * side
    mean = np.exp(rng.normal(1.6, 0.7, (n, groups)))
    truth = np.zeros((n, groups), dtype=bool)
    for g in range(in_groups):
        for shape in ([0], [0, 1], [0, 1, side, side + 1]):
            start = int(rng.integers(0, side - 2)) * side + int(
                rng.integers(0, side - 2)
            )
            truth[[start + step for step in shape], g] = True
    count = rng.poisson(mean * np.where(truth, lq, 1.0)).astype(float)
    return count, mean, truth, queen(side)


def learnt(count, mean, neighbours) -> model.Learnt:
    nulls = [Null(mean[:, g], *DARTBOARD, 0.0) for g in range(mean.shape[1])]
    p = poisson.sf(count - 1, mean)
    return model.certainty(count, p, nulls, neighbours)


def literal(count, mean, neighbours, rounds: int):
    """The equations of the docstring, cell by cell, for a dartboard null."""
    n, groups = count.shape
    near = [np.flatnonzero(row) for row in neighbours.toarray()]
    lqs = model.QUOTIENTS
    alive = {
        (i, g)
        for i in range(n)
        for g in range(groups)
        if poisson.sf(count[i, g] - 1, mean[i, g]) <= model.ORDINARY
        or count[i, g] * math.log(2) - mean[i, g] > model.AGAINST
    }
    share = [m for m, _ in model.PRIOR_SHARES]
    often = np.full(len(lqs), 1 / len(lqs))
    said: dict[tuple[int, int, int], float] = {}

    def states(probabilities):
        none = math.prod(1 - q for q in probabilities)
        one = sum(
            q * math.prod(1 - r for k, r in enumerate(probabilities) if k != j)
            for j, q in enumerate(probabilities)
        )
        return none, one, max(0.0, 1 - none - one)

    for _ in range(rounds):
        odds = [s / (1 - s) for s in share]
        ratio = {
            (i, g): [
                w * q ** count[i, g] * math.exp(-(q - 1) * mean[i, g])
                for w, q in zip(often, lqs, strict=True)
            ]
            for i, g in alive
        }
        heard = dict(said)
        for i, g in alive:
            for j in near[i]:
                if (j, g) not in alive:
                    continue
                rest = [
                    heard.get((k, i, g), 0.0)
                    for k in near[i]
                    if k != j and (k, g) in alive
                ]
                mixed = np.dot(states(rest), odds) * sum(ratio[i, g])
                said[i, j, g] = mixed / (1 + mixed)
        inside, seen = np.zeros(3), np.zeros(3)
        parts = np.zeros(len(lqs))
        belief = {}
        for i, g in alive:
            around = np.array(
                states([said[k, i, g] for k in near[i] if (k, g) in alive])
            )
            prior = around * odds
            mixed = prior.sum() * sum(ratio[i, g])
            belief[i, g] = mixed / (1 + mixed)
            inside += belief[i, g] * prior / prior.sum()
            seen += belief[i, g] * prior / prior.sum() + (1 - belief[i, g]) * around
            parts += belief[i, g] * np.array(ratio[i, g]) / sum(ratio[i, g])
        for i in range(n):
            for g in range(groups):
                if (i, g) not in alive:
                    seen += states([belief[k, g] for k in near[i] if (k, g) in alive])
        share = [
            (inside[s] + m * w) / (seen[s] + w)
            for s, (m, w) in enumerate(model.PRIOR_SHARES)
        ]
        extra = model.PRIOR_QUOTIENTS
        often = (parts + extra / len(lqs)) / (parts.sum() + extra)
    return belief, share, often


def test_equal_to_the_equations_read_cell_by_cell(monkeypatch):
    count, mean, _, neighbours = counts_of(3, groups=2, side=6, in_groups=1)
    monkeypatch.setattr(model, "_ROUNDS", 5)
    found = learnt(count, mean, neighbours)
    belief, share, often = literal(count, mean, neighbours, rounds=5)
    assert found.shares == pytest.approx(share, rel=1e-9)
    assert found.frequency == pytest.approx(often, rel=1e-9)
    assert len(belief) > 30
    for (i, g), value in belief.items():
        assert found.certainty[i, g] == pytest.approx(value, rel=1e-9)
    left_out = [
        found.certainty[i, g]
        for i in range(36)
        for g in range(2)
        if (i, g) not in belief
    ]
    assert set(left_out) == {0.0}


def test_certainty_means_what_it_says():
    said, true = [], []
    for seed in range(12):
        count, mean, truth, neighbours = counts_of(100 + seed, lq=2.5, in_groups=6)
        said.append(learnt(count, mean, neighbours).certainty.ravel())
        true.append(truth.ravel())
    said, true = np.concatenate(said), np.concatenate(true)
    for low, high in ((0.1, 0.5), (0.5, 0.9), (0.9, 1.01)):
        part = (said >= low) & (said < high)
        assert part.sum() > 30
        assert true[part].mean() == pytest.approx(said[part].mean(), abs=0.12)


def test_neighbours_vouch_for_each_other():
    count, mean, _, neighbours = counts_of(4)
    count[:, 5] = np.floor(mean[:, 5])
    pair, alone = (30, 31), 100
    for i in (*pair, alone):
        mean[i, 5], count[i, 5] = 6.0, 15.0
    found = learnt(count, mean, neighbours).certainty[:, 5]
    assert found[30] == pytest.approx(found[31], rel=0.2)
    assert found[30] > 3 * found[alone] > 0


def test_one_cluster_among_many_groups_brings_no_false_ones():
    false = 0
    for seed in range(8):
        count, mean, truth, neighbours = counts_of(
            200 + seed, groups=20, lq=6.0, in_groups=1
        )
        found = learnt(count, mean, neighbours)
        assert found.shares[0] < 0.002
        false += int(((found.certainty > model.CERTAIN) & ~truth).sum())
    # 8 economies with 31,000 ordinary cells
    assert false <= 6


def test_roughness_is_not_read_as_many_weak_clusters():
    rng = np.random.default_rng(5)
    mean = np.exp(rng.normal(3.0, 0.7, (196, 8)))
    count = rng.poisson(mean * np.exp(0.4 * rng.normal(size=mean.shape) - 0.08))
    z = np.linspace(-5, 5, 61)
    weight = np.exp(-z * z / 2)
    rate = np.exp(0.4 * z - 0.08), weight / weight.sum()
    nulls = [Null(mean[:, g], *rate, 0.0) for g in range(8)]
    p = np.column_stack([null.p_values(count[:, g]) for g, null in enumerate(nulls)])
    rough = model.certainty(count.astype(float), p, nulls, queen(14)).certainty
    smooth = learnt(count.astype(float), mean, queen(14)).certainty
    assert (rough > model.CERTAIN).sum() <= 1
    assert (smooth > model.CERTAIN).sum() > 30


def weak(seed: int, lq: float = 2.3) -> tuple[Economy, pd.DataFrame, np.ndarray]:
    """Return an economy whose clusters are too weak for most gates, and its truth."""
    _, mean, truth, _ = counts_of(seed, groups=10, side=SIDE, in_groups=10)
    codes = [f"{g:02d}" for g in range(10)]
    regions = [f"R{i:03d}" for i in range(SIDE * SIDE)]
    rest = (mean.mean(axis=1) * 400).round()
    # a common size by region, so that the dartboard is the right expectation
    rate = 6 * (rest / rest.mean())[:, None] * np.where(truth, lq, 1.0)
    count = np.random.default_rng(seed).poisson(rate).astype(float)
    plants = pd.DataFrame(count, index=regions, columns=codes).assign(rest=rest)
    groups = pd.DataFrame(np.eye(10), index=codes, columns=codes)
    return Economy(employment=plants * 15, establishments=plants), groups, truth


def f1(cells: pd.DataFrame, truth: np.ndarray) -> float:
    found = cells["is_member"].to_numpy().reshape(truth.T.shape).T
    return 2 * (found & truth).sum() / (found.sum() + truth.sum())


def test_more_of_the_truth_is_found_than_by_the_gate_alone():
    graph = contiguity(grid())
    for seed in (1, 2):
        table, groups, truth = weak(seed)
        sure = member_cells(table, groups, graph, local_statistics=False)
        firm = member_cells(table, groups, graph, rule="gate", local_statistics=False)
        assert f1(sure, truth) > f1(firm, truth) + 0.03
        assert (sure["is_member"] | ~sure["is_seed"]).all()
        assert (sure.loc[sure["is_member"], "p_value"] < 1).all()
        pd.testing.assert_series_equal(sure["certainty"], firm["certainty"])
        told = sure.attrs["members"]
        members = sure.loc[sure["is_member"], "certainty"]
        assert told["expected_false"] == pytest.approx((1 - members).sum())


def test_without_a_seed_nothing_is_said():
    table, groups, _ = weak(1, lq=1.0)
    cells = member_cells(table, groups, contiguity(grid()), local_statistics=False)
    assert not cells["is_seed"].any()
    assert not cells["is_member"].any()
    assert cells["certainty"].isna().all()


def test_jobs_alone_keep_to_the_gate():
    table, groups, _ = weak(1, lq=8.0)
    graph = contiguity(grid())
    jobs = Economy(employment=table.employment * 20)
    found = member_cells(jobs, groups, graph, local_statistics=False)
    assert found["is_member"].any()
    assert found.attrs["members"] == {"rule": "gate"}
    assert found["certainty"].isna().all()
    firm = member_cells(jobs, groups, graph, rule="gate", local_statistics=False)
    pd.testing.assert_frame_equal(found, firm)


def test_clusters_of_the_model_alone_are_told_apart():
    table, groups, _ = weak(1)
    templates = given_templates({code: f"T{code}" for code in groups.index})
    found = identify_clusters(
        table, templates, grid(), minimum_members=1, local_statistics=False
    )
    model_only = found.table["flags"].str.split(";").apply(lambda f: "model_only" in f)
    assert model_only.any()
    assert not model_only.all()
    assert (found.table["n_seeds"].eq(0) == model_only).all()
    assert found.table["certainty"].between(0, 1).all()
    assert f"{int(model_only.sum())} of them by the model only" in repr(found)
    members = found.cells.loc[found.cells["is_member"], "certainty"]
    assert found.expected_false() == pytest.approx((1 - members).sum())
    assert f"about {(1 - members).sum():.0f} of the regions are none" in repr(found)


def test_the_same_defaults_wherever_a_cell_is_tested():
    def defaults(function):
        known = inspect.signature(function).parameters.values()
        return {p.name: p.default for p in known if p.kind is p.KEYWORD_ONLY}

    cell, members = defaults(test_groups), defaults(member_cells)
    whole = defaults(identify_clusters)
    assert {name: members[name] for name in cell} == cell
    for name in set(whole) & set(members):
        assert whole[name] == members[name], name


def test_an_unknown_rule_is_told():
    table, groups, _ = weak(1)
    with pytest.raises(OptionError, match="rule"):
        member_cells(table, groups, contiguity(grid()), rule="best")
