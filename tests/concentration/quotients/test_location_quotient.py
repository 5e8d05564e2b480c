"""Location quotients: hand calculations, reasons for what is missing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid.concentration import location_quotient, log_z_cutoff, missing_reasons
from clusterid.errors import OptionError, TableError


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


@pytest.mark.filterwarnings("ignore:.*are withheld, in")
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
