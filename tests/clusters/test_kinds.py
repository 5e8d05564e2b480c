"""Kinds by level: each set of industries once, codes by their beginnings."""

from __future__ import annotations

import pandas as pd

from clusterid.clusters.kinds._kinds import IN_NONE, kinds_of
from clusterid.communities import given_templates


def found(template, codes, *, below=True, names=None):
    employment = pd.DataFrame([[1.0] * len(codes)], columns=codes)
    return kinds_of(given_templates(template), employment, names or {}, below=below)


def test_every_set_of_industries_is_one_kind_at_its_first_level():
    kinds = found({"2341": "T", "2342": "T", "9900": None}, ["2341", "2342", "9900"])
    levels = {kind.code: (kind.level, kind.template) for kind in kinds}
    assert levels == {
        "T": ("template", "T"),
        "2341": ("industry", "T"),
        "2342": ("industry", "T"),
        "9900": ("industry", IN_NONE),
    }


def test_groups_of_codes_share_two_digits_or_more_and_are_not_all():
    codes = ["A011", "A012", "A020", "B051", "K"]
    kinds = found({"A011": "T", "K": "T"}, codes, names={"A01": "Crops"})
    groups = {
        k.code: (k.industries, k.label, k.template) for k in kinds.of("code_group")
    }
    assert groups == {"A01*": (("A011", "A012"), "Crops", IN_NONE)}


def test_a_template_of_other_codes_is_no_kind_and_templates_alone_are_asked_for():
    kinds = found({"X": "T", "Y": "T"}, ["01", "02"], below=False)
    assert list(kinds) == []
    assert kinds.weights([]).shape == (2, 0)


def test_a_template_named_like_a_code_is_another_kind():
    kinds = found({"10": "11", "11": "11", "12": None}, ["10", "11", "12"])
    assert sorted(kind.code for kind in kinds) == ["10", "11", "12", "industry 11"]


def test_weights_say_who_belongs():
    kinds = found({"2341": "T", "2342": "T"}, ["2342", "2341", "99"])
    weights = kinds.weights(kinds.of("template"))
    assert weights["T"].to_dict() == {"2342": 1.0, "2341": 1.0, "99": 0.0}


def test_names_of_braces_and_quotes_are_text():
    strange = {"2341": '{{"a"}}\n<b>', "2342": "T"}
    kinds = found({"2341": None, "2342": "U"}, ["2341", "2342"], names=strange)
    assert '{{"a"}}\n<b>' in {kind.label for kind in kinds}
