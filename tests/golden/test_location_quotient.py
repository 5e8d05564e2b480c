"""Location quotients against other programs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid.concentration import location_quotient

RTOL = 1e-9  # full double precision on both sides; sums in another order


def _frame(matrix, content):
    index, columns = content["inputs"]["regions"], content["inputs"]["industries"]
    return pd.DataFrame(matrix, index=index, columns=columns, dtype=float)


GOLDEN = [
    ("reat_lq", "employment", "lq", "ratio"),
    ("reat_lq", "employment", "lq_additive", "additive"),
    ("reat_lq", "employment", "arca_reference", "additive_industry"),
    ("reat_lq", "employment", "symmetric_lq_reference", "symmetric"),
    ("reat_lq", "employment", "zlq_reference", "z"),
    ("reat_lq", "employment", "loglq_z_reference", "log_z"),
    ("econgeo_basic", "values", "lq", "ratio"),
    ("econcomplex_basic", "values", "lq", "ratio"),
    ("economic_complexity_datawheel", "values", "rca", "ratio"),
]


@pytest.mark.parametrize(("file", "given", "case", "variant"), GOLDEN)
def test_equals_the_golden_value(golden, file, given, case, variant):
    content = golden(file)
    table = _frame(content["inputs"][given], content)
    expected = _frame(content["by_id"][case]["output"], content)
    ours = location_quotient(table, variant=variant)
    np.testing.assert_allclose(ours, expected, rtol=RTOL, atol=1e-13)


@pytest.mark.parametrize(
    ("case", "variant"),
    [("zlq_reat_defective", "z"), ("loglq_z_reat_defective", "log_z")],
)
def test_standardised_quotients_differ_from_the_defective_peer(golden, case, variant):
    # REAT subtracts region means along the industry axis; each industry's z has
    # mean 0 and standard deviation 1 by O'Donoghue & Gleave (2004)
    content = golden("reat_lq")
    ours = location_quotient(
        _frame(content["inputs"]["employment"], content), variant=variant
    )
    theirs = content["by_id"][case]["output"]
    theirs = np.array(theirs, dtype=object).astype(str).astype("U32")
    theirs = pd.to_numeric(pd.Series(theirs.ravel()), errors="coerce").to_numpy()
    gap = np.abs(ours.to_numpy().ravel() - theirs)
    assert np.nanmax(gap[np.isfinite(gap)]) > 1.0
    np.testing.assert_allclose(ours.mean(), 0.0, atol=1e-12)
    np.testing.assert_allclose(ours.std(ddof=1), 1.0, rtol=1e-12)


def test_an_absent_cell_is_zero_not_a_neighbours_value(golden):
    case = golden("reat_lq")["by_id"]["unbalanced_table_reat_defective"]
    table = pd.DataFrame({"a": [10.0, 30.0], "b": [20.0, 0.0]}, index=["x", "y"])
    ours = location_quotient(table)
    assert ours.to_numpy().tolist() == [[0.5, 2.0], [1.5, 0.0]]
    assert case["output"][1] == [1.5, 1.5]  # REAT recycles


def test_largest_quotients_of_the_german_lander(golden):
    content = golden("reat_lq")
    lq = location_quotient(_frame(content["inputs"]["employment"], content))
    largest = lq.stack().nlargest(3)
    assert list(largest.index) == [("BE", "WZ08-R"), ("BB", "WZ08-B"), ("ST", "WZ08-B")]
    np.testing.assert_allclose(largest, [2.5559510, 2.5314363, 2.4654331], atol=5e-8)
