"""Random tables keep both margins, and every table is as likely as another."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterid.statistics import fixed_margins


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_curveball_keeps_both_margins(seed):
    rng = np.random.default_rng(seed)
    table = rng.random((7, 6)) < 0.4
    for block in fixed_margins(table, 30, rng):
        assert (block.sum(axis=1) == table.sum(axis=0)).all()
        assert (block.sum(axis=2) == table.sum(axis=1)).all()


def test_curveball_visits_all_tables_equally_often():
    table = np.array([[1, 1, 0], [0, 0, 1], [1, 0, 0]], dtype=bool)
    blocks = np.concatenate(list(fixed_margins(table, 6000, np.random.default_rng(0))))
    codes = blocks.reshape(len(blocks), -1) @ (2 ** np.arange(9))
    _, counts = np.unique(codes, return_counts=True)
    # rows 2, 1, 1 and columns 2, 1, 1 have five tables (enumerated by hand)
    assert len(counts) == 5
    assert counts / len(blocks) == pytest.approx(0.2, abs=0.03)


@pytest.mark.parametrize("draws", [1, 49, 50, 120])
def test_blocks_of_random_tables_hold_as_many_as_were_asked_for(draws: int) -> None:
    table = np.eye(4, dtype=bool)
    blocks = list(fixed_margins(table, draws, np.random.default_rng(0)))
    assert sum(map(len, blocks)) == draws
    assert (np.concatenate(blocks).sum(axis=1) == 1).all()
