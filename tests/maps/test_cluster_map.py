"""The map of a result holds everything inside, and names stay names."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType, SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from tests.maps.pages import embedded, tags

import clusterid as cid
from clusterid.errors import (
    StudyError,
    TableTypeError,
)
from clusterid.legend import HIDDEN_COLOUR


def test_a_page_loads_nothing_from_outside(fake: ModuleType) -> None:
    page = cid.cluster_map(fake.fake_result()).html
    for tag, attributes in tags(page):
        for name in ("src", "srcset", "data", "poster"):
            assert not attributes.get(name), (tag, attributes)
        if tag != "a":
            assert not attributes.get("href"), (tag, attributes)
    assert "default-src 'none'" in page


def test_hostile_names_stay_text(fake: ModuleType) -> None:
    result = fake.fake_result(hostile=True)
    harmless = fake.fake_result()
    for language in ("en", "de"):
        page = cid.cluster_map(result, language=language).html
        plain = cid.cluster_map(harmless, language=language).html
        assert [t for t, _ in tags(page)] == [t for t, _ in tags(plain)]
        data = embedded(page)
        assert data["geo"]["names"][:5] == list(fake.HOSTILE)
        assert data["meta"]["title"] == result.title


def test_same_input_gives_the_same_bytes_whatever_the_row_order(
    fake: ModuleType,
) -> None:
    result, other = fake.fake_result(), fake.fake_result()
    rng = np.random.default_rng(3)
    found = other.candidates
    other = replace(
        other,
        regions=other.regions.iloc[rng.permutation(12)],
        concentration=other.concentration.sample(frac=1, random_state=1),
        candidates=replace(
            found,
            cells=found.cells.sample(frac=1, random_state=2),
            table=found.table.iloc[::-1],
        ),
    )
    assert cid.cluster_map(result).html == cid.cluster_map(other).html


def test_inputs_are_not_changed(fake: ModuleType) -> None:
    result = fake.fake_result()
    before = result.regions.copy(), result.concentration.copy()
    cid.cluster_map(result)
    pd.testing.assert_frame_equal(before[0], result.regions)
    pd.testing.assert_frame_equal(before[1], result.concentration)


def test_withheld_cells_are_hatched_and_never_zero(fake: ModuleType) -> None:
    data = cid.cluster_map(fake.fake_result(), industries=["A", "B"]).data
    layers = {layer["id"]: layer for layer in data["layers"]}
    at = data["geo"]["codes"].index
    template = layers["template-T02"]
    assert template["v"][at("R06")] is None
    assert template["jobs"][at("R06")] is None
    assert template["reasons"][at("R06")] == "withheld"
    assert template["imputed"] == {at("R03"): 0.3}
    assert layers["industry-B"]["v"][at("R03")] is None
    # one plant: only an interval, rounded outward
    single = layers["industry-A"]
    assert single["v"][at("R05")] is None
    assert single["n"][at("R05")] is None
    assert single["reasons"][at("R05")] == "few_plants"
    assert single["lo"][at("R05")] < single["hi"][at("R05")]
    assert HIDDEN_COLOUR not in template["colours"]


def test_a_cell_that_one_industry_carries_is_drawn_and_says_so(
    fake: ModuleType,
) -> None:
    result = fake.fake_result()
    cells = result.candidates.cells
    here = cells["template"].eq("T01")
    cells.loc[here & cells["region"].eq("R04"), "reason"] = "one_industry"
    cells.loc[here & cells["region"].eq("R05"), "reason"] = "employment_only"
    cells.loc[here & cells["region"].eq("R07"), "reason"] = "withheld_part"
    layer = next(
        x for x in cid.cluster_map(result).data["layers"] if x["id"] == "template-T01"
    )
    assert layer["v"][3] is not None
    assert layer["v"][6] is not None
    assert layer["notes"] == {3: "one_industry", 6: "withheld_part"}
    for texts in cid.cluster_map(result).data["texts"].values():
        assert texts["reason.one_industry"]


def test_names_and_title_are_said_in_both_languages(fake: ModuleType) -> None:
    result = fake.fake_result()
    economy = result.economy
    labels = {**economy.metadata.labels, "A": "Manufacture of textiles"}
    meta = replace(economy.metadata, classification="nace2", labels=labels)
    titles = {"en": "A study", "de": "Eine Studie"}
    study = {"study": {"title": titles}}
    result = replace(
        result,
        economy=replace(economy, metadata=meta),
        provenance=replace(result.provenance, study=study),
    )
    page = cid.cluster_map(result, language="de")
    members = page.data["templates"]["T01"]["members"]
    assert members[0] == {
        "en": "Manufacture of textiles", "de": "Herstellung von Textilien"
    }  # fmt: skip
    assert members[1] == "Name of B"
    assert page.title == "Eine Studie"
    assert page.data["meta"]["title"] == titles
    report = cid.report(result, language="de").html
    assert "Herstellung von Textilien" in report
    assert "<h1>Eine Studie</h1>" in report


def test_a_result_without_candidates_still_maps(fake: ModuleType) -> None:
    result = replace(
        fake.fake_result(),
        candidates=None,
        templates=None,
        comparison=None,
        place_networks={},
    )
    data = cid.cluster_map(result).data
    assert data["clusters"] == []
    assert data["places"] == []
    assert len(data["layers"]) == 6


def test_undeclared_candidates_stand_at_their_cluster(fake: ModuleType) -> None:
    data = cid.cluster_map(fake.fake_result()).data
    names = [place["name"] for place in data["places"]]
    assert any(name.startswith("C002: Region R01") for name in names)
    assert all(place["point"] for place in data["places"])


def test_occupations_are_said_to_be_occupations(fake: ModuleType) -> None:
    data = cid.cluster_map(fake.fake_result(kind="occupation")).data
    assert data["meta"]["kind"] == "occupation"
    assert "6 occupations" in data["meta"]["base"]["en"]
    assert "Berufsgruppen" in data["meta"]["base"]["de"]
    assert data["texts"]["en"]["map.industries"] == "Occupations"


def test_a_result_without_regions_is_an_error(fake: ModuleType) -> None:
    result = fake.fake_result()
    with pytest.raises(StudyError, match="nothing to map"):
        cid.cluster_map(replace(result, regions=result.regions.head(0)))
    with pytest.raises(StudyError, match="nothing to map"):
        cid.cluster_map(replace(result, regions=None))
    page = cid.cluster_map(replace(result, concentration=None, place_networks=None))
    assert page.data["geo"]["codes"]


def test_what_is_no_result_is_told(fake: ModuleType) -> None:
    result = fake.fake_result()
    for other in (result.economy, result.candidates, SimpleNamespace(economy=None)):
        for show in (cid.cluster_map, cid.report, cid.cite):
            with pytest.raises(TableTypeError, match="must be a Result"):
                show(other)


def test_simulated_data_without_a_source_say_that_they_are_simulated(
    fake: ModuleType,
) -> None:
    result = fake.fake_result()
    meta = replace(result.economy.metadata, source="")
    result = replace(result, economy=replace(result.economy, metadata=meta))
    data = cid.cluster_map(result).data
    assert data["meta"]["source"]["de"].startswith("simuliert")
