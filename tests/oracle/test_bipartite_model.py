"""The bipartite configuration model against a general root finder and draws."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

from clusterid import networks as nw
from clusterid.networks.layers._bipartite_model import fit_reduced


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


def test_full_and_empty_rows_are_certain() -> None:
    table = np.array([[1, 1, 1, 1], [0, 0, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1]])
    model = fit_reduced(table.sum(axis=1), table.sum(axis=0))
    p = model.probability[model.row_class][:, model.column_class]
    assert (p[0] == 1).all()
    assert (p[1] == 0).all()
    assert p[2] == pytest.approx([0.5] * 4)


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
