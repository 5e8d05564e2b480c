"""Withheld cells: bounds that hold the truth, fillings that keep the totals."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from clusterid.concentration import (
    fill_withheld,
    location_quotient,
    location_quotient_bounds,
    withheld_bounds,
)
from clusterid.errors import TableError
from clusterid.tables import Economy

EDGES = [0, 20, 100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000]


def _flag(values):
    """Return the published range of each value, as official tables give it."""
    at = np.searchsorted(EDGES, values, side="right")
    low = np.array(EDGES)[at - 1]
    high = np.array([*EDGES[1:], np.inf])[at - 1] - 1.0
    return low.astype(float), high


def simulated(seed=0, shape=(12, 18), withheld=0.35, two_sided=True):
    """Return a simulated economy with groups on one side and its truth."""
    rng = np.random.default_rng(seed)
    n_regions, n_industries = shape
    codes = [f"{k // 6}{k // 3 % 2}{k % 3}" for k in range(n_industries)]
    plants = rng.poisson(rng.lognormal(1.0, 1.0, shape))
    sizes = rng.lognormal(2.5, 1.0, n_industries)
    jobs = np.round(plants * sizes * rng.lognormal(0.0, 0.4, shape))
    truth = pd.DataFrame(jobs, [f"r{k:02}" for k in range(n_regions)], codes)
    hidden = (rng.uniform(size=shape) < withheld) & (plants > 0)
    low, high = _flag(jobs)
    industry = {code: code[:2] for code in codes}
    industry |= {code[:2]: code[0] for code in codes}
    rows = []
    for group in sorted({*industry.values()}):
        inside = [c for c in codes if c.startswith(group)]
        for region in truth.index:
            if rng.uniform() < 0.7:
                rows.append((region, group, truth.loc[region, inside].sum()))
        if two_sided:
            rows.append(("TOTAL", group, truth[inside].to_numpy().sum()))
    rows += [(region, "TOTAL", truth.loc[region].sum()) for region in truth.index]
    if two_sided:
        rows += [("TOTAL", code, truth[code].sum()) for code in codes]
    economy = Economy(
        employment=truth.mask(hidden),
        establishments=pd.DataFrame(plants, truth.index, truth.columns).astype(float),
        lower=pd.DataFrame(low, truth.index, truth.columns),
        upper=pd.DataFrame(high, truth.index, truth.columns),
        totals=pd.DataFrame(rows, columns=["region", "industry", "value"]),
        hierarchies={"industry": pd.Series(industry)},
    )
    return economy, truth


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("method", ["propagate", "lp"])
def test_bounds_hold_the_truth_and_every_published_total(seed, method):
    economy, truth = simulated(seed)
    bounds = withheld_bounds(economy, method=method)
    assert (bounds.lower <= truth + 1e-6).to_numpy().all()
    assert (bounds.upper >= truth - 1e-6).to_numpy().all()
    codes = truth.columns
    for region, industry, value in economy.totals.itertuples(index=False):
        rows = truth.index if region == "TOTAL" else [region]
        inside = (
            codes if industry == "TOTAL" else [c for c in codes if c[:2] == industry]
        )
        if industry != "TOTAL" and len(industry) < 2:
            inside = [c for c in codes if c.startswith(industry)]
        if industry in codes:
            inside = [industry]
        assert bounds.lower.loc[rows, inside].to_numpy().sum() <= value + 1e-6
        assert bounds.upper.loc[rows, inside].to_numpy().sum() >= value - 1e-6


def test_programmes_tighten_only_where_totals_cross():
    gains = {True: [], False: []}
    for seed in range(3):
        for two_sided, found in gains.items():
            economy, _ = simulated(seed, withheld=0.6, two_sided=two_sided)
            economy = replace(economy, lower=None, upper=None)
            wide = withheld_bounds(economy)
            tight = withheld_bounds(economy, method="lp")
            assert (tight.lower >= wide.lower - 1e-6).to_numpy().all()
            assert (tight.upper <= wide.upper + 1e-6).to_numpy().all()
            gap = wide.width - tight.width.where(np.isfinite(wide.width))
            found.append(float(gap.max().max()))
    assert max(gains[True]) > 1.0
    assert max(gains[False]) == pytest.approx(0.0, abs=1e-5)  # a tree: already exact


@pytest.mark.parametrize("two_sided", [False, True])
def test_a_filling_keeps_the_totals_and_stays_inside(two_sided):
    economy, truth = simulated(2, two_sided=two_sided)
    filled = fill_withheld(economy, draws=5, seed=3)
    assert filled.params["residual"] <= 1e-5
    for table in (filled.point.employment.to_numpy(), *filled.draws):
        assert (table >= filled.bounds.lower.to_numpy() - 1e-6).all()
        assert (table <= filled.bounds.upper.to_numpy() + 1e-6).all()
        sums = table.sum(axis=1)
        np.testing.assert_allclose(sums, truth.sum(axis=1), rtol=1e-5)
        if two_sided:
            np.testing.assert_allclose(table.sum(axis=0), truth.sum(), rtol=1e-4)
    assert filled.draws.std(axis=0)[filled.is_imputed.to_numpy()].max() > 1.0
    known = ~filled.is_imputed.to_numpy()
    assert (filled.draws[:, known] == truth.to_numpy()[known]).all()
    share = filled.share_imputed()
    jobs = filled.point.employment
    expected = jobs.where(filled.is_imputed, 0.0).sum() / jobs.sum()
    np.testing.assert_allclose(share, expected, rtol=1e-12)


def test_sums_over_groups_of_both_sides_are_kept():
    economy, truth = simulated(7, two_sided=False)
    extra = [
        ("TOTAL", group, truth.loc[:, truth.columns.str.startswith(group)].sum().sum())
        for group in ("0", "1", "20")
    ]
    extra = pd.DataFrame(extra, columns=["region", "industry", "value"])
    both = replace(economy, totals=pd.concat([economy.totals, extra]))
    filled = fill_withheld(both, draws=3)
    assert filled.params["residual"] <= 1e-5
    for table in (filled.point.employment.to_numpy(), *filled.draws):
        frame = pd.DataFrame(table, truth.index, truth.columns)
        for _, group, value in extra.itertuples(index=False):
            inside = frame.loc[:, frame.columns.str.startswith(group)]
            assert inside.to_numpy().sum() == pytest.approx(value, rel=2e-5)


def test_sums_over_groups_come_with_intervals():
    economy, truth = simulated(5)
    filled = fill_withheld(economy, draws=40)
    groups = pd.Series({code: f"T{code[0]}" for code in truth.columns})
    table = filled.interval(groups).set_index(["region", "group"])
    expected = truth.T.groupby(groups).sum().T.stack()
    assert (table["least"] - 1e-6 <= table["lower"]).all()
    assert (table["lower"] <= table["employment"]).all()
    assert (table["employment"] <= table["upper"]).all()
    assert (table["upper"] <= table["most"] + 1e-6).all()
    inside = expected.reindex(table.index).between(
        table["least"] - 1e-6, table["most"] + 1e-6
    )
    assert inside.all()
    weights = pd.DataFrame({"T0": 0.5}, index=[c for c in truth if c[0] == "0"])
    half = filled.interval(weights).set_index(["region", "group"])
    whole = table["employment"].xs("T0", level="group")
    np.testing.assert_allclose(
        half["employment"].xs("T0", level="group"), whole / 2, rtol=1e-12
    )


def test_the_point_beats_the_middle_of_the_flag():
    errors = []
    for seed in range(6):
        economy, truth = simulated(seed)
        hidden = economy.withheld
        middle = (economy.lower + economy.upper) / 2
        point = fill_withheld(economy, draws=0).point.employment
        errors.append([
            (point - truth).abs().where(hidden).sum().sum(),
            (middle - truth).abs().where(hidden).sum().sum(),
        ])
    ours, theirs = np.sum(errors, axis=0)
    assert ours < 0.6 * theirs


def test_same_seed_same_draws_whatever_the_order():
    economy, _ = simulated(3)
    filled = fill_withheld(economy, draws=3, seed=9)
    rows, columns = economy.regions[::-1], economy.industries[::-1]
    turned = Economy(
        *(
            t.loc[rows, columns]
            for t in (
                economy.employment,
                economy.establishments,
                economy.lower,
                economy.upper,
            )
        ),
        totals=economy.totals.sample(frac=1, random_state=0),
        hierarchies={
            "industry": economy.hierarchies["industry"].sample(frac=1, random_state=1)
        },
    )
    other = fill_withheld(turned, draws=3, seed=9)
    np.testing.assert_array_equal(filled.draws, other.draws[:, ::-1, ::-1])


def test_more_withheld_never_narrows():
    economy, _ = simulated(4, withheld=0.2)
    before = withheld_bounds(economy)
    more = economy.employment.copy()
    more.iloc[::3, ::2] = np.nan
    after = withheld_bounds(economy.with_employment(more))
    assert (after.lower <= before.lower + 1e-6).to_numpy().all()
    assert (after.upper >= before.upper - 1e-6).to_numpy().all()


def test_contradictions_name_the_sum():
    jobs = pd.DataFrame({"A": [10.0, 4.0], "B": [np.nan, 3.0]}, index=["r", "s"])
    totals = pd.DataFrame(
        [("r", "TOTAL", 8.0)], columns=["region", "industry", "value"]
    )
    with pytest.raises(TableError) as caught:
        withheld_bounds(Economy(jobs, totals=totals))
    assert "r / TOTAL" in str(caught.value)
    assert "8 to 8, but its parts 10" in str(caught.value)
    circle = {"industry": pd.Series({"A": "X", "X": "A"})}
    with pytest.raises(TableError, match="circle"):
        withheld_bounds(Economy(jobs, hierarchies=circle))


def test_rounded_totals_need_the_rounding_said():
    jobs = pd.DataFrame({"A": [10.0], "B": [20.0], "C": [np.nan]}, index=["r"])
    totals = pd.DataFrame(
        [("r", "TOTAL", 29.0)], columns=["region", "industry", "value"]
    )
    with pytest.raises(TableError, match="rounding"):
        withheld_bounds(Economy(jobs, totals=totals))
    bounds = withheld_bounds(Economy(jobs, totals=totals), rounding=0.5)
    assert bounds.lower.loc["r"].tolist() == [10.0, 20.0, 0.0]
    assert bounds.upper.loc["r", "C"] == pytest.approx(0.5)


def test_a_group_with_a_part_outside_the_table_only_bounds_from_above():
    jobs = pd.DataFrame({"11": [np.nan], "12": [3.0]}, index=["r"])
    totals = pd.DataFrame([("r", "1", 10.0)], columns=["region", "industry", "value"])
    groups = {"11": "1", "12": "1"}
    whole = Economy(jobs, totals=totals, hierarchies={"industry": pd.Series(groups)})
    assert withheld_bounds(whole).lower.loc["r", "11"] == 7.0
    groups["13"] = "1"  # not in the table
    part = Economy(jobs, totals=totals, hierarchies={"industry": pd.Series(groups)})
    for method in ("propagate", "lp"):
        bounds = withheld_bounds(part, method=method)
        assert (bounds.lower.loc["r", "11"], bounds.upper.loc["r", "11"]) == (0.0, 7.0)
    filled = fill_withheld(part, draws=2)
    assert filled.point.employment.loc["r", "11"] <= 7.0


def test_without_any_bound_a_cell_stays_unknown():
    jobs = pd.DataFrame({"A": [10.0, np.nan], "B": [2.0, 3.0]}, index=["r", "s"])
    filled = fill_withheld(Economy(jobs), draws=2)
    assert np.isinf(filled.bounds.upper.loc["s", "A"])
    assert np.isnan(filled.point.employment.loc["s", "A"])
    assert not filled.is_imputed.to_numpy().any()
    lower = pd.DataFrame({"A": [10.0, 1.0], "B": [2.0, 3.0]}, index=["r", "s"])
    given = Economy(jobs, lower=lower, upper=lower + 1.0)
    value = fill_withheld(given).point.employment.loc["s", "A"]
    assert 1.0 <= value <= 2.0


@pytest.mark.parametrize("with_totals", [True, False])
def test_quotients_of_withheld_cells_are_intervals_that_hold_the_truth(with_totals):
    economy, truth = simulated(6)
    if not with_totals:
        economy = replace(economy, totals=None)
    found, true = location_quotient_bounds(economy), location_quotient(truth)
    known = true.notna()
    assert (found.lower <= true + 1e-9).where(known, True).to_numpy().all()
    assert (found.upper >= true - 1e-9).where(known, True).to_numpy().all()
    assert (found.lower.isna() == true.isna()).to_numpy().all()
    pinned = (~economy.withheld & known).to_numpy()
    width = found.width.to_numpy()
    assert (width[~pinned & known.to_numpy()] > 0).any()
    if with_totals:
        assert np.abs(width[pinned]).max() < 1e-9
    else:
        assert np.median(width[pinned]) > 0.01


def test_a_total_among_the_cells_is_refused():
    jobs = pd.DataFrame({"A": [1.0], "TOTAL": [1.0]}, index=["r"])
    with pytest.raises(TableError, match="move its values"):
        withheld_bounds(Economy(jobs))


def us_states(data_dir):
    """Return the United States 2011: leaves of the industry tree by state."""
    path = data_dir / "us_cbp_states" / "cbp_state_naics_2000_2011.parquet"
    table = pd.read_parquet(path, filters=[("year", "==", 2011)])
    table = table.astype({"state_fips": str, "naics": str, "emp": float})
    codes = sorted({*table["naics"]} - {"TOTAL"})
    joined = {"32": "31", "33": "31", "45": "44", "49": "48"}  # ranges of sectors
    above = {}
    for code in codes:
        shorter = [code[:k] for k in range(len(code) - 1, 1, -1)]
        found = [c for c in shorter if c in codes]
        if len(code) > 2:
            above[code] = found[0] if found else joined[code[:2]]
    leaves = sorted({*codes} - {*above.values()})
    plants = table.pivot(index="state_fips", columns="naics", values="establishments")
    plants = plants.fillna(0.0)
    for parent in sorted({*above.values()}):  # some parts are not in the file
        parts = [c for c in above if above[c] == parent]
        if (plants[parts].sum(axis=1) != plants[parent]).any():
            above[f"rest of {parent}"] = parent
    ranges = zip(EDGES, [*EDGES[1:], np.inf], strict=True)
    ranges = dict(zip("ABCEFGHIJKLM", ranges, strict=True))
    for k, name in enumerate(("lower", "upper")):
        edge = {flag: r[k] - k for flag, r in ranges.items()}
        table[name] = table["empflag"].astype(object).map(edge).astype(float)
    wide = {}
    is_leaf = table["naics"].isin(leaves)
    indexed = table[is_leaf].set_index(["state_fips", "naics"])
    present = plants[leaves] > 0
    for name in ("emp", "lower", "upper"):
        one = indexed[name].unstack().reindex_like(present)
        wide[name] = one.where(present, 0.0)
    totals = table.loc[~is_leaf, ["state_fips", "naics", "emp", "lower", "upper"]]
    return Economy(
        employment=wide["emp"],
        establishments=plants[leaves],
        lower=wide["lower"],
        upper=wide["upper"],
        totals=totals.set_axis(
            ["region", "industry", "value", "lower", "upper"], axis=1
        ),
        hierarchies={"industry": pd.Series(above)},
    )


@pytest.mark.slow
def test_united_states_within_a_minute_and_hidden_cells_are_held(data_dir):
    economy = us_states(data_dir)
    assert economy.employment.shape == (51, 1078)
    assert economy.establishments.to_numpy().sum() == 7_333_892
    start = time.perf_counter()
    propagated = withheld_bounds(economy)
    tight = withheld_bounds(economy, method="lp")
    took = time.perf_counter() - start
    assert took < 60.0
    # one hierarchy: propagation is exact
    np.testing.assert_allclose(tight.upper, propagated.upper, atol=1e-3)
    rng = np.random.default_rng(11)
    truth = economy.employment
    known = truth.notna() & (economy.establishments > 0)
    hide = known & (rng.uniform(size=truth.shape) < 1 / 3)
    low, high = _flag(truth.fillna(0.0).to_numpy())
    flag_low = economy.lower.where(~hide, pd.DataFrame(low, *truth.axes))
    flag_high = economy.upper.where(~hide, pd.DataFrame(high, *truth.axes))
    hidden = Economy(
        truth.mask(hide),
        economy.establishments,
        flag_low,
        flag_high,
        totals=economy.totals,
        hierarchies=economy.hierarchies,
    )
    bounds = withheld_bounds(hidden)
    inside = (bounds.lower <= truth + 1e-6) & (bounds.upper >= truth - 1e-6)
    assert inside.to_numpy()[hide.to_numpy()].all()
    filled = fill_withheld(hidden, draws=2)
    bounded = hide & np.isfinite(flag_high)
    middle = (flag_low + flag_high) / 2
    ours = (filled.point.employment - truth).abs().where(bounded).sum().sum()
    theirs = (middle - truth).abs().where(bounded).sum().sum()
    print(  # noqa: T201
        f"US 2011: bounds {took:.1f} s; {hide.to_numpy().sum()} hidden cells held; "
        f"error of the point over that of the middle of the flag {ours / theirs:.2f}"
    )
    assert ours < 0.3 * theirs
