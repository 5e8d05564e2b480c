"""Agreement of partitions and validation scores against golden values (rtol 1e-9)."""

from __future__ import annotations

from itertools import combinations

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from clusterid.communities import given_templates, pair_auc, partition_agreement
from clusterid.communities._agreement import contingency
from clusterid.communities._graph import Edges, from_graph
from clusterid.communities._partition import modularity
from clusterid.communities._validation import within_between
from clusterid.errors import TableError

RTOL = 1e-9


@pytest.fixture
def case(golden):
    return golden("partition_agreement")


def partitions(case):
    index = [str(i) for i in case["inputs"]["industries"]]
    return (
        pd.Series(case["inputs"]["declared"], index=index),
        pd.Series(case["inputs"]["found"], index=index),
    )


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("adjusted_rand", "adjusted_rand"),
        ("rand", "rand"),
        ("nmi_arithmetic", "nmi_arithmetic"),
        ("nmi_geometric", "nmi_geometric"),
        ("nmi_min", "nmi_min"),
        ("nmi_max", "nmi_max"),
        ("adjusted_mutual_information", "ami"),
        ("fowlkes_mallows", "fowlkes_mallows"),
        ("omega", "omega"),
    ],
)
def test_scores_equal_golden(case, ours, theirs):
    found = partition_agreement(*partitions(case))[ours]
    assert found == pytest.approx(case["by_id"][theirs]["output"], rel=RTOL)


def test_counts_by_pair_of_groups(case):
    table = contingency(*(series.to_numpy() for series in partitions(case)))
    np.testing.assert_array_equal(table, case["by_id"]["contingency"]["output"])


def test_variation_of_information_is_in_nats_where_the_peer_is_in_bits(case):
    found = partition_agreement(*partitions(case))["variation_of_information"]
    peer = case["by_id"]["variation_of_information"]["output"]
    assert found / np.log(2) == pytest.approx(peer, rel=RTOL)


def test_homogeneity_and_completeness(case):
    found = partition_agreement(*partitions(case))
    peer = case["by_id"]["homogeneity_completeness_v"]["output"]
    assert found["homogeneity"] == pytest.approx(peer[0], rel=RTOL)
    assert found["completeness"] == pytest.approx(peer[1], rel=RTOL)


def thresholded(case) -> Edges:
    phi = np.array(case["inputs"]["proximity"], dtype=float)
    keep = np.triu(phi >= case["inputs"]["edge_threshold"], 1)
    graph = nx.Graph()
    graph.add_nodes_from(f"{i:02d}" for i in range(len(phi)))
    graph.add_weighted_edges_from(
        (f"{i:02d}", f"{j:02d}", phi[i, j]) for i, j in np.argwhere(keep)
    )
    return from_graph(graph)


def test_modularity_equals_golden(case):
    edges = thresholded(case)
    peer = case["by_id"]["modularity"]["output"]
    declared = np.array(case["inputs"]["declared"])
    found = np.array(case["inputs"]["found"])
    assert modularity(edges, declared) == pytest.approx(peer["declared"], rel=RTOL)
    assert modularity(edges, found) == pytest.approx(peer["found"], rel=RTOL)
    assert modularity(edges, found, 0.5) == pytest.approx(
        peer["found_res_0_5"], rel=RTOL
    )


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


def test_check_value_by_r_igraph():
    found = partition_agreement(
        pd.Series([1, 1, 2, 2, 3, 3]), pd.Series([1, 1, 2, 3, 3, 3])
    )
    assert found["nmi_arithmetic"] == pytest.approx(0.7396674, abs=1e-7)
    assert found["adjusted_rand"] == pytest.approx(0.4444444, abs=1e-7)
    assert found["variation_of_information"] == pytest.approx(0.5493061, abs=1e-7)


def test_equal_partitions_agree_fully_whatever_their_names():
    one = pd.Series(list("aabbc"))
    other = pd.Series([3, 3, 1, 1, 2])
    found = partition_agreement(one, other)
    for name in ("adjusted_rand", "adjusted_mutual_information", "element_centric"):
        assert found[name] == pytest.approx(1)
    with pytest.raises(TableError):
        partition_agreement(one, pd.Series([1], index=["z"]))


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


def test_pair_auc_by_hand():
    # six pairs; together: ab, cd. Likeness: ab .8, cd .3; others: ac .5, rest 0
    layer = nx.Graph()
    layer.add_weighted_edges_from([("a", "b", 0.8), ("c", "d", 0.3), ("a", "c", 0.5)])
    truth = pd.Series({"a": 1, "b": 1, "c": 2, "d": 2})
    found = pair_auc(layer, truth)
    # ab beats all 4, cd beats 3 of 4
    assert found["auc"] == pytest.approx(7 / 8)
    assert found[["n_items", "n_together", "n_pairs"]].tolist() == [4, 2, 6]
    border = pd.Series({"a": "x", "b": "y", "c": "y", "d": "z"})
    across = pair_auc(layer, truth, apart=border)
    # bc is left out: ab .8, cd .3 against ac .5, ad 0, bd 0
    assert across["auc"] == pytest.approx(5 / 6)
    assert across["n_pairs"] == 5


def test_pair_auc_of_a_partition_counts_ties_half():
    found = pd.Series({"a": "T1", "b": "T1", "c": None, "d": None})
    truth = pd.Series({"a": 1, "b": 1, "c": 2, "d": 2, "unknown": 2})
    # ab 1, cd 0 (in no group) against four zeros: (4 + 4/2) / 8
    assert pair_auc(found, truth)["auc"] == pytest.approx(6 / 8)
    rng = np.random.default_rng(3)
    codes = [f"{i:03d}" for i in range(40)]
    one = pd.Series(rng.integers(0, 5, 40), codes)
    other = pd.Series(rng.integers(0, 6, 40), codes)
    brute = [
        (one[i] == one[j], other[i] == other[j]) for i, j in combinations(codes, 2)
    ]
    yes = [s for s, t in brute if t]
    no = [s for s, t in brute if not t]
    wins = sum((a > b) + (a == b) / 2 for a in yes for b in no)
    expected = wins / len(yes) / len(no)
    assert pair_auc(one, other)["auc"] == pytest.approx(expected, abs=1e-12)
    with pytest.raises(TableError, match="no pair belongs"):
        pair_auc(found, pd.Series({"a": 1, "b": 2}))


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
