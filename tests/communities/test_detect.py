"""Detection: order of input, connectedness, layers, groups left alone."""

from __future__ import annotations

import os
import random
import subprocess
import sys

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from tests.communities.graphs import as_text, noisy_groups

from clusterid.communities import detect_communities, given_templates
from clusterid.communities._graph import from_graph
from clusterid.communities._partition import (
    is_connected,
)
from clusterid.errors import DataWarning, GraphError, OptionError


def shuffled(graph: nx.Graph, seed: int) -> nx.Graph:
    rng = random.Random(seed)
    nodes, edges = list(graph.nodes), list(graph.edges(data=True))
    rng.shuffle(nodes)
    rng.shuffle(edges)
    other = nx.Graph(**graph.graph)
    other.add_nodes_from(nodes)
    other.add_edges_from(
        (b, a, data) if rng.random() < 0.5 else (a, b, data) for a, b, data in edges
    )
    return other


def test_order_of_nodes_and_edges_changes_nothing():
    graph = as_text(nx.les_miserables_graph(), weight=None)
    first = detect_communities(
        {"a": graph, "b": as_text(nx.les_miserables_graph())}, runs=12
    )
    second = detect_communities(
        {
            "b": shuffled(as_text(nx.les_miserables_graph()), 4),
            "a": shuffled(graph, 5),
        },
        runs=12,
    )
    pd.testing.assert_series_equal(first.membership, second.membership)
    pd.testing.assert_series_equal(first.confidence, second.confidence)
    pd.testing.assert_frame_equal(first.profile, second.profile)


def test_the_global_generators_are_left_alone():
    random.seed(5)
    np_state = np.random.get_state()[1].copy()  # noqa: NPY002
    expected = random.Random(5).random()
    detect_communities(as_text(nx.karate_club_graph()), runs=4)
    assert random.random() == expected
    assert (np.random.get_state()[1] == np_state).all()  # noqa: NPY002


def test_a_pendant_industry_may_stay_alone_and_says_so():
    graph = as_text(nx.ring_of_cliques(4, 6))
    graph.add_edge("999", "000", weight=0.05)
    found = detect_communities(graph, runs=20, seed=1)
    assert found.status["999"] == "none"
    assert pd.isna(found.membership["999"])
    assert found.status.drop("999").eq("assigned").all()


def test_templates_are_connected():
    rng = np.random.default_rng(0)
    graph = nx.Graph()
    for a in range(60):
        for b in range(a):
            if rng.random() < (0.5 if a % 6 == b % 6 else 0.05):
                graph.add_edge(f"{a:02d}", f"{b:02d}", weight=float(rng.random()))
    found = detect_communities(graph, runs=20)
    edges = from_graph(graph)
    place = {t: i for i, t in enumerate(found.labels.index)}
    labels = np.array([
        place.get(found.membership[code], len(place) + i)
        for i, code in enumerate(edges.nodes)
    ])
    assert is_connected(edges, labels)


def test_runs_at_every_resolution_are_no_worse_and_say_how_stable_each_is():
    graph = noisy_groups()
    chosen = detect_communities(graph, runs=10, resolutions=8)
    every = detect_communities(graph, runs=10, resolutions=8, runs_at="every")
    np.testing.assert_array_equal(
        chosen.profile["resolution"], every.profile["resolution"]
    )
    gain = every.profile["quality"] - chosen.profile["quality"]
    assert gain.min() >= -1e-12
    assert gain.max() > 1e-6
    assert chosen.profile["stability"].notna().sum() == 1
    assert every.profile["stability"].between(-0.05, 1).all()


def test_stability_is_kept_and_printed():
    clear = detect_communities(
        as_text(nx.ring_of_cliques(6, 6)), runs=8, perturbation=0.0
    )
    assert clear.stability["runs_agree"] == pytest.approx(1.0)
    assert clear.stability["assigned"] == 1.0
    assert "runs agree 1.00" in repr(clear)
    assert clear._repr_html_().count("runs agree 1.00") == 1
    noisy = detect_communities(noisy_groups(), runs=8)
    assert noisy.stability["runs_agree"] < 1
    shares = noisy.stability[["assigned", "ambiguous", "none"]]
    assert shares.sum() == pytest.approx(1.0)
    given = given_templates({"1": "x", "2": "x"})
    assert np.isnan(given.stability["runs_agree"])
    assert "runs agree" not in repr(given)


def test_a_layer_that_is_held_out_scores_and_takes_no_part():
    good = as_text(nx.ring_of_cliques(5, 5))
    noise = as_text(nx.gnp_random_graph(25, 0.3, seed=3))
    found = detect_communities({"good": good, "noise": noise}, held_out="good", runs=6)
    assert found.params["layers"] == ["noise"]
    assert found.params["chosen_by"] == "held-out layer"
    assert found.profile["validation"].notna().any()


def test_surrogates_tell_cliques_from_chance():
    cliques = detect_communities(
        as_text(nx.ring_of_cliques(6, 5)), runs=6, surrogates=19
    )
    assert cliques.significance["p_value"].eq(0.05).all()
    chance = detect_communities(
        as_text(nx.gnp_random_graph(40, 0.2, seed=1)), runs=6, surrogates=19
    )
    assert chance.significance["p_value"].median() > 0.05


def test_unusable_graphs_and_options_are_refused():
    graph = as_text(nx.path_graph(3))
    with pytest.raises(OptionError, match="leiden"):
        detect_communities(graph, method="leidn")
    with pytest.raises(OptionError, match="resolution"):
        detect_communities(graph, resolution=-1)
    graph.edges["000", "001"]["weight"] = -1.0
    with pytest.raises(GraphError, match="1 edges have no usable"):
        detect_communities(graph)


def test_without_links_every_industry_is_in_no_template():
    empty = nx.Graph()
    empty.add_nodes_from(["a", "b"])
    with pytest.warns(DataWarning, match="no links"):
        found = detect_communities(empty)
    assert len(found.significance) == len(found.labels) == 0
    assert found.status.to_dict() == {"a": "none", "b": "none"}
    assert found.membership.isna().all()
    assert found.params["chosen_by"] == "no links"


def test_planted_templates_of_a_simulated_economy_come_back():
    from clusterid.communities import partition_agreement
    from clusterid.networks import colocation_network, profile_network, skill_network
    from clusterid.simulation import simulate_economy

    made = simulate_economy(seed=0, n_plants=200_000)
    layers = {
        "supply": profile_network(made.flows),
        "skill": skill_network(made.links),
    }
    judge = colocation_network(made.truth.employment)
    found = detect_communities(layers, held_out=judge, runs=20, resolutions=14)
    sizes = found.significance["n_industries"]
    assert sizes.max() <= 0.2 * len(found.membership)
    assert len(sizes) >= 10
    truth = made.truth.templates.drop_duplicates("industry").set_index("industry")
    scores = partition_agreement(found.membership, truth["template"], missing="single")
    # 16 templates of two or three industries among 88, one layer of two informative
    assert scores["adjusted_mutual_information"] > 0.35
    # the layer that says nothing of the templates weighs less than the one that does
    assert found.params["layer_weights"]["supply"] < 0.6


def test_the_widest_plateau_of_the_best_is_taken():
    from clusterid.communities._resolution import Profile, choose

    pairs = np.repeat(np.arange(10), 2)
    profile = Profile(
        resolution=np.array([1.0, 2.0, 3.0, 4.0, 5.0]),
        partitions=(pairs,) * 5,
        quality=np.zeros(5),
        n_templates=np.full(5, 10),
        plateau=np.array([2.0, 1.0, 1.0, 0.0, 3.0]),
        stretch=np.array([0, 1, 1, 2, 3]),
    )
    scores = np.array([60.0, 79.0, 78.5, 80.0, 50.0])
    # 60 and 50 are not among the best, however wide; 3.0 is the finer of its plateau
    assert choose(profile, scores, 2.0, None) == 2
    assert choose(profile, scores, 2.0, None, "finest") == 3
    assert choose(profile, scores, 0.0, None) == 3
    with pytest.raises(OptionError, match="prefer"):
        detect_communities(as_text(nx.ring_of_cliques(4, 5)), prefer="best")


def three_layers() -> dict[str, nx.Graph]:
    """Two layers that hold four cliques, and one that holds none of them."""
    ring = as_text(nx.ring_of_cliques(4, 6))
    other = as_text(nx.relabel_nodes(nx.gnp_random_graph(24, 0.3, seed=5), int))
    return {"a": ring, "b": ring.copy(), "c": other}


def test_each_layer_is_left_out_in_turn():
    layers = three_layers()
    options = {"runs": 24, "resolution": 0.04, "perturbation": 0.0}
    options["layer_weights"] = {"a": 1, "b": 1, "c": 2}
    whole = detect_communities(layers, drop_layers=False, **options)
    dropped = detect_communities(layers, **options)
    assert dropped.params["drop_layers"]
    # without noise and with every layer the runs agree; without a or b they do not
    assert whole.confidence.mean() > dropped.confidence.mean()
    assert dropped.membership.equals(whole.membership)
    # two layers are never judged by one of them
    pair = {name: layers[name] for name in ("a", "c")}
    options["layer_weights"] = {"a": 1, "c": 1}
    one = detect_communities(pair, **options)
    two = detect_communities(pair, drop_layers=False, **options)
    assert one.confidence.equals(two.confidence)


def test_redrawn_data_take_part_in_the_runs():
    ring = as_text(nx.ring_of_cliques(4, 6))
    options = {"runs": 16, "resolution": 0.5, "perturbation": 0.0}
    asked = []

    def torn(rng):
        """Return the same links without those of one clique, drawn each time."""
        asked.append(int(rng.integers(4)))
        clique = {f"{6 * asked[-1] + i:03d}" for i in range(6)}
        left = ring.copy()
        left.remove_edges_from([e for e in ring.edges if clique.issuperset(e)])
        return {"a": left}

    layers = {"a": ring}
    same = detect_communities(layers, redraw=lambda rng: {"a": ring}, **options)
    assert same.confidence.eq(1).all()
    other = detect_communities(layers, redraw=torn, **options)
    # half of the runs are perturbed, half of those redrawn
    assert len(asked) == 4
    assert other.params["redraw"]
    torn_down = {f"{6 * k + i:03d}" for k in set(asked) for i in range(6)}
    assert other.confidence[sorted(torn_down)].max() < 1
    assert other.confidence[~other.confidence.index.isin(torn_down)].eq(1).all()
    again = detect_communities(layers, redraw=torn, **options)
    assert again.confidence.equals(other.confidence)
    with pytest.raises(GraphError, match="redraw returned"):
        detect_communities(layers, redraw=lambda rng: {"b": ring}, **options)


def test_plants_drawn_anew_shake_what_hangs_on_few_of_them():
    from clusterid.networks import colocation_network
    from clusterid.simulation import redraw_plants, simulate_economy

    economy = simulate_economy(seed=2, n_plants=20_000).economy()

    def layer(counts):
        return colocation_network(counts.employment, totals=counts.totals)

    def redraw(rng):
        return {"place": layer(redraw_plants(economy, seed=rng))}

    layers = {"place": layer(economy)}
    options = {"runs": 12, "resolution": 0.2, "perturbation": 0.01}
    still = detect_communities(layers, **options)
    shaken = detect_communities(layers, redraw=redraw, **options)
    assert shaken.confidence.mean() < still.confidence.mean()


def test_one_layer_alone_is_not_split_into_two_sectors():
    from clusterid.networks import skill_network
    from clusterid.simulation import simulate_economy

    made = simulate_economy(seed=1, n_plants=50_000)
    found = detect_communities({"skill": skill_network(made.links)}, runs=10)
    assert len(found.labels) >= 8
    assert found.params["chosen_by"].startswith("description length")


SCRIPT = """
import networkx as nx
from clusterid.communities import detect_communities
graph = nx.relabel_nodes(nx.les_miserables_graph(), str)
found = detect_communities({"a": graph, "b": graph.copy()}, runs=6, resolutions=8)
print(found.membership.fillna("-").to_dict(), found.confidence.round(12).to_dict())
"""


@pytest.mark.slow
def test_two_hash_seeds_give_the_same_templates():
    outputs = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert outputs[0] == outputs[1]
    assert "T01" in outputs[0]
