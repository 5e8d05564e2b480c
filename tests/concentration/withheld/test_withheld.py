"""Withheld cells: bounds that hold the truth."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.concentration.withheld.economies import EDGES, published_range, simulated

from clusterid.concentration import fill_withheld, withheld_bounds
from clusterid.errors import TableError
from clusterid.tables import Economy


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
    low, high = published_range(truth.fillna(0.0).to_numpy())
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
