"""Random tables that keep their margins."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from clusterid.statistics import curveball, from_sets, row_sets, trade


def test_margins_are_kept_and_tables_are_forgotten() -> None:
    rng = np.random.default_rng(0)
    table = (rng.random((30, 12)) < 0.3).astype(float)
    mixed = curveball(table, seed=1).toarray()
    np.testing.assert_array_equal(mixed.sum(axis=0), table.sum(axis=0))
    np.testing.assert_array_equal(mixed.sum(axis=1), table.sum(axis=1))
    assert set(np.unique(mixed)) <= {0.0, 1.0}
    assert (mixed != table).any()


def test_every_table_of_the_margins_comes_equally_often() -> None:
    """Two rows of one, three columns: of 3 x 3 tables, six keep sums of one each."""
    rng = np.random.default_rng(4)
    rows = [{0}, {1}, {2}]
    seen: dict[tuple[int, ...], int] = {}
    for _ in range(6000):
        trade(rows, 10, rng)
        key = tuple(next(iter(row)) for row in rows)
        seen[key] = seen.get(key, 0) + 1
    assert len(seen) == 6
    # chi-square with 5 degrees of freedom: 20.5 is passed in one of a thousand
    assert sum((n - 1000) ** 2 / 1000 for n in seen.values()) < 20.5


def test_sets_and_tables_are_two_forms_of_one_thing() -> None:
    table = sparse.csr_array(np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 0.0]]))
    assert row_sets(table) == [{0, 2}, set()]
    np.testing.assert_array_equal(
        from_sets([{0, 2}, set()], 3).toarray(), table.toarray()
    )


def test_one_row_or_none_stays() -> None:
    rows = [{0, 1}]
    trade(rows, 5, np.random.default_rng(0))
    assert rows == [{0, 1}]
    assert curveball(np.zeros((2, 3))).sum() == 0
