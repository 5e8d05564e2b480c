"""A template explained, by hand: links by layer, doubt, and what lies between."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from clusterid.communities import explain_template, given_templates, link_ranks
from clusterid.errors import GraphError, OptionError

TEMPLATES = given_templates({
    "10": "food",
    "11": "food",
    "12": "food",
    "26": "it",
    "62": "it",
    "90": None,
})
NAMES = {"10": "Food", "11": "Drinks", "26": "{{ 7*7 }} <b>"}


def _layer(*links: tuple[str, str, float], others: tuple[str, ...] = ()) -> nx.Graph:
    graph = nx.Graph()
    graph.add_nodes_from(others)
    graph.add_weighted_edges_from(links)
    return graph


SUPPLY = _layer(
    ("10", "11", 4.0), ("11", "12", 2.0), ("11", "26", 3.0), ("26", "62", 5.0),
    ("10", "90", 9.0),
)  # fmt: skip
SKILL = _layer(("12", "62", 0.5), ("10", "12", 0.5), others=("11", "26"))


def test_links_inside_come_by_layer_the_strongest_first() -> None:
    why = explain_template(
        TEMPLATES, "food", {"supply": SUPPLY, "skill": SKILL}, names=NAMES
    )
    assert why.links[["layer", "source", "target"]].to_numpy().tolist() == [
        ["skill", "10", "12"], ["supply", "10", "11"], ["supply", "11", "12"],
    ]  # fmt: skip
    # 6 nodes, 15 pairs: two links are stronger than that of 10 and 11, none is equal
    assert why.links["rank"].tolist() == pytest.approx([8 / 10, 12 / 15, 10 / 15])
    assert why.links["pair"].tolist() == ["Food - 12", "Food - Drinks", "Drinks - 12"]
    assert explain_template(TEMPLATES, "food", {"supply": SUPPLY}, most=1).links[
        "weight"
    ].tolist() == [4.0]


def test_members_say_how_near_they_are_to_the_next_template() -> None:
    why = explain_template(TEMPLATES, "food", {"supply": SUPPLY})
    members = why.members.set_index("industry")
    assert members.index.tolist() == ["11", "10", "12"]
    assert members.loc["11", "inside"] == pytest.approx((12 / 15 + 10 / 15) / 2)
    assert members.loc["11", "next_template"] == "it"
    assert members.loc["11", "next_inside"] == pytest.approx((11 / 15) / 2)
    # a link to an industry in no template is near to none
    assert members.loc["10", "next_template"] == ""


def test_between_names_the_strongest_link_of_each_other_template() -> None:
    why = explain_template(TEMPLATES, "food", {"supply": SUPPLY, "skill": SKILL})
    assert why.between[["template", "pair"]].to_numpy().tolist() == [["it", "12 - 62"]]
    # two links over 3 x 2 pairs of each layer
    assert why.between["mean_rank"].tolist() == pytest.approx([(11 / 15 + 8 / 10) / 12])


def test_a_layer_that_took_no_part_is_shown_and_counts_for_nothing() -> None:
    templates = replace(TEMPLATES, params={"layers": ["supply"]})
    why = explain_template(templates, "food", {"supply": SUPPLY, "skill": SKILL})
    assert why.links["layer"].tolist() == ["supply", "supply", "skill"]
    assert why.links["took_part"].tolist() == [True, True, False]
    assert why.between["layer"].tolist() == ["supply"]
    alone = explain_template(templates, "food", {"supply": SUPPLY})
    pd.testing.assert_frame_equal(alone.members, why.members)


def test_order_of_links_and_of_industries_changes_nothing() -> None:
    turned = nx.Graph()
    turned.add_weighted_edges_from(
        (b, a, w) for a, b, w in reversed(list(SUPPLY.edges(data="weight")))
    )
    membership = TEMPLATES.membership.iloc[::-1]
    one = explain_template(TEMPLATES, "food", {"supply": SUPPLY})
    other = explain_template(
        replace(TEMPLATES, membership=membership), "food", {"supply": turned}
    )
    for part in ("members", "links", "between"):
        pd.testing.assert_frame_equal(getattr(one, part), getattr(other, part))


def test_equal_weights_have_equal_ranks() -> None:
    ranks = link_ranks({"x": _layer(("a", "b", 1.0), ("b", "c", 1.0), ("a", "c", 1.0))})
    assert ranks["x"].rank.tolist() == [0.0, 0.0, 0.0]


def test_no_layers_give_empty_tables_and_members() -> None:
    why = explain_template(TEMPLATES, "it", {})
    assert len(why.links) == len(why.between) == 0
    assert why.members["inside"].tolist() == [0.0, 0.0]
    assert why.summary["n_industries"] == 2
    assert np.isnan(why.summary["z"])


def test_wrong_inputs_give_one_error_that_says_what_is_there() -> None:
    with pytest.raises(OptionError, match="Did you mean 'food'"):
        explain_template(TEMPLATES, "foot", {"supply": SUPPLY})
    for most in (0, -1, True, 2.5):
        with pytest.raises(OptionError, match="most="):
            explain_template(TEMPLATES, "it", {}, most=most)  # type: ignore[arg-type]
    with pytest.raises(GraphError, match="codes of the templates, such as 10"):
        explain_template(TEMPLATES, "it", {"supply": _layer(("x", "y", 1.0))})
    with pytest.raises(GraphError):
        explain_template(TEMPLATES, "it", {"supply": _layer(("10", "11", -1.0))})


def test_the_page_of_an_explanation_escapes_names() -> None:
    why = explain_template(TEMPLATES, "it", {"supply": SUPPLY}, names=NAMES)
    page = why._repr_html_()
    assert "<b>" not in page
    assert "{{ 7*7 }} &lt;b&gt;" in page
    assert repr(why).startswith("<Explanation of it: 2 members")
