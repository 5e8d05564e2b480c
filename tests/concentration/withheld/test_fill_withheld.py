"""Withheld cells: fillings that keep the totals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.concentration.withheld.economies import simulated

from clusterid.concentration import fill_withheld
from clusterid.tables import Economy


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
