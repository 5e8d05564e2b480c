"""Layers of a study: their labels."""

from __future__ import annotations


def test_an_industry_of_no_group_is_named_in_words() -> None:
    from clusterid.maps._study_layers import template_label

    said = template_label("none", None, "nace2")
    assert said == {"en": "in no group", "de": "in keiner Gruppe"}
