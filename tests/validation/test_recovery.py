"""The validation by recovery runs, and its scores are what they say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]
SMALL = {"n_regions": 80, "n_plants": 120_000}


@pytest.fixture(autouse=True)
def _on_path(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))


def line(n):
    from scipy.sparse import diags_array

    return diags_array([np.ones(n - 1), np.ones(n - 1)], offsets=[1, -1]).tocsr()


def test_scores_by_hand():
    from validation.recovery._scores import scores, steps_between

    # nine regions in a row; planted 1-2 and 5-8, found 1-3, 6 alone, and 0 in group 1
    near = line(9)
    truth, found = np.zeros((9, 2), dtype=bool), np.zeros((9, 2), dtype=bool)
    truth[[1, 2, 5, 6, 7, 8], 0] = True
    found[[1, 2, 3, 6], 0] = True
    found[0, 1] = True
    got = scores(found, truth, near, steps_between(near))
    assert got["precision"] == pytest.approx(3 / 5)
    assert got["recall"] == pytest.approx(3 / 6)
    assert got["F1"] == pytest.approx(6 / 11)
    # 1-3 is 1-2 (Jaccard 2/3); 6 is a quarter of 5-8; the third holds nothing planted
    assert got["cluster precision"] == pytest.approx(1 / 3)
    assert got["cluster recall"] == pytest.approx(1 / 2)
    assert got["boundary"] == pytest.approx(1 / 2)
    assert got["edge steps"] == 1
    assert got["clusters"] == 3
    assert got["false clusters"] == 1


def test_a_planted_cluster_is_matched_once():
    from validation.recovery._scores import matches

    planted = [(0, frozenset({1, 2, 3, 4}))]
    found = [(0, frozenset({1, 2})), (0, frozenset({3, 4})), (1, frozenset({1, 2, 3}))]
    assert len(matches(found, planted)) == 1


def test_the_best_cut_takes_ties_together():
    from validation.recovery._scores import tuned

    score = np.array([[3.0], [2.0], [2.0], [np.nan]])
    truth = np.array([[True], [True], [False], [False]])
    value, found = tuned(score, truth)
    assert value == pytest.approx(0.8)
    assert found[:, 0].tolist() == [True, True, True, False]


def test_splitting_a_group_moves_no_plant():
    from dataclasses import replace

    from validation.recovery._scenarios import SCENARIOS, draws

    scenario = SCENARIOS[4]
    one, truth, _ = next(draws(scenario, 1, 5))
    many, again, groups = next(draws(replace(scenario, industries=3), 1, 5))
    joined = many.establishments[groups.index] @ groups
    pd.testing.assert_frame_equal(joined, one.establishments[groups.columns])
    assert (truth == again).all()


def test_reliability_and_brier_by_hand():
    from validation.recovery._reliability import brier, reliability

    stated = np.array([0.9, 0.92, 0.1, np.nan])
    real = np.array([True, False, False, True])
    table = reliability(stated, real)
    assert table["n"].sum() == 3
    assert table.loc["0.9 to 0.95", "share real"] == 0.5
    assert table.loc["0.9 to 0.95", "mean stated"] == pytest.approx(0.91)
    found = brier(stated, real)
    assert found["Brier"] == pytest.approx((0.01 + 0.92**2 + 0.01) / 3)
    assert found["base rate"] == pytest.approx(1 / 3)


def test_the_planted_part_runs_and_grade_a_beats_every_rule():
    from validation.recovery._methods import SCALES
    from validation.recovery._planted import planted
    from validation.recovery._report import markdown
    from validation.recovery._scenarios import SCENARIOS

    tables = planted(1, SCENARIOS[2:3])
    cells = tables["planted: every score"]["F1"].droplevel("scenario")
    assert cells["grade A"] > 0.85
    assert cells["oracle"] > 0.9
    assert set(SCALES) < set(cells.index)
    ours = ("oracle", "grade", "first detector")
    rules = cells[~cells.index.str.startswith(ours)]
    assert cells["grade A"] > rules.max()
    assert markdown(tables["planted: acceptance"]).count("\n") == 2


def test_the_nulls_part_runs(tmp_path):
    from validation.recovery._nulls import nulls
    from validation.recovery._report import show

    tables = nulls(1, ["dartboard"], size="part", beside=1)
    rules = tables["nulls: published rules, part"]["dartboard"]
    # rules of percentiles fire on pure chance
    assert rules["cluster_mapping_strong"] > 50
    alarms = tables["nulls: false alarms of the grades, part"].loc["dartboard"]
    assert (
        alarms["with an A"] <= alarms["with an A or B"] <= alarms["with any grade"] <= 1
    )
    show(tables, tmp_path)
    assert len(list(tmp_path.glob("*.csv"))) == len(tables)


@pytest.mark.slow
def test_the_parts_on_a_country_run():
    from validation.recovery._declared import declared
    from validation.recovery._whole_pathway import whole_pathway
    from validation.recovery._withheld import withheld

    found = whole_pathway(1, ["as by default, 40 clusters"], **SMALL)
    assert found["whole pathway: cells"]["F1"].max() > 0.5
    hidden = withheld(1, [88], **SMALL)["withheld: bounds"]
    assert hidden["true value inside"].eq(1).all()
    verdicts = declared(1, ["as by default"], **SMALL)["declared: verdicts"]
    assert verdicts["records"].gt(0).all()
