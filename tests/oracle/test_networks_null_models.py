"""Null models against enumeration, convolution and the golden values."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, sparse, stats

from clusterid import networks as nw
from clusterid.networks._bipartite_model import fit_reduced
from clusterid.networks._poisson_binomial import upper_tail
from clusterid.statistics import q_values

# The peer's own probabilities miss the degrees by 2.7e-7 (its solver stops there);
# ours by 1e-13. Agreement cannot be better than that.
PEER = {"rtol": 1e-5, "atol": 5e-7}


def test_bicm_equals_the_peer_and_meets_degrees_more_closely(golden: Any) -> None:
    content = golden("bicm")
    inputs, cases = content["inputs"], content["by_id"]
    table = pd.DataFrame(
        inputs["binary"], index=inputs["regions"], columns=inputs["industries"]
    )
    model = nw.bicm(table)
    theirs = np.array(cases["bicm_probability"]["output"], float)
    np.testing.assert_allclose(model.probability, theirs, **PEER)
    for case, ours in (
        ("expected_cooccurrence_reference", model.expected),
        ("zscore_reference", model.z_score),
    ):
        output = np.array(cases[case]["output"], float)
        different = ~np.eye(len(output), dtype=bool)
        np.testing.assert_allclose(
            ours.to_numpy()[different], output[different], **PEER
        )
    counts = table.to_numpy(float)
    own = np.abs(model.probability.to_numpy().sum(axis=0) - counts.sum(axis=0)).max()
    peer = np.abs(theirs.sum(axis=0) - counts.sum(axis=0)).max()
    assert own < 1e-10 < peer


def brute_force_bicm(table: np.ndarray) -> np.ndarray:
    """Every row and column its own unknown, by a general root finder."""
    k, d = table.sum(axis=1), table.sum(axis=0)
    n = len(k)

    def gaps(unknown: np.ndarray) -> np.ndarray:
        p = 1 / (1 + np.exp(-(unknown[:n, None] + unknown[None, n:])))
        return np.concatenate([p.sum(axis=1) - k, p.sum(axis=0) - d])

    start = np.concatenate([np.log(k / k.sum()), np.log(d)])
    found = optimize.least_squares(gaps, start, xtol=1e-15, ftol=1e-15, gtol=1e-15)
    return 1 / (1 + np.exp(-(found.x[:n, None] + found.x[None, n:])))


def poisson_binomial_by_convolution(q: np.ndarray) -> np.ndarray:
    mass = np.array([1.0])
    for p in q:
        mass = np.convolve(mass, [1 - p, p])
    return mass


@pytest.mark.parametrize("seed", range(4))
def test_bicm_equals_brute_force_on_small_tables(seed: int) -> None:
    rng = np.random.default_rng(seed)
    while True:
        table = (rng.random((7, 9)) < rng.uniform(0.2, 0.7, 9)).astype(float)
        rows, columns = table.sum(axis=1), table.sum(axis=0)
        if rows.min() > 0 and columns.min() > 0 and rows.max() < 9 > columns.max() + 2:
            break
    frame = pd.DataFrame(table, columns=[f"c{i}" for i in range(9)])
    model = nw.bicm(frame)
    p = brute_force_bicm(table)
    np.testing.assert_allclose(model.probability, p, atol=1e-8)
    for i, j in itertools.combinations(range(9), 2):
        q = model.probability.to_numpy()[:, i] * model.probability.to_numpy()[:, j]
        mass = poisson_binomial_by_convolution(q)
        shared = int((table[:, i] * table[:, j]).sum())
        assert model.p_value.iloc[i, j] == pytest.approx(mass[shared:].sum(), rel=1e-10)
        assert model.expected.iloc[i, j] == pytest.approx(q.sum(), rel=1e-12)


def test_poisson_binomial_equals_enumeration_of_all_outcomes() -> None:
    q = np.array([0.1, 0.5, 0.9, 0.3, 0.3])
    m = np.ones(5, dtype=np.int64)
    for v in range(7):
        exact = sum(
            math.prod(p if on else 1 - p for p, on in zip(q, outcome, strict=True))
            for outcome in itertools.product((0, 1), repeat=5)
            if sum(outcome) >= v
        )
        ours = upper_tail(q[None, :], m, np.array([v]))[0]
        assert ours == pytest.approx(exact, rel=1e-12, abs=0)


@pytest.mark.parametrize("p", [1e-4, 0.01, 0.3, 0.8])
def test_tails_far_out_keep_their_relative_precision(p: float) -> None:
    n = 5000
    mean, sd = n * p, math.sqrt(n * p * (1 - p))
    for steps in (-2, 0, 1, 5, 10, 20):
        v = int(min(max(mean + steps * sd, 0), n))
        exact = stats.binom.sf(v - 1, n, p)
        ours = upper_tail(np.array([[p]]), np.array([n]), np.array([v]))[0]
        assert ours == pytest.approx(exact, rel=1e-8)


def test_certain_and_impossible_columns() -> None:
    q = np.array([[1.0, 0.0, 0.5]])
    m = np.array([2, 7, 1])
    tail = [upper_tail(q, m, np.array([v]))[0] for v in range(5)]
    assert tail == pytest.approx([1.0, 1.0, 1.0, 0.5, 0.0])


def test_full_and_empty_rows_are_certain() -> None:
    table = np.array([[1, 1, 1, 1], [0, 0, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1]])
    model = fit_reduced(table.sum(axis=1), table.sum(axis=0))
    p = model.probability[model.row_class][:, model.column_class]
    assert (p[0] == 1).all()
    assert (p[1] == 0).all()
    assert p[2] == pytest.approx([0.5] * 4)


def test_hypergeometric_equals_the_sum_of_its_terms() -> None:
    table = pd.DataFrame(
        np.array([[1, 1, 1, 0, 0, 0], [1, 1, 0, 1, 0, 0]]), index=["a", "b"]
    )
    row = nw.validate_projection(table, null_model="hypergeometric").iloc[0]
    exact = sum(math.comb(3, v) * math.comb(3, 3 - v) for v in (2, 3)) / math.comb(6, 3)
    assert row["p_value"] == pytest.approx(exact, rel=1e-12)
    assert row["expected"] == pytest.approx(1.5)


def test_curveball_keeps_both_margins_and_visits_all_tables() -> None:
    table = np.array([[1, 1, 0], [1, 0, 1], [0, 0, 1]], dtype=float)
    seen: dict[tuple[float, ...], int] = {}
    for seed in range(600):
        drawn = nw.curveball(table, seed=seed).toarray()
        assert (drawn.sum(axis=0) == table.sum(axis=0)).all()
        assert (drawn.sum(axis=1) == table.sum(axis=1)).all()
        key = tuple(drawn.ravel())
        seen[key] = seen.get(key, 0) + 1
    possible = [
        t
        for t in itertools.product((0.0, 1.0), repeat=9)
        if (np.reshape(t, (3, 3)).sum(axis=0) == table.sum(axis=0)).all()
        and (np.reshape(t, (3, 3)).sum(axis=1) == table.sum(axis=1)).all()
    ]
    assert set(seen) == set(possible)
    expected = 600 / len(possible)
    chi2 = sum((n - expected) ** 2 / expected for n in seen.values())
    assert stats.chi2.sf(chi2, len(possible) - 1) > 1e-4


def test_curveball_p_values_agree_with_bicm_in_order() -> None:
    rng = np.random.default_rng(3)
    table = pd.DataFrame((rng.random((8, 40)) < 0.35).astype(int))
    table.iloc[1] = table.iloc[0]  # one pair planted
    exact = nw.validate_projection(table)
    drawn = nw.validate_projection(table, null_model="curveball", draws=400, seed=1)
    assert exact.loc[exact["p_value"].idxmin(), "source"] == "0"
    assert drawn.loc[drawn["p_value"].idxmin(), "target"] == "1"
    # degrees fixed exactly leave less room than degrees fixed in the mean, so
    # values differ; the order of pairs does not
    order = stats.spearmanr(exact["p_value"], drawn["p_value"]).statistic
    assert order > 0.95


@pytest.mark.parametrize("correction", ["bh", "by", "bonferroni"])
def test_corrections_count_the_pairs_that_never_meet(correction: str) -> None:
    rng = np.random.default_rng(0)
    p = rng.random(20) ** 4
    padded = np.concatenate([p, np.ones(80)])
    whole = q_values(padded, correction)
    np.testing.assert_allclose(
        q_values(p, correction, n_tests=100), whole[:20], rtol=1e-12
    )
    # by hand, step-up
    order = np.argsort(padded)
    factor = {"bh": 1.0, "by": sum(1 / i for i in range(1, 101)), "bonferroni": None}
    if factor[correction] is None:
        np.testing.assert_allclose(whole, np.minimum(padded * 100, 1))
        return
    for rank, at in enumerate(order):
        later = [padded[order[k]] * 100 / (k + 1) for k in range(rank, 100)]
        assert whole[at] == pytest.approx(min(1, factor[correction] * min(later)))


def test_projections_keep_degrees_in_expectation() -> None:
    """Drawn from the model, shared projects average to its expectation."""
    rng = np.random.default_rng(5)
    table = (rng.random((6, 30)) < rng.uniform(0.1, 0.6, (6, 1))).astype(float)
    table[:, table.sum(axis=0) == 0] = 1.0
    model = fit_reduced(
        table.sum(axis=1).astype(np.int64), table.sum(axis=0).astype(np.int64)
    )
    p = model.probability[model.row_class][:, model.column_class]
    draws = rng.random((4000, 6, 30)) < p
    np.testing.assert_allclose(
        draws.sum(axis=2).mean(axis=0), table.sum(axis=1), atol=0.3
    )
    shared = np.einsum("dik,djk->dij", draws, draws, dtype=float).mean(axis=0)
    a, b = np.triu_indices(6, 1)
    mean, _ = model.expected(a, b)
    np.testing.assert_allclose(shared[a, b], mean, atol=0.25)


@pytest.mark.slow
def test_p_values_are_uniform_or_larger_when_there_is_nothing() -> None:
    rng = np.random.default_rng(11)
    found = 0
    for _ in range(40):
        x, y = rng.uniform(0.02, 0.5, 40), rng.uniform(0.2, 2.0, 120)
        p = np.outer(x, y) / (1 + np.outer(x, y))
        table = sparse.csr_array((rng.random(p.shape) < p).astype(float))
        frame = pd.DataFrame(table.toarray())
        tests = nw.validate_projection(frame)
        found += bool((tests["q_value"] <= 0.05).any())
    # false discovery in at most 5 % of pure-chance networks; 40 draws, 5 sd
    assert found <= 40 * 0.05 + 5 * math.sqrt(40 * 0.05 * 0.95)
