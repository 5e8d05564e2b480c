"""Fitness against other programs on real data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.golden.peers import as_pair, read

from clusterid import networks as nw


@pytest.mark.parametrize("steps", [2, 20, 500])
def test_fitness_equals_the_reference_and_fermi(golden: Any, steps: int) -> None:
    table, cases = read(golden, "econgeo_complexity")
    result = nw.fitness_complexity(table, iterations=steps, tolerance=0)
    fitness, complexity = as_pair(
        cases[f"fitness_{steps}_reference"], "fitness", "complexity"
    )
    np.testing.assert_allclose(result.fitness[table.index], fitness, rtol=1e-9)
    np.testing.assert_allclose(
        result.complexity[table.columns], complexity, rtol=1e-9, atol=1e-300
    )
    if steps > 2:
        other, theirs = read(golden, "fermi")
        result = nw.fitness_complexity(other, iterations=steps, tolerance=0)
        fitness, complexity = as_pair(
            theirs[f"fitness_{steps}"], "fitness", "complexity"
        )
        np.testing.assert_allclose(result.fitness[other.index], fitness, rtol=1e-8)


@pytest.mark.parametrize("steps", [1, 2, 20])
def test_sequential_fitness_equals_the_peer_that_updates_so(
    golden: Any, steps: int
) -> None:
    table, cases = read(golden, "econcomplex_complexity")
    result = nw.fitness_complexity(
        table, iterations=steps, tolerance=0, update="sequential"
    )
    fitness, complexity = as_pair(cases[f"fitness_{steps}"], "fitness", "complexity")
    np.testing.assert_allclose(result.fitness[table.index], fitness, rtol=1e-9)
    np.testing.assert_allclose(
        result.complexity[table.columns], complexity, rtol=1e-9, atol=1e-300
    )


def test_the_peer_at_500_steps_has_stopped_before(golden: Any) -> None:
    table, cases = read(golden, "econcomplex_complexity")
    result = nw.fitness_complexity(
        table, iterations=500, tolerance=0, update="sequential"
    )
    fitness, _ = as_pair(cases["fitness_500"], "fitness", "complexity")
    ours = result.fitness[table.index].to_numpy()
    np.testing.assert_allclose(ours, fitness, atol=1e-8)
    assert ours.min() < 1e-6 * fitness.min()


def test_twenty_steps_are_not_enough_and_the_report_says_so(golden: Any) -> None:
    table, _ = read(golden, "econgeo_complexity")
    short = nw.fitness_complexity(table, iterations=20)
    assert not short.converged
    assert short.convergence["largest_change"].iloc[-1] > 1e-3
    long = nw.fitness_complexity(table, iterations=500, tolerance=0)
    assert long.fitness.min() < 1e-3 * short.fitness.min()
