"""Members by certainty: more of the truth than by the gate, and only with a seed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.clusters.weak_clusters import grid, weak

from clusterid.clusters import member_cells
from clusterid.errors import OptionError
from clusterid.tables import Economy, contiguity


def f1(cells: pd.DataFrame, truth: np.ndarray) -> float:
    found = cells["is_member"].to_numpy().reshape(truth.T.shape).T
    return 2 * (found & truth).sum() / (found.sum() + truth.sum())


def test_more_of_the_truth_is_found_than_by_the_gate_alone():
    graph = contiguity(grid())
    for seed in (1, 2):
        table, groups, truth = weak(seed)
        sure = member_cells(table, groups, graph, local_statistics=False)
        firm = member_cells(table, groups, graph, rule="gate", local_statistics=False)
        assert f1(sure, truth) > f1(firm, truth) + 0.03
        assert (sure["is_member"] | ~sure["is_seed"]).all()
        assert (sure.loc[sure["is_member"], "p_value"] < 1).all()
        pd.testing.assert_series_equal(sure["certainty"], firm["certainty"])
        told = sure.attrs["members"]
        members = sure.loc[sure["is_member"], "certainty"]
        assert told["expected_false"] == pytest.approx((1 - members).sum())


def test_without_a_seed_nothing_is_said():
    table, groups, _ = weak(1, lq=1.0)
    cells = member_cells(table, groups, contiguity(grid()), local_statistics=False)
    assert not cells["is_seed"].any()
    assert not cells["is_member"].any()
    assert cells["certainty"].isna().all()


def test_jobs_alone_keep_to_the_gate():
    table, groups, _ = weak(1, lq=8.0)
    graph = contiguity(grid())
    jobs = Economy(employment=table.employment * 20)
    found = member_cells(jobs, groups, graph, local_statistics=False)
    assert found["is_member"].any()
    assert found.attrs["members"] == {"rule": "gate"}
    assert found["certainty"].isna().all()
    firm = member_cells(jobs, groups, graph, rule="gate", local_statistics=False)
    pd.testing.assert_frame_equal(found, firm)


def test_an_unknown_rule_is_told():
    table, groups, _ = weak(1)
    with pytest.raises(OptionError, match="rule"):
        member_cells(table, groups, contiguity(grid()), rule="best")
