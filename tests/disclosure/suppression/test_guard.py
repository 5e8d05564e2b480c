"""Nothing that is held can be computed closely from what is published."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.disclosure.suppression.attacks import Attack, of_plants, simulated, table

import clusterid as cid
from clusterid.disclosure import Guard, audit, guard, guard_years
from clusterid.errors import ClusteridError, DataWarning, TableError, TableTypeError
from clusterid.tables import Economy, economy

METHODS = ["exact", "fast"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("groups", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_every_held_cell_stays_open_by_ten_percent_to_everyone(seed, groups, method):
    economy = simulated(seed, 6, 6, groups=groups)
    result = guard(economy, method=method)
    assert result.held.to_numpy().any()
    attack = Attack(economy, result)
    assert attack.too_close(0.1, owners=True) == []
    assert attack.computed_by() == []


def test_without_the_second_step_the_attack_succeeds():
    """The attack used above works: it finds cells where nothing guards them."""
    found = [
        Attack(e, guard(e, secondary=False)).too_close(0.1)
        for e in (simulated(seed, 6, 6) for seed in range(3))
    ]
    assert all(found)


@pytest.mark.parametrize("method", METHODS)
def test_one_employer_of_5000_is_not_bounded_to_a_few_per_cent(method):
    """Its region has no other cell of 500 jobs: several have to move together."""
    rng = np.random.default_rng(0)
    sizes = [[rng.integers(3, 17, 15).tolist() for _ in range(8)] for _ in range(6)]
    sizes[2][3] = [5000, 20, 12, 8]
    economy = of_plants(sizes)
    result = guard(economy, method=method)
    assert result.reasons.loc["r2", "c3"] == "dominance"
    assert not result.total
    attack = Attack(economy, result)
    least, most = attack.interval(attack.cells.index((2, 3)))
    assert least <= 5040 * 0.9
    assert most >= 5040 * 1.1
    assert attack.too_close(0.1) == []


@pytest.mark.parametrize("method", METHODS)
def test_the_owner_of_the_only_plant_does_not_compute_another_cell(method):
    """500 jobs in 15 plants, 30 in one, 20 in one: with the total, 30 gives 20."""
    rest = [[60, 50, 40, 30, 20], [80, 70, 60, 50], [90, 30, 30, 20], [50, 40, 9, 8]]
    first = [[34, 33] + [33] * 13, [30], [20], [90, 80, 40, 30]]
    economy = of_plants([first, rest, rest[::-1], rest[1:] + rest[:1]])
    only_two = guard(economy, secondary=False)
    blind = Attack(economy, only_two)
    assert (0, 2) in blind.computed_by(owner=blind.cells.index((0, 1)))
    result = guard(economy, method=method)
    attack = Attack(economy, result)
    owners = np.flatnonzero(attack.knows[1])
    assert len(owners) >= 2
    for owner in owners:
        assert attack.computed_by(owner) == []
    assert attack.too_close(0.1, owners=True) == []


@pytest.mark.parametrize("length", [2, 3, 4])
def test_the_owner_in_a_cycle_of_held_cells_does_not_unroll_it(length):
    """Held cells that form one cycle: who owns one of them knows all the others."""
    sizes = [[[40, 30, 20, 10]] * length for _ in range(length)]
    for k in range(length):
        sizes[k] = [list(cell) for cell in sizes[k]]
    sizes[0][0] = [25]
    economy = of_plants(sizes)
    cycle = np.zeros((length, length), dtype=bool)
    for k in range(length):
        cycle[k, k] = cycle[k, (k + 1) % length] = True
    held = pd.DataFrame(cycle, economy.regions, economy.industries)
    found = audit(economy, held=held).table
    others = found[(found["region"] != "r0") | (found["industry"] != "c0")]
    assert not others["protected"].any()
    assert set(others["weakest_owner"]) == {"r0 / c0"}
    for method in METHODS:
        attack = Attack(economy, guard(economy, method=method))
        assert attack.too_close(0.1, owners=True) == []


@pytest.mark.parametrize("method", METHODS)
def test_cells_without_plants_are_no_protection(method):
    few, many = [7], [9, 8, 7, 6]
    economy = of_plants([[few, [], many], [[], many, many], [many, many, many]])
    result = guard(economy, method=method)
    assert not result.held.loc["r0", "c1"]
    assert not result.held.loc["r1", "c0"]
    assert Attack(economy, result).too_close(0.1) == []


def test_what_is_unknown_at_the_source_has_no_total_and_protects_nothing():
    whole = simulated(3, 8, 6)
    jobs = whole.employment.copy()
    jobs.iloc[2, 3] = np.nan
    totals = [
        *[(r, "TOTAL", v) for r, v in whole.employment.sum(axis=1).items()],
        *[("TOTAL", c, v) for c, v in whole.employment.sum(axis=0).items()],
        ("TOTAL", "TOTAL", whole.employment.to_numpy().sum()),
    ]
    totals = pd.DataFrame(totals, columns=["region", "industry", "value"])
    result = guard(economy(jobs, totals=totals), minimum_plants=1)
    assert result.reasons.iloc[2, 3] == "withheld"
    assert result.region_totals.iloc[2]
    assert result.industry_totals.iloc[3]
    assert result.total
    assert result.held.to_numpy().sum() == 1
    attack = Attack(Economy(whole.employment), result)
    assert attack.computed_by() == []


@pytest.mark.parametrize("method", METHODS)
def test_an_unknown_cell_beside_plants(method):
    whole = simulated(5, 6, 6)
    at = tuple(np.argwhere(whole.establishments.to_numpy() > 4)[0])
    frames = {}
    for name in ("employment", "largest_plant", "second_plant"):
        frames[name] = getattr(whole, name).copy()
        frames[name].iloc[at] = np.nan
    gap = Economy(
        frames["employment"],
        whole.establishments,
        largest_plant=frames["largest_plant"],
        second_plant=frames["second_plant"],
    )
    result = guard(gap, method=method)
    assert result.reasons.iloc[at] == "withheld"
    # to who knows the unknown cell as well, the others stay open
    found = audit(gap, held=result).table
    known = found[found["value"].notna()]
    assert known["protected"].all()
    assert len(known) > 3


@pytest.mark.parametrize("method", METHODS)
def test_a_cell_that_must_be_published_is(method):
    economy = simulated(2, 6, 6)
    first = guard(economy, method=method)
    secondary = np.argwhere((first.reasons == "secondary").to_numpy())
    pairs = [(economy.regions[i], economy.industries[j]) for i, j in secondary[:2]]
    result = guard(economy, method=method, publish=pairs)
    assert not any(result.held.loc[pair] for pair in pairs)
    assert Attack(economy, result).too_close(0.1, owners=True) == []


def test_what_must_be_published_is_said_by_pairs_rows_or_a_table():
    economy = simulated(2, 6, 6)
    held = (guard(economy, method="fast").reasons == "secondary").to_numpy()
    i, j = np.argwhere(held)[0]
    pair = economy.regions[i], economy.industries[j]
    as_table = pd.DataFrame(False, economy.regions, economy.industries)
    as_table.loc[pair] = True
    rows = pd.DataFrame([pair], columns=["region", "industry"])
    found = [
        guard(economy, method="fast", publish=said).held
        for said in ([pair], rows, as_table)
    ]
    assert not found[0].loc[pair]
    assert found[1].equals(found[0])
    assert found[2].equals(found[0])


def test_a_sensitive_cell_that_must_be_published_is_a_fault_with_its_name():
    economy = simulated(1)
    primary = np.argwhere(guard(economy, secondary=False).held.to_numpy())
    pairs = [(economy.regions[i], economy.industries[j]) for i, j in primary]
    with pytest.raises(TableError, match="sensitive") as caught:
        guard(economy, publish=pairs)
    assert caught.value.faults[0].count == len(pairs)


@pytest.mark.parametrize("method", METHODS)
def test_what_cannot_be_protected_is_said(method):
    economy = of_plants([[[5], [9, 8, 7, 6]], [[9, 8, 7, 6], [9, 8, 7, 6]]])
    pairs = [("r0", "c1"), ("r0", "TOTAL")]
    with pytest.raises(TableError, match="must be published") as caught:
        guard(economy, publish=pairs, method=method)
    assert ("r0", "c0") in caught.value.faults[0].rows


def test_costs_say_what_is_held_rather_than_something_else():
    many = [9, 8, 7, 6]
    sizes = [[[7, 6], many, many], [many, many, many], [many, many, many]]
    economy = of_plants(sizes)
    dear = pd.DataFrame(1.0, economy.regions, economy.industries)
    dear.loc["r0", "c1"] = dear.loc["r1", "c0"] = 1000.0
    for method in METHODS:
        result = guard(economy, costs=dear, method=method)
        assert not result.held.loc["r0", "c1"]
        assert not result.held.loc["r1", "c0"]
        other = guard(economy, costs=1001 - dear, method=method)
        assert other.held.loc["r0", "c1"]
        assert other.held.loc["r1", "c0"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "sizes",
    [
        [[[5]]],
        [[[5], [7, 6, 5, 4], [90, 80, 70]]],
        [[[5]], [[7, 6, 5, 4]], [[90, 80, 70]]],
        [[[5], [3]], [[4], [9]]],
        [[[5], [3, 1]], [[4], []]],
        [[[], [5]], [[6], []]],
        [[[4, 4, 4, 4], [4, 4, 4, 4]], [[4, 4, 4, 4], [9]]],
    ],
    ids=["a cell", "a row", "a column", "all", "a zero", "a diagonal", "equal"],
)
def test_small_tables_are_guarded(sizes, method):
    economy = of_plants(sizes)
    result = guard(economy, method=method)
    attack = Attack(economy, result)
    assert result.held.to_numpy().any()
    assert attack.too_close(0.1, owners=True) == []


def test_an_empty_table_holds_nothing():
    economy = of_plants([[[], []], [[], []]])
    result = guard(economy)
    assert not result.held.to_numpy().any()
    assert not result.total
    assert audit(economy, held=result).protected


def test_nothing_is_held_where_everything_may_be_published():
    jobs = table([[50.0, 40.0], [60.0, 70.0]])
    result = guard(Economy(jobs, jobs / 10))
    assert not result.held.to_numpy().any()
    assert not result.total


@pytest.mark.parametrize("method", METHODS)
def test_the_order_of_rows_changes_nothing(method):
    economy = simulated(4, groups=True)
    result = guard(economy, method=method)
    rng = np.random.default_rng(1)
    rows = rng.permutation(economy.regions)
    columns = rng.permutation(economy.industries)
    frames = {
        name: getattr(economy, name).loc[rows, columns]
        for name in ("establishments", "largest_plant", "second_plant")
    }
    shuffled = Economy(
        economy.employment.loc[rows, columns],
        hierarchies=economy.hierarchies,
        **frames,
    )
    again = guard(shuffled, method=method)
    assert again.held.index.tolist() == rows.tolist()
    assert again.held.loc[economy.regions, economy.industries].equals(result.held)
    assert again.region_totals[economy.regions].equals(result.region_totals)
    assert again.groups.equals(result.groups)


def test_groups_are_listed_with_what_is_held_of_them():
    economy = simulated(2, groups=True)
    groups = guard(economy, method="fast").groups
    assert groups.columns.tolist() == ["region", "industry", "held", "reason"]
    # 8 regions, 2 groups, total; 7 industries, 3 groups, total
    assert len(groups) == 11 * 11 - 9 * 8
    assert (groups["held"] == groups["reason"].ne("")).all()
    assert guard(simulated(2), method="fast").groups.empty


def test_the_fast_method_holds_no_less_than_it_must():
    """Its cost beside the exact one: more jobs, on tables where both run."""
    jobs = {method: 0.0 for method in METHODS}
    for seed in range(4):
        economy = simulated(seed)
        for method in METHODS:
            held = guard(economy, method=method).held
            jobs[method] += float(economy.employment.where(held).sum().sum())
    assert jobs["exact"] < jobs["fast"]


def test_a_guard_says_what_it_did():
    economy = simulated(0)
    result = guard(economy)
    assert result.params["method"] == "exact"
    assert result.params["programmes"] > 0
    cells = sum(result.params["cells_held"].values())
    assert cells == int(result.held.to_numpy().sum())
    assert f"{cells} cells held" in repr(result)
    assert result._repr_html_().startswith("<p>&lt;Guard")
    jobs = float(economy.employment.where(result.held).sum().sum())
    assert sum(result.params["jobs_held"].values()) == pytest.approx(jobs)
    assert guard(economy, method="fast").params["method"] == "fast"
    assert (result.params["publish"], result.params["costs"]) == (0, "jobs")
    safe = np.argwhere(~result.held.to_numpy() & (economy.employment > 0).to_numpy())[0]
    pair = [(economy.regions[safe[0]], economy.industries[safe[1]])]
    said = guard(economy, publish=pair, costs=economy.employment, method="fast").params
    assert (said["publish"], said["costs"]) == (1, "given")


def test_apply_blanks_what_is_held_and_nothing_else():
    economy = simulated(0)
    result = guard(economy)
    shown = result.apply(economy.employment)
    assert shown.isna().equals(result.held)
    part = result.apply(economy.employment.iloc[:2, :2])
    assert part.equals(shown.iloc[:2, :2])


def test_names_of_before_still_work():
    from clusterid import tables

    assert tables.guard is guard is cid.guard
    assert tables.Guard is Guard
    with pytest.raises(AttributeError, match="nothing"):
        _ = tables.nothing


# -- misuse ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"publish": [("nowhere", "c0")]}, "does not have"),
        ({"publish": 3}, "neither a table nor pairs"),
        ({"publish": ["r0"]}, "publish"),
        ({"publish": pd.DataFrame({"c0": [True]}, ["r0"])}, "publish lacks a region"),
        ({"costs": pd.DataFrame({"c0": [1.0]}, ["r0"])}, "costs lacks a region"),
        ({"costs": -simulated(0).employment - 1}, "negative or missing"),
        ({"costs": simulated(0).employment * np.nan}, "negative or missing"),
    ],
)
def test_what_does_not_fit_is_refused(change, said):
    with pytest.raises(ClusteridError, match=said):
        guard(simulated(0), **change)


def test_a_table_that_is_no_economy_is_refused():
    with pytest.raises(ClusteridError, match="economy"):
        guard("plants.csv")
    with pytest.raises(TableTypeError, match="costs"):
        guard(simulated(0), costs="cheap")


def test_a_total_row_among_the_cells_is_refused():
    jobs = table([[5.0, 3.0], [5.0, 3.0]], rows=["r0", "TOTAL"])
    with pytest.raises(TableError, match="TOTAL stands among the codes"):
        guard(Economy(jobs))


def test_negative_jobs_and_codes_that_stand_twice_are_refused():
    with pytest.raises(TableError, match="negative"):
        guard(Economy(table([[5.0, -3.0]])))
    with pytest.raises(TableError, match="region stands twice"):
        guard(Economy(table([[5.0], [3.0]], rows=["r", "r"])))


# -- years -------------------------------------------------------------------------


def years_of(seed):
    """Three years of the same plants, some of which close."""
    rng = np.random.default_rng(seed)
    first = simulated(seed, 7, 6)
    found = {2018: first}
    for year in (2019, 2020):
        factor = rng.uniform(0.97, 1.03, first.employment.shape)
        closed = (rng.uniform(size=factor.shape) < 0.4) & (first.establishments > 2)
        found[year] = Economy(
            first.employment * factor,
            first.establishments - 2.0 * closed.astype(float),
            largest_plant=first.largest_plant * factor,
            second_plant=first.second_plant * factor,
        )
    return found


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", [0, 1])
def test_one_pattern_over_all_years(seed, method):
    economies = years_of(seed)
    together = guard_years(economies, method=method)
    assert list(together) == list(economies)
    for year, result in together.items():
        there = economies[year].establishments > 0
        assert (result.held & there).equals(together[2018].held & there)
        assert result.region_totals.equals(together[2018].region_totals)
        assert Attack(economies[year], result).too_close(0.1) == []


@pytest.mark.parametrize("method", METHODS)
def test_what_is_held_in_one_year_is_held_in_the_others(method):
    few, many = [7, 6], [9, 8, 7, 6]
    rows = [[many] * 4 for _ in range(4)]
    economies = {}
    for year, k in ((2019, 0), (2020, 3)):
        sizes = [list(row) for row in rows]
        sizes[k][k] = few
        economies[year] = of_plants(sizes)
    alone = {year: guard(e, method=method) for year, e in economies.items()}
    assert not alone[2019].held.loc["r3", "c3"]
    together = guard_years(economies, method=method)
    assert together[2019].held.equals(together[2020].held)
    for year, other in ((2019, 2020), (2020, 2019)):
        assert (together[other].held | ~alone[year].held).to_numpy().all()
        reasons = together[year].reasons
        added = together[year].held & ~alone[year].held
        assert set(reasons.to_numpy()[added.to_numpy()]) <= {"other_year", "secondary"}
        assert "other_year" in set(reasons.to_numpy().ravel())


def test_a_cell_that_is_gone_in_one_year_is_not_held_there():
    many = [9, 8, 7, 6]
    rest = [[many] * 3 for _ in range(2)]
    first = of_plants([[[7, 6], many, many], *rest])
    gone = of_plants([[[], many, many], *rest])
    together = guard_years({2019: first, 2020: gone})
    assert together[2019].held.loc["r0", "c0"]
    assert not together[2020].held.loc["r0", "c0"]
    companions = together[2019].held.drop(index="r0")
    assert companions.to_numpy().any()
    assert together[2020].held.loc[companions.index].equals(companions)


def test_years_of_other_regions_share_what_they_have():
    first = of_plants([[[7], [9] * 4], [[9] * 4, [8] * 4], [[7] * 4, [8] * 4]])
    names = {"r0": "r0", "r1": "r1", "r2": "new"}
    frames = {
        name: getattr(first, name).rename(index=names)
        for name in ("establishments", "largest_plant", "second_plant")
    }
    other = Economy(first.employment.rename(index=names), **frames)
    together = guard_years({1: first, 2: other})
    assert together[2].held.index.tolist() == ["r0", "r1", "new"]
    assert together[1].held.loc["r0"].equals(together[2].held.loc["r0"])
    for each, result in zip((first, other), together.values(), strict=True):
        assert Attack(each, result).too_close(0.1) == []


def test_one_year_is_guarded_as_alone():
    economy = simulated(1)
    assert guard_years({2020: economy})[2020].held.equals(guard(economy).held)


def test_no_year_is_refused():
    with pytest.raises(TableError, match="there is no year"):
        guard_years({})


def test_what_must_be_published_is_named_where_another_year_holds_it():
    many = [9, 8, 7, 6]
    safe = of_plants([[many, many], [many, many]])
    few = of_plants([[[7], many], [many, many]])
    with pytest.raises(TableError, match="sensitive"):
        guard_years({1: safe, 2: few}, publish=[("r0", "c0")])


def test_a_job_for_each_plant_is_known_to_everyone():
    """Three cells at the number of their plants: their sum says each of them."""
    rng = np.random.default_rng(5)
    counts = rng.poisson(rng.choice([1, 2, 4, 9], (7, 5)))
    small = [
        [[1.0 if rng.random() < 0.8 else 6.0 for _ in range(n)] for n in row]
        for row in counts
    ]
    private = of_plants(small)
    for method in ("exact", "fast"):
        result = guard(private, method=method)
        attack = Attack(private, result)
        assert attack.cells
        assert attack.too_close(0.1) == []
        assert audit(private, held=result, method="exact").protected
    bare = guard(private, secondary=False)
    assert Attack(private, bare).too_close(0.1)
    assert not audit(private, held=bare).protected


def test_what_must_be_published_and_may_not_is_told_for_all_years_at_once():
    few, many = of_plants([[[5], [4, 4, 4, 4]]]), of_plants([[[3, 3, 3, 3], [9]]])
    with pytest.raises(TableError, match="sensitive") as error:
        guard_years({2007: few, 2008: many}, publish=[("r0", "c0"), ("r0", "c1")])
    for part in ("r0 / c0", "few_plants in 2007", "r0 / c1", "few_plants in 2008"):
        assert part in str(error.value)


def test_a_rule_that_cannot_be_looked_at_is_said():
    jobs = table([[5, 40], [20, 70]])
    with pytest.warns(DataWarning, match="needs the counts of plants"):
        guard(Economy(jobs))
    with pytest.warns(DataWarning, match="needs second_plant"):
        guard(Economy(jobs, table([[4, 4], [4, 4]])), dominance=(2, 0.9))


@pytest.mark.parametrize(
    "call",
    [
        lambda e: guard_years([e]),
        lambda e: guard(e, costs=np.ones((1, 2))),
        lambda e: cid.disclosure.published_economy(guard(e), e),
    ],
)
def test_another_kind_of_thing_is_named(call):
    with pytest.raises(TableTypeError):
        call(of_plants([[[5, 4, 3], [4, 4, 4, 4]]]))


def test_a_guard_of_another_year_is_refused():
    one = of_plants([[[5, 4, 3], [4, 4, 4, 4]]])
    other = replace(one, metadata=replace(one.metadata, year=2020))
    with pytest.raises(TableError, match="of another economy"):
        cid.disclosure.published_economy(other, guard(one))


def test_the_largest_share_may_be_a_list_as_study_files_write_it():
    one = of_plants([[[5, 4, 3], [40, 4, 4, 4]]])
    pair = guard(one, dominance=(2, 0.8), secondary=False)
    assert guard(one, dominance=[2, 0.8], secondary=False).held.equals(pair.held)
