"""The report says what was found and what not, as text, in both languages."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import clusterid as cid
from clusterid.errors import OptionError, SourceError, StudyError
from clusterid.legend import format_number, words
from clusterid.reports._closing import planted_and_found
from clusterid.reports._tables import frame_table


class Reader(HTMLParser):
    """Visible text and tags of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, Any]]] = []
        self.words: list[str] = []
        self._hidden = 0
        self.feed(page)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[Any]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._hidden += tag in {"style", "script"}

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"style", "script"}

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)


def read(result: Any, language: str = "en") -> Reader:
    return Reader(cid.report(result, language=language).html)


@pytest.fixture(scope="module")
def plain(fake: ModuleType) -> dict[str, Reader]:
    """The report of the small result in both languages, made once."""
    return {code: read(fake.fake_result(), code) for code in ("en", "de")}


def test_the_report_has_every_section_that_the_result_can_fill(
    plain: dict[str, Reader],
) -> None:
    found = plain["en"]
    anchors = [a["id"] for tag, a in found.tags if tag == "section"]
    assert anchors == [
        "asked", "data", "concentration", "networks", "templates", "candidates",
        "declared", "survey", "gaps", "power", "limits", "methods", "provenance",
    ]  # fmt: skip
    for said in (
        "Toy warning",
        "1 of 72 (1.39 %)",
        "Engines and parts (T01)",
        "declared, no statistical footprint",
        "What would change it",
        "Name of C",
        "nine times in ten",
        "SIMULATED",
    ):
        assert said in found.text, said


def test_the_report_says_what_the_templates_cover(
    fake: ModuleType, plain: dict[str, Reader]
) -> None:
    result = fake.fake_result()
    covered = result.templates.coverage(result.economy.margins.industry)
    assert covered["n_none"] == 1
    assert covered["n_withheld"] == 1
    html = cid.report(result).html
    share = format_number(100 * covered["share_employment"])
    assert f"The templates hold {share} % of the jobs whose total is published" in html
    assert "1 of 6 industries (16.7 %) are in none" in html


def test_the_report_says_how_stable_the_templates_are(fake: ModuleType) -> None:
    result = fake.fake_result()
    assert "Repeated searches" not in cid.report(result).html
    agree = pd.Series({"runs_agree": 0.934})
    result.templates = replace(result.templates, stability=agree)
    assert "agree with each other by 0.93" in cid.report(result).html
    assert "stimmen zu 0,93" in cid.report(result, language="de").html


def test_every_part_is_optional(fake: ModuleType) -> None:
    full = fake.fake_result()
    for names in (("concentration", "stack", "templates"),
                  ("industries", "layers", "candidates", "provenance"),
                  ("place_networks", "survey", "comparison", "regions")):  # fmt: skip
        result = fake.fake_result()
        for name in names:
            setattr(result, name, None)
        assert "Toy study" in cid.report(result).html, names
    bare = SimpleNamespace(title="Bare", economy=full.economy)
    assert "Bare" in cid.report(bare, language="de").html


def test_the_report_loads_and_runs_nothing(
    fake: ModuleType, plain: dict[str, Reader]
) -> None:
    hostile, harmless = read(fake.fake_result(hostile=True)), plain["en"]
    assert [t for t, _ in hostile.tags] == [t for t, _ in harmless.tags]
    assert not any(tag == "script" for tag, _ in hostile.tags)
    for tag, attributes in hostile.tags:
        if attributes.get("src"):
            assert attributes["src"].startswith("data:"), tag
        if tag != "a":
            assert not attributes.get("href")
    assert fake.HOSTILE[0] in hostile.text


def test_every_figure_has_a_text(plain: dict[str, Reader]) -> None:
    for found in plain.values():
        pictures = [a for tag, a in found.tags if tag == "img"]
        assert len(pictures) == 5
        assert all(len(a["alt"]) > 20 for a in pictures)
        tables = [a for tag, a in found.tags if tag == "th"]
        assert tables
        assert all(a.get("scope") == "col" for a in tables)


def test_the_german_report_is_german(plain: dict[str, Reader]) -> None:
    found = plain["de"]
    assert found.tags[0] == ("html", {"lang": "de"})
    for english in ("Location quotient", "Source", "Shown are", "declared",
                    "Candidate", "withheld", "unknown"):  # fmt: skip
        assert english not in found.text, english
    assert "erklärt, kein statistischer Niederschlag" in found.text


def test_occupations_are_occupations(fake: ModuleType) -> None:
    text = read(fake.fake_result(kind="occupation")).text
    assert "Counts are of occupations, not of industries." in text
    assert "6 occupations" in text
    assert "Member occupations" in text


def test_no_page_speaks_of_wishful_thinking(plain: dict[str, Reader]) -> None:
    for found in plain.values():
        text = found.text.lower()
        assert "wishful" not in text
        assert "wunschdenken" not in text


def test_same_result_gives_the_same_bytes(fake: ModuleType) -> None:
    assert cid.report(fake.fake_result()).html == cid.report(fake.fake_result()).html


def test_cells_of_one_plant_are_held_back(fake: ModuleType) -> None:
    result = fake.fake_result()
    table = result.concentration
    alone = table["region"].eq("R05") & table["industry"].eq("A")
    result.concentration = table.assign(
        lower=np.where(alone, 98.7, table["lower"]),
        lq_shrunk=np.where(alone, 98.7, table["lq_shrunk"]),
    )
    assert "98.7" not in read(result).text


def test_planted_clusters_are_matched_with_those_found(fake: ModuleType) -> None:
    result = fake.fake_result()
    clusters = pd.DataFrame(
        {
            "field": ["engines", "nothing"],
            "regions": ["R11;R12", "R09"],
            "industries": ["A;B;C", "F"],
            "lq": [3.0, 2.0],
        },
        index=pd.Index(["K1", "K2"], name="cluster"),
    )
    table = planted_and_found(clusters, result.candidates)
    assert table.loc["K1", "found"] == "C001"
    assert table.loc["K1", "overlap"] == 1.0
    assert table.loc["K1", "regions_found"] == 1.0
    assert table.loc["K2", "found"] == ""
    assert table.loc["K2", "overlap"] == 0.0
    result.truth = {"clusters": clusters}
    text = read(result).text
    assert "2 clusters were planted; 1 of them overlap" in text
    assert "1 of 2 candidates overlap best with no planted cluster" in text


def test_tables_put_codes_into_words_and_leave_nan_a_dash() -> None:
    frame = pd.DataFrame({
        "verdict": ["no_footprint", "thin"],
        "q_value": [0.00001, 0.2],
        "share_imputed": [0.123, 0.0],
        "lq": [np.nan, 1.5],
        "flags": ["edge_region;new_flag", ""],
        "year": [2020, 2021],
        "empty": [np.nan, np.nan],
    })
    table = frame_table(frame, words("de"))
    assert [cell.text for cell in table.rows[0]] == [
        "erklärt, kein statistischer Niederschlag", "< 0,001", "12 %", "–",
        "am Rand des untersuchten Gebiets; new flag", "2020",
    ]  # fmt: skip
    assert [cell.numeric for cell in table.rows[0]] == [
        False, True, True, True, False, True,
    ]  # fmt: skip


def test_papers_follow_what_the_result_holds(fake: ModuleType) -> None:
    full = {entry.key for entry in cid.cite(fake.fake_result())}
    assert {"traag2019", "ellison1997", "hidalgo2007", "gwet2008"} <= full
    assert "leontief1936" not in full
    bare = SimpleNamespace(economy=fake.fake_result().economy)
    assert [e.key for e in cid.cite(bare)] == ["isserman2006"]
    said = cid.cite(fake.fake_result())
    assert "doi:10.1038/s41598-019-41695-z" in str(said)
    assert "<li>" in said._repr_html_()
    assert len(said) == len(full)


def test_wrong_use_is_told(fake: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="no economy"):
        cid.report(SimpleNamespace(economy=None))
    with pytest.raises(OptionError, match="'fr'"):
        cid.report(fake.fake_result(), language="fr")
    page = cid.report(fake.fake_result())
    with pytest.raises(SourceError, match="not a folder"):
        page.save(tmp_path / "missing" / "r.html")
    assert page.save(tmp_path / "r.html").read_text("utf-8") == page.html
    assert "MB" in repr(page)
