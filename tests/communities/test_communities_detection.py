"""Communities: known graphs, order of input, connectedness, groups left alone."""

from __future__ import annotations

import random
from dataclasses import replace

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from clusterid.communities import detect_communities, given_templates
from clusterid.communities._graph import from_graph
from clusterid.communities._partition import (
    infomap,
    is_connected,
    leiden,
    modularity,
    quality_of,
)
from clusterid.errors import DataWarning, GraphError, OptionError, TableError


def as_text(graph: nx.Graph, weight: float | None = 1.0) -> nx.Graph:
    graph = nx.relabel_nodes(
        graph, lambda node: f"{node:03d}" if isinstance(node, int) else node
    )
    if weight is not None:
        nx.set_edge_attributes(graph, weight, "weight")
    return graph


@pytest.fixture
def karate() -> nx.Graph:
    return as_text(nx.karate_club_graph())


def test_karate_modularity_is_the_known_optimum(karate):
    edges = from_graph(karate)
    found, value = leiden(
        edges, quality="modularity", resolution=1.0, seed=1, starts=50
    )
    assert value == pytest.approx(0.4197896, abs=1e-7)
    assert len(np.unique(found)) == 4
    assert modularity(edges, found) == pytest.approx(
        nx.community.modularity(
            karate,
            [{edges.nodes[i] for i in np.flatnonzero(found == c)} for c in range(4)],
        )
    )


def test_weighted_karate_modularity():
    edges = from_graph(as_text(nx.karate_club_graph(), weight=None))
    found, value = leiden(
        edges, quality="modularity", resolution=1.0, seed=1, starts=50
    )
    assert value == pytest.approx(0.4449036, abs=1e-7)
    assert len(np.unique(found)) == 4


@pytest.mark.parametrize(
    ("resolution", "groups"), [(0.05, 2), (0.1, 5), (0.2, 7), (1.0, 34)]
)
def test_karate_cpm_groups(karate, resolution, groups):
    edges = from_graph(karate)
    found, _ = leiden(edges, quality="cpm", resolution=resolution, seed=3, starts=30)
    assert len(np.unique(found)) == groups


def test_karate_infomap(karate):
    edges = from_graph(karate)
    found, length = infomap(edges, seed=1, trials=100)
    assert len(np.unique(found)) == 3
    # the map equation by hand; igraph before 1.0 said 4.606059 for the same modules
    visits = edges.strength / edges.strength.sum()
    leave = np.zeros(3)
    for a, b, w in zip(edges.source, edges.target, edges.weight, strict=True):
        if found[a] != found[b]:
            leave[[found[a], found[b]]] += w / edges.strength.sum()

    def plogp(values):
        values = np.atleast_1d(values)
        return float((values * np.log2(values)).sum())

    by_hand = plogp(leave.sum()) - 2 * plogp(leave) - plogp(visits)
    by_hand += plogp(leave + np.bincount(found, visits))
    assert length == pytest.approx(by_hand, abs=1e-9)
    assert length == pytest.approx(4.311793, abs=1e-6)


@pytest.mark.parametrize(("weighted", "best"), [(False, 0.5600084), (True, 0.5666880)])
def test_les_miserables_modularity(weighted, best):
    graph = as_text(nx.les_miserables_graph(), weight=None if weighted else 1.0)
    found, value = leiden(
        from_graph(graph), quality="modularity", resolution=1.0, seed=2, starts=60
    )
    assert value == pytest.approx(best, abs=1e-6)
    assert len(np.unique(found)) == 6


def test_ring_of_cliques_shows_the_resolution_limit_of_modularity_only():
    edges = from_graph(as_text(nx.ring_of_cliques(30, 5)))
    single = np.repeat(np.arange(30), 5)
    assert modularity(edges, single) == pytest.approx(0.8757576, abs=1e-7)
    assert modularity(edges, single // 2) == pytest.approx(0.8878788, abs=1e-7)
    found, _ = leiden(edges, quality="cpm", resolution=0.5, seed=0)
    assert len(np.unique(found)) == 30


def test_quality_is_recomputed_by_hand():
    edges = from_graph(as_text(nx.complete_graph(3)))
    assert quality_of(edges, np.array([0, 0, 1]), "cpm", 0.25) == pytest.approx(
        (1 - 0.25) / 3
    )


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


def noisy_groups(n: int = 90, seed: int = 2) -> nx.Graph:
    rng = np.random.default_rng(seed)
    graph = nx.Graph()
    for a in range(n):
        for b in range(a):
            weight = float(rng.beta(1, 6)) + 0.15 * (a % 9 == b % 9)
            graph.add_edge(f"{a:02d}", f"{b:02d}", weight=weight)
    return graph


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


def test_a_run_from_fine_to_coarse_is_as_good_as_one_from_singles():
    from clusterid.communities._runs import Search, search_runs

    edges = from_graph(noisy_groups(150))
    gammas = tuple(np.geomspace(0.15, 0.5, 8))
    warm = search_runs(edges, Search("leiden", "cpm", gammas, 0.0, 1), runs=20)
    gain = []
    for k, gamma in enumerate(gammas):
        alone = Search("leiden", "cpm", (gamma,), 0.0, 1)
        cold = search_runs(edges, alone, runs=20)[0]
        warm_mean, cold_mean = (
            np.mean([quality_of(edges, run, "cpm", gamma) for run in found])
            for found in (warm[k], cold)
        )
        gain.append(warm_mean / cold_mean - 1)
    # either search may end a little higher; neither does so on the whole
    assert abs(np.mean(gain)) < 0.01
    assert min(gain) > -0.03


def test_processes_share_the_runs_and_change_nothing():
    from clusterid.communities._runs import Search, search_runs

    edges = from_graph(noisy_groups(40))
    search = Search("leiden", "cpm", (0.1, 0.2), 0.3, 4)
    alone = search_runs(edges, search, runs=5)
    shared = search_runs(edges, search, runs=5, processes=2)
    for one, other in zip(alone, shared, strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b)


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


def test_given_templates_keep_what_is_given():
    found = given_templates({"1": "x", "2": "x", "3": None}, labels={"x": "Food"})
    assert found.membership.to_dict()["1"] == "x"
    assert found.status.to_dict() == {"1": "assigned", "2": "assigned", "3": "none"}
    assert found.labels.to_dict() == {"x": "Food"}
    assert found.groups.loc["1"].to_dict() == {"x": 1.0}
    twice = pd.DataFrame({"industry": ["1", "1"], "template": ["x", "y"]})
    with pytest.raises(TableError, match="more than one template"):
        given_templates(twice)


def test_coverage_by_hand():
    found = given_templates({"1": "x", "2": "x", "3": None, "4": "y", "5": "y"})
    # 4 is withheld; 6 is counted and in no template
    jobs = pd.Series({"1": 30.0, "2": 10.0, "3": 40.0, "4": np.nan, "5": 5, "6": 15.0})
    expected = {
        "n_templates": 2, "n_industries": 6, "n_inside": 4, "n_ambiguous": 0,
        "n_none": 2, "share_none": 1 / 3, "employment": 100.0,
        "employment_inside": 45.0, "share_employment": 0.45, "n_withheld": 1,
    }  # fmt: skip
    covered = found.coverage(jobs).to_dict()
    assert np.isnan(covered.pop("share_estimated"))
    assert covered == pytest.approx(expected)
    told = found.coverage(jobs.fillna(0.0))
    assert told["share_estimated"] == told["share_employment"]
    estimated = replace(found, params={"share_estimated": 0.47})
    assert estimated.coverage(jobs)["share_estimated"] == 0.47
    alone = found.coverage()
    assert alone["share_none"] == pytest.approx(0.2)
    assert np.isnan(alone["share_employment"])


def test_the_lexicon_is_given_like_any_definitions():
    from clusterid.classifications import FieldWeights, fields_on, read_fields

    codes = ["26.1", "26.5", "62.0", "21.1", "01.1"]
    carried = fields_on(read_fields("nace2"), codes, "nace2")
    found = given_templates(carried)
    assert list(found.membership.index) == sorted(codes)
    assert found.membership["62.0"] is not pd.NA
    assert found.labels.loc[found.membership["62.0"]] in set(carried.labels["label_en"])
    # by hand: b is narrower than a; half of 3 is too little for 0.6
    table = pd.DataFrame(
        {"a": [1.0, 1.0, 0.5], "b": [0.0, 1.0, 0.0]},
        index=pd.Index(["1", "2", "3"], name="industry"),
    )
    named = pd.DataFrame({"label_en": ["A", "B"]}, index=["a", "b"])
    fields = FieldWeights(table, table.sum(), table.sum(), named, {})
    assert given_templates(fields).membership.tolist() == ["a", "b", "a"]
    strict = given_templates(fields, minimum_weight=0.6)
    assert strict.status.tolist() == ["assigned", "assigned", "none"]
    assert strict.labels.to_dict() == {"a": "A", "b": "B"}
    with pytest.raises(OptionError, match="minimum_weight"):
        given_templates(fields, minimum_weight=0.0)


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
