"""Location quotients: golden values, hand calculations, reasons for what is missing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid.concentration import (
    location_quotient,
    log_z_cutoff,
    missing_reasons,
)
from clusterid.errors import OptionError, TableError

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


def test_farhauer_kroell_example():
    # A1 of the check values: e_ij 1714, e_j 79006, e_i 879213, e 15593224
    table = pd.DataFrame(
        {
            "i": [1714.0, 879213.0 - 1714.0],
            "rest": [79006.0 - 1714.0, 15593224.0 - 879213.0 - 79006.0 + 1714.0],
        },
        index=["j", "others"],
    )
    assert location_quotient(table).loc["j", "i"] == pytest.approx(
        0.384762342, abs=5e-10
    )


def test_largest_quotients_of_the_german_lander(golden):
    content = golden("reat_lq")
    lq = location_quotient(_frame(content["inputs"]["employment"], content))
    largest = lq.stack().nlargest(3)
    assert list(largest.index) == [("BE", "WZ08-R"), ("BB", "WZ08-B"), ("ST", "WZ08-B")]
    np.testing.assert_allclose(largest, [2.5559510, 2.5314363, 2.4654331], atol=5e-8)


def test_four_references_by_hand():
    table = pd.DataFrame(
        {"A": [30.0, 10.0, 0.0], "B": [20.0, 40.0, 100.0]}, index=list("rst")
    )
    share = 30 / 50
    assert location_quotient(table).loc["r", "A"] == pytest.approx(share / (40 / 200))
    rest = location_quotient(table, reference="rest").loc["r", "A"]
    assert rest == pytest.approx(share / (10 / 150))
    peers = location_quotient(table, reference=["r", "s"]).loc["r", "A"]
    assert peers == pytest.approx(share / (40 / 100))
    other = pd.Series({"A": 1.0, "B": 3.0})
    assert location_quotient(table, reference=other).loc["r", "A"] == pytest.approx(
        share / 0.25
    )
    with_total = pd.Series({"A": 1.0, "B": 3.0, "TOTAL": 10.0})
    given = location_quotient(table, reference=with_total).loc["r", "A"]
    assert given == pytest.approx(share / 0.1)


def test_withheld_cells_are_never_zero_and_have_a_reason():
    table = pd.DataFrame(
        {"A": [5.0, np.nan, 0.0], "B": [5.0, 8.0, 0.0], "C": [0.0, 0.0, 0.0]},
        index=list("rst"),
    )
    lq, why = location_quotient(table), missing_reasons(table)
    assert (lq.isna() == why.ne("")).to_numpy().all()
    assert why.loc["s", "A"] == "withheld"
    assert why.loc["r", "A"] == "industry_total_withheld"
    assert why.loc["s", "B"] == "region_total_withheld"
    assert why.loc["t", "B"] == "region_empty"
    assert why.loc["r", "C"] == "industry_absent"


def test_published_totals_bring_the_other_quotients_back():
    table = pd.DataFrame({"A": [5.0, np.nan], "B": [5.0, 8.0]}, index=list("rs"))
    totals = pd.DataFrame(
        [("s", "TOTAL", 10.0), ("TOTAL", "A", 7.0)],
        columns=["region", "industry", "value"],
    )
    lq = location_quotient(table, totals=totals)
    assert lq.loc["r", "A"] == pytest.approx((5 / 10) / (7 / 20))
    assert missing_reasons(table, totals=totals).loc["s", "A"] == "withheld"
    assert missing_reasons(table, totals=totals).loc["s", "B"] == ""


def test_a_zero_has_no_logarithm_and_equal_quotients_no_variation():
    table = pd.DataFrame({"A": [0.0, 10.0], "B": [10.0, 10.0]}, index=list("rs"))
    assert missing_reasons(table, variant="log").loc["r", "A"] == "log_of_zero"
    even = pd.DataFrame({"A": [0.1, 0.7], "B": [0.2, 1.4]}, index=list("rs"))
    assert (missing_reasons(even, variant="z") == "no_variation").to_numpy().all()


def test_all_faults_are_told_at_once():
    table = pd.DataFrame(
        [[1.0, -2.0], [3.0, 4.0]], index=["r", "r"], columns=["A", "B"]
    )
    with pytest.raises(TableError) as caught:
        location_quotient(table)
    assert len(caught.value.faults) == 2
    with pytest.raises(OptionError, match="symmetric"):
        location_quotient(table, variant="symetric")
    with pytest.raises(OptionError, match="unknown regions"):
        location_quotient(table.set_axis(["r", "s"]).abs(), reference=["x"])


def test_bootstrapped_cutoff_is_the_quantile_of_the_log_z():
    rng = np.random.default_rng(3)
    table = pd.DataFrame(rng.lognormal(3, 1, (200, 3)), columns=list("ABC")).rename(
        index="r{}".format
    )
    cut = log_z_cutoff(table, seed=1)
    z = location_quotient(table, variant="log_z")
    quantile = z.quantile(0.95)
    assert (cut["cutoff"] - quantile).abs().max() < 3 * cut["standard_error"].max()
    shuffled = table.sample(frac=1, random_state=2)[["C", "A", "B"]]
    pd.testing.assert_frame_equal(
        log_z_cutoff(shuffled, seed=1).reindex(["A", "B", "C"]), cut, rtol=1e-9
    )
