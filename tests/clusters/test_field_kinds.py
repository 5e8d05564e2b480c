"""Fields of the lexicon stand beside templates with the same rights."""

from __future__ import annotations

import pandas as pd

from clusterid.classifications import FieldWeights
from clusterid.clusters.kinds._kinds import kinds_of
from clusterid.communities import given_templates

CODES = ["10", "11", "26", "62"]
JOBS = pd.DataFrame([[5.0, 3.0, 2.0, 1.0]], columns=CODES)
TEMPLATES = given_templates({"10": "T1", "26": "T1", "11": None, "62": None})


def fields(**held: dict[str, float]) -> FieldWeights:
    weights = pd.DataFrame(held).reindex(CODES).fillna(0.0)
    names = weights.columns
    return FieldWeights(
        weights=weights,
        mappability=pd.Series(1.0, names),
        coverage=pd.Series(1.0, names),
        labels=pd.DataFrame({"label_de": names, "label_en": names.str.title()}, names),
        params={},
    )


def kinds(found: FieldWeights | None) -> list[tuple[str, str, str]]:
    made = kinds_of(TEMPLATES, JOBS, {}, below=False, fields=found)
    return [(k.level, k.code, ";".join(k.industries)) for k in made]


def test_a_field_is_a_kind_of_the_industries_it_holds() -> None:
    found = fields(food={"10": 1.0, "11": 0.5, "26": 0.4})
    assert kinds(found) == [("template", "T1", "10;26"), ("field", "food", "10;11")]
    made = kinds_of(TEMPLATES, JOBS, {}, below=False, fields=found)
    assert [kind.label for kind in made.of("field")] == ["Food"]


def test_what_stands_as_a_template_or_alone_is_no_second_kind() -> None:
    found = fields(same={"10": 1.0, "26": 1.0}, alone={"62": 1.0})
    every = fields(all=dict.fromkeys(CODES, 1.0))
    assert kinds(found) == kinds(every) == kinds(None)


def test_a_field_that_codes_do_not_separate_is_no_kind() -> None:
    found = fields(food={"10": 1.0, "11": 1.0})
    vague = FieldWeights(
        found.weights, found.mappability * 0.49, found.coverage, found.labels, {}
    )
    assert kinds(vague) == kinds(None)
    assert len(kinds(found)) == 2


def test_a_mixed_template_is_no_kind_but_its_industries_are() -> None:
    from dataclasses import replace

    rows = [
        ("T1", "skill", False, 3, 0.5, 0.5, 0.6),
        ("T2", "skill", False, 3, 0.9, 0.5, 0.01),
    ]
    names = [
        "template", "layer", "took_part", "n_industries", "link_rank", "expected",
        "p_value",
    ]  # fmt: skip
    mixed = replace(
        TEMPLATES,
        params={"method": "leiden"},
        coherence=pd.DataFrame(rows, columns=names),
    )
    assert mixed.mixed == ["T1"]
    made = kinds_of(mixed, JOBS, {}, below=True)
    assert made.of("template") == []
    assert {k.code: k.template for k in made.of("industry")}["10"] == "T1"
