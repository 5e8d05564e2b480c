"""Members of a template, held against layers that did not make it."""

from __future__ import annotations

import itertools
from dataclasses import replace

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from clusterid.communities import coherence, given_templates
from clusterid.communities._coherence import _random, _strata
from clusterid.errors import GraphError


def graph(weights: pd.DataFrame) -> nx.Graph:
    found: nx.Graph = nx.Graph()
    found.add_nodes_from(weights.index)
    for a, b in itertools.combinations(weights.index, 2):
        if weights.loc[a, b] > 0:
            found.add_edge(a, b, weight=float(weights.loc[a, b]))
    return found


def random_links(codes: list[str], seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    links = rng.random((len(codes), len(codes)))
    return pd.DataFrame((links + links.T) / 2, codes, codes)


CODES = [f"{i:02d}" for i in range(60)]
FOUND = given_templates({code: f"T{int(code) // 6:02d}" for code in CODES})


def found_in(*layers: str) -> object:
    return replace(FOUND, params={"method": "leiden", "layers": list(layers)})


def test_the_mean_rank_of_the_links_by_hand() -> None:
    links = pd.DataFrame(0.0, list("abcd"), list("abcd"))
    for a, b, w in (("a", "b", 3.0), ("a", "c", 1.0), ("c", "d", 1.0)):
        links.loc[a, b] = w
    templates = given_templates({"a": "T1", "b": "T1", "c": "T1", "d": None})
    row = coherence(templates, {"x": graph(links)}).iloc[0]
    # six pairs: three without a link at 1.5/6, two of weight 1 at 4/6, one at 5.5/6
    assert row["link_rank"] == pytest.approx((5.5 + 4 + 1.5) / 6 / 3, abs=1e-6)
    assert (row["n_industries"], row["took_part"]) == (3, False)


def test_groups_drawn_by_chance_are_coherent_in_one_of_twenty() -> None:
    p = np.concatenate([
        coherence(FOUND, {"x": graph(random_links(CODES, seed))})["p_value"]
        for seed in range(20)
    ])
    assert len(p) == 200
    assert 0.01 <= (p <= 0.05).mean() <= 0.09
    assert 0.4 < p.mean() < 0.6


def test_linked_members_stand_out_in_another_layer_too() -> None:
    links = random_links(CODES, 1)
    for a, b in itertools.product(CODES, CODES):
        if int(a) // 6 == int(b) // 6 < 5:
            links.loc[a, b] += 0.4
    templates = found_in("made")
    table = coherence(
        templates, {"made": graph(random_links(CODES, 2)), "other": graph(links)}
    )
    other = table[table["layer"].eq("other")].set_index("template")["p_value"]
    assert (other.iloc[:5] <= 0.01).all()
    assert table.groupby("layer")["took_part"].first().to_dict() == {
        "made": True,
        "other": False,
    }
    checked = replace(templates, coherence=table)
    assert set(checked.mixed) == set(other.index[other > 0.5])
    assert checked.mixed
    assert set(checked.coherent_in[other <= 0.05]) == {"other"}


def test_a_layer_that_sees_little_is_no_evidence_against_a_template() -> None:
    table = coherence(found_in("made"), {"other": graph(random_links(CODES, 2))})
    assert table["p_value"].gt(0.5).any()
    assert replace(found_in("made"), coherence=table).mixed == []


def test_codes_alone_and_given_templates_are_never_mixed() -> None:
    table = coherence(found_in("made"), {"codes": graph(random_links(CODES, 3))})
    assert replace(found_in("made"), coherence=table).mixed == []
    other = coherence(FOUND, {"x": graph(random_links(CODES, 3))})
    assert replace(FOUND, coherence=other).mixed == []


def test_the_order_of_nodes_templates_and_layers_plays_no_part() -> None:
    links = random_links(CODES, 4)
    turned = links.iloc[::-1, ::-1]
    first = coherence(FOUND, {"x": graph(links), "y": graph(links * 2)}, seed=3)
    again = coherence(FOUND, {"y": graph(turned * 2), "x": graph(turned)}, seed=3)
    pd.testing.assert_frame_equal(first, again)


def test_random_members_are_of_the_same_class() -> None:
    alike = pd.Series(range(60), CODES, dtype=float)
    strata = _strata(alike, tuple(CODES))
    assert np.bincount(strata).tolist() == [12] * 5
    members = np.array([0, 1, 2, 59])
    for groups in _random(members, strata, np.random.default_rng(0)):
        assert (np.sort(strata[groups], axis=1) == [0, 0, 0, 4]).all()
        assert all(len(set(group)) == 4 for group in groups.tolist())


def test_as_urban_services_are_no_kind_because_they_are_urban() -> None:
    """Links that follow from a common trait are not evidence once it is alike."""
    rng = np.random.default_rng(8)
    urban = pd.Series(rng.random(60), CODES)
    level = np.add.outer(urban.to_numpy(), urban.to_numpy())
    links = pd.DataFrame(level + 0.05 * rng.random((60, 60)), CODES, CODES)
    links = (links + links.T) / 2
    towns = urban.sort_values().index[-12:]
    templates = given_templates({c: "T1" if c in set(towns) else None for c in CODES})
    plain = coherence(templates, {"x": graph(links)})
    within = coherence(templates, {"x": graph(links)}, alike=urban)
    assert plain["p_value"].iloc[0] <= 0.01
    assert within["p_value"].iloc[0] > 0.05


def test_what_a_layer_does_not_observe_is_left_out() -> None:
    links = graph(random_links(CODES[:7], 5))
    links_none = pd.DataFrame(0.0, CODES, CODES)
    table = coherence(FOUND, {"x": links, "empty": graph(links_none)})
    assert table["template"].tolist() == ["T00"]
    links.add_edge("00", "99", weight=-1.0)
    with pytest.raises(GraphError, match="0 or more"):
        coherence(FOUND, {"x": links})
