"""How surely a cell is in a cluster: against a literal reading, and against truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import poisson
from tests.clusters.weak_clusters import counts_of, grid, queen, weak

from clusterid.clusters import _certainty as model
from clusterid.clusters import identify_clusters
from clusterid.clusters._roughness import Null
from clusterid.communities import given_templates

DARTBOARD = (np.ones(1), np.ones(1))


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
