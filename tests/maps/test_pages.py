"""Pages hold everything inside, and names stay names."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import clusterid as cid
from clusterid.errors import GeometryError, SourceError, StudyError, TableError
from clusterid.legend import HIDDEN_COLOUR
from clusterid.maps._leaflet import leaflet_css, leaflet_js, vendored
from clusterid.maps._page import (
    check_no_outside_links,
    map_page,
    script_safe,
    self_contained,
)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, Any]]] = []

    def handle_starttag(self, tag: str, attrs: list[Any]) -> None:
        self.tags.append((tag, dict(attrs)))


def tags(page: str) -> list[tuple[str, dict[str, Any]]]:
    parser = Tags()
    parser.feed(page)
    return parser.tags


def embedded(page: str) -> dict[str, Any]:
    match = re.search(r'id="clusterid-data">(.*?)</script>', page, re.DOTALL)
    assert match
    found: dict[str, Any] = json.loads(match.group(1))
    return found


@pytest.fixture
def regions(fake: ModuleType) -> gpd.GeoDataFrame:
    found: gpd.GeoDataFrame = fake.fake_regions()
    return found


def test_vendored_leaflet_is_the_published_one() -> None:
    assert "Leaflet 1.9.4" in leaflet_js()[:200]
    assert "sourceMappingURL" not in leaflet_js()
    assert "url(images" not in leaflet_css()
    assert b"BSD 2-Clause" in vendored("LICENSE")


def test_a_changed_vendored_file_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "read_bytes", lambda _: b"changed")
    vendored.cache_clear()
    with pytest.raises(SourceError, match="was changed"):
        vendored("leaflet.js")
    vendored.cache_clear()


def test_a_page_loads_nothing_from_outside(fake: ModuleType) -> None:
    page = cid.cluster_map(fake.fake_result()).html
    for tag, attributes in tags(page):
        for name in ("src", "srcset", "data", "poster"):
            assert not attributes.get(name), (tag, attributes)
        if tag != "a":
            assert not attributes.get("href"), (tag, attributes)
    assert "default-src 'none'" in page


@pytest.mark.parametrize(
    "page",
    [
        "<script src='https://x.org/a.js'></script>",
        "<link rel=stylesheet href='//x.org/a.css'>",
        "<style>@import 'x.css';</style>",
        "<style>p{background:url(https://x.org/a.png)}</style>",
        "<p style='background:url(http://x.org)'>x</p>",
        "<img srcset='a.png 2x'>",
        "<meta http-equiv=refresh content='0;url=http://x'>",
        "<iframe src='other.html'></iframe>",
    ],
)
def test_an_outside_link_is_an_error(page: str) -> None:
    with pytest.raises(SourceError, match="would ask the network"):
        check_no_outside_links(page)


def test_an_unknown_script_of_folium_is_an_error() -> None:
    page = '<html><head></head><script src="https://x.org/new.js"></script></html>'
    with pytest.raises(SourceError, match=r"x\.org/new\.js"):
        self_contained(page, title="t", language="en")


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


@given(st.text(st.characters(exclude_categories=()), max_size=60))
@example("{{ 7*7 }}{% x %}{# y #}")
@example("<!--place:app--></script>\u2028\x0b\x85")
def test_any_text_comes_back_from_a_page(text: str) -> None:
    plain = map_page({"name": "a"}, title="a", language="en").html
    page = map_page({"name": text, text: 1}, title=text, language="en").html
    page.encode("utf-8")
    assert embedded(page)["name"] == text
    assert [t for t, _ in tags(page)] == [t for t, _ in tags(plain)]


def test_script_safe_text_cannot_end_the_script_and_comes_back() -> None:
    value = {"a": "</script><!-- \u2028 & \\ \" ' \ud800"}
    text = script_safe(value)
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == value


def test_same_input_gives_the_same_bytes_whatever_the_row_order(
    fake: ModuleType,
) -> None:
    result, other = fake.fake_result(), fake.fake_result()
    rng = np.random.default_rng(3)
    other.regions = other.regions.iloc[rng.permutation(12)]
    other.concentration = other.concentration.sample(frac=1, random_state=1)
    other.candidates.cells = other.candidates.cells.sample(frac=1, random_state=2)
    other.candidates.table = other.candidates.table.iloc[::-1]
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
    from dataclasses import replace
    from types import SimpleNamespace

    result = fake.fake_result()
    economy = result.economy
    labels = {**economy.metadata.labels, "A": "Manufacture of textiles"}
    result.economy = replace(
        economy,
        metadata=replace(economy.metadata, classification="nace2", labels=labels),
    )
    titles = {"en": "A study", "de": "Eine Studie"}
    result.provenance = SimpleNamespace(study={"study": {"title": titles}})
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
    result = fake.fake_result()
    result.candidates = result.templates = result.comparison = None
    result.place_networks = {}
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
    result.regions = None
    with pytest.raises(StudyError, match="nothing to map"):
        cid.cluster_map(result)


def test_value_map_names_unknown_regions(regions: gpd.GeoDataFrame) -> None:
    values = pd.Series([1.0, 2.0, 3.0], index=["R01", "R01", "XX"])
    with pytest.raises(TableError) as caught:
        cid.value_map(values, regions)
    assert len(caught.value.faults) == 2


def test_regions_without_a_crs_are_an_error(regions: gpd.GeoDataFrame) -> None:
    bare = gpd.GeoDataFrame(regions.drop(columns="geometry"),
                            geometry=list(regions.geometry))  # fmt: skip
    with pytest.raises(GeometryError, match="no CRS"):
        cid.value_map(pd.Series({"R01": 1.0}), bare)


def test_saving_writes_whole_files(regions: gpd.GeoDataFrame, tmp_path: Path) -> None:
    page = cid.value_map(pd.Series({"R01": 1.0, "R02": 2.0}), regions, title="A map")
    assert page.save(tmp_path / "m.html").read_text("utf-8") == page.html
    assert [p.name for p in tmp_path.iterdir()] == ["m.html"]
    with pytest.raises(SourceError, match="not a folder"):
        page.save(tmp_path / "missing" / "m.html")
    assert "srcdoc=" in page._repr_html_()
    assert "no network" in repr(page)


def test_layers_of_one_page_share_one_geometry(regions: gpd.GeoDataFrame) -> None:
    one = pd.DataFrame({"a": 1.0}, index=regions.index)
    many = pd.DataFrame({f"l{i}": 1.0 for i in range(20)}, index=regions.index)
    small, large = cid.value_map(one, regions), cid.value_map(many, regions)
    assert large.data["geo"] == small.data["geo"]
    assert len(large.html) - len(small.html) < 20 * 600


def test_an_industry_of_no_group_is_named_in_words() -> None:
    from clusterid.maps._cluster_map import _template_label

    said = _template_label("none", None, "nace2")
    assert said == {"en": "in no group", "de": "in keiner Gruppe"}
