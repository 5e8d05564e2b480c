"""Scores on a layer held out: golden values (rtol 1e-9), by hand, and for chance."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from tests.communities.graphs import RTOL

from clusterid.communities import (
    given_templates,
)
from clusterid.communities._validation import within_between


@pytest.fixture
def case(golden):
    return golden("partition_agreement")


def test_within_and_between_relatedness_equal_golden(case):
    phi = np.array(case["inputs"]["proximity"], dtype=float)
    np.fill_diagonal(phi, 0.0)
    labels = np.array(case["inputs"]["declared"])
    within, between, means = within_between(phi, labels, 8)
    peer = case["by_id"]["dps_validation_reference"]["output"]
    expected = np.array(peer["bcr"], dtype=float)
    off = ~np.eye(8, dtype=bool)
    assert between[off] == pytest.approx(expected[off], rel=RTOL)
    theirs = np.array(peer["industry_cluster"], dtype=float)
    known = np.isfinite(theirs)
    assert means[known] == pytest.approx(theirs[known], rel=RTOL)
    pooled = case["by_id"]["within_between_reference"]["output"]["within"]
    some = np.array([x is not None for x in pooled])
    assert within[some] == pytest.approx(np.array(pooled, float)[some], rel=RTOL)
    # the strict form of the file: above EVERY other cluster, in percent
    strict = [within[c] > np.nanmax(between[c]) for c in range(8) if some[c]]
    assert 100 * np.mean(strict) == pytest.approx(peer["vs_cluster"])


def test_validation_of_given_templates_on_a_layer():
    graph = nx.Graph()
    graph.add_weighted_edges_from([
        ("a", "b", 3.0),
        ("c", "d", 2.0),
        ("a", "c", 0.5),
        ("b", "d", 0.5),
    ])
    table = given_templates({"a": "x", "b": "x", "c": "y", "d": "y"}).validation(graph)
    assert table["wcr"].tolist() == [3.0, 2.0]
    assert table["bcr"].tolist() == [0.25, 0.25]
    assert table.attrs["scores"]["vs_industry"] == 100


def test_the_held_out_score_is_nought_for_chance_and_says_its_error():
    rng = np.random.default_rng(0)
    codes = [f"{i:03d}" for i in range(120)]
    truth = pd.Series(np.repeat(np.arange(12), 10).astype(str), codes)
    same = truth.to_numpy()[:, None] == truth.to_numpy()
    links = 0.1 * same + rng.random((120, 120))
    graph = nx.from_numpy_array(np.triu(links, 1))
    layer = nx.relabel_nodes(graph, dict(enumerate(codes)))
    scores = given_templates(truth).validation(layer).attrs["scores"]
    assert 40 < scores["adjusted"] < 90
    # the share itself, what chance scores, and the error over what chance leaves
    found = scores["vs_industry"]
    chance = 100 * (found - scores["adjusted"]) / (100 - scores["adjusted"])
    assert found < 95
    assert 30 < chance < 60
    error = 100 * np.sqrt(found / 100 * (1 - found / 100) / 120)
    assert scores["standard_error"] == pytest.approx(100 / (100 - chance) * error)
    dealt = pd.Series(rng.permutation(truth.to_numpy()), codes)
    random = given_templates(dealt).validation(layer).attrs["scores"]
    assert abs(random["adjusted"]) < 3 * random["standard_error"]
    one = given_templates(dict.fromkeys(codes, "all")).validation(layer)
    assert np.isnan(one.attrs["scores"]["adjusted"])


def test_the_quick_share_of_industries_near_their_own_equals_the_score():
    from clusterid.communities._validation import Right, score

    rng = np.random.default_rng(4)
    links = rng.random((30, 30)) * (rng.random((30, 30)) < 0.6)
    links = links + links.T
    labels = np.sort(rng.integers(0, 9, 30))
    labels[-1] = 9
    sizes = np.bincount(labels)
    for order in (np.arange(30), rng.permutation(30)):
        dealt = np.empty(30, dtype=np.int64)
        dealt[order] = labels
        grouped = np.where(sizes[dealt] > 1, dealt, -1)
        _, renumbered = np.unique(grouped[grouped >= 0], return_inverse=True)
        grouped[grouped >= 0] = renumbered
        by_table = score(links, grouped, int((sizes > 1).sum()))
        expected = by_table["vs_industry"] * by_table["coverage"] / 100
        assert Right(links, labels)(order) == pytest.approx(expected)


def test_percentiles_leave_out_what_is_not_known():
    from clusterid.communities._validation import _percentile

    table = np.array([[1.0, np.nan, 3.0, 2.0], [np.nan] * 4, [5.0, 5.0, 1.0, 9.0]])
    expected = [np.percentile([1, 2, 3], 95), np.nan, np.percentile([1, 5, 5, 9], 95)]
    np.testing.assert_allclose(_percentile(table, 95), expected)
