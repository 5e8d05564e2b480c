"""An audit finds what can be computed, and says who can compute it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.disclosure.suppression.attacks import Attack, of_plants, simulated, table

from clusterid.disclosure import audit, guard
from clusterid.errors import ClusteridError, OptionError, TableError
from clusterid.tables import Economy, economy


def by_cell(found):
    return found.table.set_index(["region", "industry"])


def held_table(economy, *cells):
    held = pd.DataFrame(False, economy.regions, economy.industries)
    for cell in cells:
        held.iloc[cell] = True
    return held


@pytest.mark.parametrize("groups", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_intervals_are_those_of_a_programme_a_bound(seed, groups):
    private = simulated(seed, 6, 6, groups=groups)
    result = guard(private, secondary=False)
    attack = Attack(private, result)
    found = by_cell(audit(private, held=result, method="exact"))
    for k, (i, j) in enumerate(attack.cells):
        row = found.loc[(private.regions[i], private.industries[j])]
        least, most = attack.interval(k)
        assert row["lower"] == pytest.approx(least, abs=1e-4)
        assert row["upper"] == pytest.approx(most, abs=1e-4)


@pytest.mark.parametrize("seed", range(3))
def test_protection_from_owners_is_that_of_asking_each_of_them(seed):
    private = simulated(seed, 5, 5)
    result = guard(private, secondary=False)
    attack = Attack(private, result)
    open_ = {cell for cell, *_ in attack.too_close(0.1, owners=True)}
    found = by_cell(audit(private, held=result, method="exact"))
    for i, j in attack.cells:
        row = found.loc[(private.regions[i], private.industries[j])]
        in_thin_line = row["reason"] == "thin_line"
        assert row["protected"] == ((i, j) not in open_ and not in_thin_line)


def test_the_owner_who_knows_most_is_named():
    assert sum(named_owners(seed) for seed in range(8)) > 5


def named_owners(seed):
    """Compare the intervals of the owners named with the attack; return how many."""
    private = simulated(seed, 5, 5)
    result = guard(private, secondary=False)
    attack = Attack(private, result)
    found = by_cell(audit(private, held=result, method="exact"))
    named = 0
    for k, (i, j) in enumerate(attack.cells):
        row = found.loc[(private.regions[i], private.industries[j])]
        if not row["weakest_owner"]:
            continue
        region, industry = row["weakest_owner"].split(" / ")
        at = private.regions.get_loc(region), private.industries.get_loc(industry)
        least, most = attack.interval(k, attack.cells.index(at))
        named += 1
        assert row["lower_to_owners"] == pytest.approx(least, abs=1e-4) or row[
            "upper_to_owners"
        ] == pytest.approx(most, abs=1e-4)
    return named


def test_what_guard_leaves_is_protected_and_what_it_lacks_is_found():
    private = simulated(0)
    result = guard(private)
    whole = audit(private, held=result)
    assert whole.protected
    assert "all protected" in repr(whole)
    released = result.held & (result.reasons != "secondary")
    less = audit(
        private, held=released, hierarchies=private.hierarchies, method="exact"
    )
    assert not less.protected
    assert "not protected" in repr(less)
    assert less._repr_html_().startswith("<p>&lt;Audit")


@pytest.mark.parametrize("seed", range(3))
def test_the_fast_method_claims_nothing_that_is_not_so(seed):
    private = simulated(seed, 7, 7)
    result = guard(private, secondary=False)
    exact = by_cell(audit(private, held=result, method="exact"))
    fast = by_cell(audit(private, held=result, method="fast"))
    assert fast.index.equals(exact.index)
    assert (fast["lower"] >= exact["lower"] - 1e-4).all()
    assert (fast["upper"] <= exact["upper"] + 1e-4).all()
    assert set(fast["reason"]) <= {"", "not_proven", "thin_line"}
    assert not (fast["protected"] & ~exact["protected"]).any()
    guarded = guard(private, method="fast")
    assert audit(private, held=guarded, method="fast").protected


def test_a_table_alone_by_hand():
    """Two held cells a line: a cell of 5 beside 20, 40 and 70."""
    jobs = table([[5, 40, 9], [20, 70, 9], [9, 9, 9]])
    held = jobs.isin([5, 40, 20, 70])
    found = by_cell(audit(jobs, held=held))
    row = found.loc[("r0", "c0")]
    assert row[["lower", "upper"]].tolist() == pytest.approx([0, 25])
    row = found.loc[("r1", "c1")]
    assert row[["lower", "upper"]].tolist() == pytest.approx([65, 90])
    assert row["reason"] == "narrow"  # 63 would be needed
    held.loc["r1", "c1"] = False
    found = by_cell(audit(jobs, held=held))
    assert set(found["reason"]) == {"exact"}


def test_totals_that_are_not_published_open_what_they_would_close():
    jobs = table([[5, 40], [20, 70]])
    held = jobs.eq(5)
    assert audit(jobs, held=held).table["reason"].tolist() == ["exact"]
    totals = pd.DataFrame(
        [("r1", "TOTAL", 90.0), ("TOTAL", "c1", 110.0)],
        columns=["region", "industry", "value"],
    )
    found = by_cell(audit(jobs, held=held, totals=totals))
    row = found.loc[("r0", "c0")]
    assert row["protected"]
    assert row["lower"] == 0
    assert np.isinf(row["upper"])


def test_a_published_group_closes_what_the_table_leaves_open():
    jobs = table([[50, 60, 50], [60, 50, 50], [50, 50, 50]])
    held = table([[1, 1, 0], [1, 1, 0], [0, 0, 0]]).astype(bool)
    assert audit(jobs, held=held).protected
    tree = {"industry": pd.Series({"c0": "G", "c2": "G"})}
    found = audit(jobs, held=held, hierarchies=tree).table
    assert set(found["reason"]) == {"exact"}


def test_plants_beside_a_table_say_what_owners_know():
    jobs = table([[50, 60], [60, 50]])
    counts, largest = table([[1, 9], [9, 9]]), table([[50, 20], [20, 10]])
    held = jobs.gt(0)
    assert audit(jobs, held=held).protected
    found = by_cell(
        audit(jobs, held=held, establishments=counts, largest_plant=largest)
    )
    assert not found.loc[("r1", "c1"), "protected"]
    assert found.loc[("r1", "c1"), "weakest_owner"] == "r0 / c0"
    assert found.loc[("r1", "c1"), "reason"] == "owner"
    blind = audit(
        jobs, held=held, establishments=counts, largest_plant=largest, owners=False
    )
    assert blind.protected
    assert blind.table["lower_to_owners"].isna().all()


def test_held_plants_of_a_line_that_are_too_few_together_are_found():
    """Two cells of two plants each: as one figure they have four, of five asked."""
    two, many = [50, 40], [30, 30, 30, 30, 30, 30]
    private = of_plants([[two, two, many], [two, two, many], [many, many, many]])
    result = guard(private, minimum_plants=5, secondary=False, p_percent=5)
    found = audit(private, held=result, p_percent=5)
    assert set(found.table["reason"]) == {"thin_line"}
    assert audit(
        private, held=guard(private, minimum_plants=5, p_percent=5), p_percent=5
    ).protected


def test_withheld_cells_of_a_table_have_intervals_and_no_value():
    jobs = table([[5, np.nan, np.nan], [20, np.nan, np.nan], [1, 2, np.nan]])
    totals = pd.DataFrame(
        [("r0", "TOTAL", 45.0), ("r1", "TOTAL", 90.0), ("r2", "TOTAL", 10.0),
         ("TOTAL", "c1", 60.0), ("TOTAL", "c2", 59.0)],
        columns=["region", "industry", "value"],
    )  # fmt: skip
    found = by_cell(audit(economy(jobs, totals=totals)))
    assert found["value"].isna().all()
    assert found.loc[("r2", "c2"), "reason"] == "exact"
    assert found.loc[("r2", "c2"), "lower"] == pytest.approx(7)
    assert found.loc[("r0", "c1"), "reason"] == "withheld"
    assert found.loc[("r0", "c1"), ["lower", "upper"]].tolist() == pytest.approx([
        0,
        40,
    ])
    again = by_cell(audit(jobs, totals=totals))
    assert again.drop(columns="value").equals(found.drop(columns="value"))


def test_an_interval_that_holds_no_protected_value_is_narrow():
    jobs = table([[np.nan, np.nan], [np.nan, np.nan]])
    totals = pd.DataFrame(
        [("r0", "TOTAL", 1000.0), ("r1", "TOTAL", 20.0), ("TOTAL", "c0", 990.0),
         ("TOTAL", "c1", 30.0)],
        columns=["region", "industry", "value"],
    )  # fmt: skip
    found = by_cell(audit(jobs, totals=totals))
    assert found.loc[("r0", "c0"), "reason"] == "narrow"  # 970 to 990
    assert found.loc[("r1", "c0"), "reason"] == "withheld"  # 0 to 20


def test_a_table_without_gaps_and_without_held_has_nothing_to_audit():
    found = audit(table([[5, 40], [20, 70]]))
    assert found.table.empty
    assert found.protected


def test_a_held_zero_is_no_secret():
    jobs = table([[0, 40], [20, 70]])
    found = audit(jobs, held=jobs.eq(0), establishments=jobs / 10).table
    assert found[["lower", "upper"]].to_numpy().tolist() == [[0, 0]]
    assert found["protected"].all()


def test_the_order_of_rows_changes_no_interval():
    private = simulated(2, 6, 5)
    held = guard(private).held
    first = by_cell(audit(private, held=held))
    jobs = private.employment.iloc[::-1, ::-1]
    again = by_cell(
        audit(
            jobs,
            held=held,
            establishments=private.establishments,
            largest_plant=private.largest_plant,
            second_plant=private.second_plant,
        )
    )
    pd.testing.assert_frame_equal(again, first)


# -- misuse ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"held": 3}, "held"),
        ({"held": "r0"}, "held"),
        ({"held": table([[1.0]])}, "held lacks a"),
        ({"p_percent": 100}, "p_percent=100"),
        ({"method": "lp"}, "method"),
        ({"establishments": table([[1.0]])}, "establishments lacks a"),
        ({"owner": True}, "owners"),
    ],
)
def test_what_does_not_fit_is_refused(given, said):
    jobs = table([[5, 40], [20, 70]])
    with pytest.raises(ClusteridError, match=said):
        audit(jobs, **{"held": jobs.eq(5), **given})


@pytest.mark.parametrize("given", ["jobs.csv", 3, None, [[1, 2]]])
def test_what_is_no_table_is_refused(given):
    with pytest.raises(ClusteridError, match="table"):
        audit(given)


def test_total_rows_and_negative_values_are_refused():
    jobs = table([[5, 40], [5, 40]], rows=["r", "TOTAL"])
    with pytest.raises(TableError, match="TOTAL"):
        audit(jobs, held=jobs.eq(5))
    wrong = Economy(table([[5, -1]]))
    with pytest.raises(TableError, match="negative"):
        audit(wrong, held=wrong.employment.eq(5))
    with pytest.raises(OptionError, match="method"):
        audit(jobs, method="quick")


def square(values):
    return table(values, list("rst"), list("ABC"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"hierarchies": {"region": pd.Series({"r": "s", "t": "s"})}}, "a group of"),
        ({"hierarchies": {"region": pd.Series({"r": "G", "zz": "G"})}}, "table lacks"),
        (
            {"totals": pd.DataFrame({
                "region": ["r", "zz"], "industry": "TOTAL", "value": [48.0, 9.0]
            })},
            "neither in the table nor a group",
        ),
        ({"held": square(np.full((3, 3), np.nan))}, "neither True nor False"),
        ({"largest_plant": square(np.full((3, 3), 200.0))}, "jobs than its cell"),
        ({"establishments": square(np.zeros((3, 3)))}, "jobs and no plant"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused(change, said):
    jobs = square([[5, 40, 3], [20, 70, 4], [7, 9, 5]])
    given = {"held": square(np.ones((3, 3))).astype(bool), **change}
    with pytest.raises(TableError, match=said):
        audit(jobs, **given)
