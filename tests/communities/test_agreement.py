"""Agreement of partitions against golden values (rtol 1e-9)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.communities.graphs import RTOL

from clusterid.communities import partition_agreement
from clusterid.communities._agreement import contingency
from clusterid.errors import TableError


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
