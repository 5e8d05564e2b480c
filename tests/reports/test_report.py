"""The report says what was found and what not, as text, in both languages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from tests.reports.reading import Reader, read

import clusterid as cid
from clusterid.errors import OptionError, SourceError, StudyError, TableTypeError
from clusterid.legend import format_number
from clusterid.results import Provenance, Result


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
        "regions", "declared", "survey", "gaps", "power", "limits", "methods",
        "provenance",
    ]  # fmt: skip
    for said in (
        "Toy warning",
        "1 of 72 (1.39 %)",
        "Engines and parts (T01)",
        "declared, no statistical footprint",
        "What would change it",
        "Name of C",
        "grade A: exceptional cluster",
        "With the number of plants in the last column",
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


def test_the_report_names_the_null_of_the_tests(
    fake: ModuleType, plain: dict[str, Reader]
) -> None:
    assert "plants fall on regions by size alone" in plain["en"].text
    assert "wie Pfeile auf einer Scheibe" in plain["de"].text
    result = fake.fake_result(kind="occupation")
    for null, said in (
        ("bar", "is above a bar higher than 1"),
        ("roughness", "exceeds what is ordinary for its occupation"),
        ("rough_bar", "a bar higher than 1 and what is ordinary"),
    ):
        tested = result.concentration.assign(null=null)
        text = read(replace(result, concentration=tested)).text
        assert said in text
        assert "by size alone" not in text
    untested = result.concentration.assign(null="none")
    assert "Tested is" not in read(replace(result, concentration=untested)).text


def test_the_report_says_how_stable_the_templates_are(fake: ModuleType) -> None:
    result = fake.fake_result()
    assert "Repeated searches" not in cid.report(result).html
    agree = pd.Series({"runs_agree": 0.934})
    result = replace(result, templates=replace(result.templates, stability=agree))
    assert "agree with each other by 0.93" in cid.report(result).html
    assert "stimmen zu 0,93" in cid.report(result, language="de").html


def test_every_part_is_optional(fake: ModuleType) -> None:
    full = fake.fake_result()
    none = pd.DataFrame()
    for without in (
        {"concentration": none, "stack": None, "templates": None},
        {"industries": none, "layers": {}, "candidates": None},
        {"provenance": Provenance(published=True)},
        {"place_networks": {}, "survey": None, "comparison": None},
        {"regions": full.regions.head(0)},
    ):
        assert "Toy study" in cid.report(replace(full, **without)).html, without
    for names in (
        ("concentration", "stack", "templates"),
        ("industries", "layers", "candidates"),
        ("place_networks", "survey", "comparison", "regions", "warnings"),
    ):
        without = dict.fromkeys(names)
        assert "Toy study" in cid.report(replace(full, **without)).html, names
    with pytest.raises(StudyError, match="has an economy"):
        replace(full, economy=None)
    bare = Result("Bare", "en", full.economy, full.regions)
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
    assert "a single occupation" in text


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
    table = table.assign(**{
        column: np.where(alone, 98.7, table[column])
        for column in table.columns
        if column.startswith("lq_")
    })
    assert "98.7" not in read(replace(result, concentration=table)).text


def test_wrong_use_is_told(fake: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(TableTypeError, match="not SimpleNamespace"):
        cid.report(SimpleNamespace(economy=None))
    with pytest.raises(OptionError, match="'fr'"):
        cid.report(fake.fake_result(), language="fr")
    page = cid.report(fake.fake_result())
    with pytest.raises(SourceError, match="not a folder"):
        page.save(tmp_path / "missing" / "r.html")
    assert page.save(tmp_path / "r.html").read_text("utf-8") == page.html
    assert "MB" in repr(page)


def test_the_first_page_says_the_grades_and_what_would_lift_jobs_alone(
    fake: ModuleType,
) -> None:
    result = fake.fake_result()
    text = read(result).text
    assert "grade A: exceptional cluster" in text
    assert "Plants are not counted here" not in text
    found = result.candidates
    alone = replace(found, params={**found.params, "concept_used": "employment"})
    for language, said in (
        ("en", "Grade C, which rests on jobs, is therefore the highest"),
        ("de", "Höher als Stufe C, die auf Beschäftigten beruht"),
    ):
        first = cid.report(replace(result, candidates=alone), language=language).html
        assert said in first[: first.index('id="data"')]


def test_tables_of_clusters_say_how_many_are_left_off_and_where(
    fake: ModuleType,
) -> None:
    result = fake.fake_result()
    table = pd.concat([result.candidates.table] * 40)
    table.index = pd.Index([f"C{i:03d}" for i in range(80)], name="cluster")
    many = replace(result, candidates=replace(result.candidates, table=table))
    text = read(many).text
    assert "Shown are 60 of 80; the other 20 are in clusters.csv and in the" in text


def test_quotients_stand_beside_their_own_range_only(fake: ModuleType) -> None:
    html = cid.report(fake.fake_result()).html
    part = html[html.index('id="candidates"') : html.index('id="regions"')]
    assert "Quotient of jobs (possible range)" in part
    assert "2.40 (2.40 to 2.90)" in part
    assert "2.20 (1.90 to 2.60)" in part


def test_a_region_has_a_page_of_its_own(fake: ModuleType) -> None:
    result = fake.fake_result()
    page = cid.report(result, region="R12")
    assert page.title == "Region R12 · Toy study"
    assert page.html == cid.report(result, region="region r12").html
    assert "one employer" in page.html
    assert "from 50 plants on" not in page.html
    assert "Engines and parts" in page.html
    # one plant: its numbers are held back
    assert "987" not in page.html
    empty = cid.report(result, region="R04", language="de").html
    assert "Hier steht nichts, was eine Stufe erreicht." in empty
    for wrong in ("R99", "", "Region R1"):
        with pytest.raises(OptionError, match="is no region of this study"):
            cid.report(result, region=wrong)
    result.regions["name"] = "Same"
    with pytest.raises(OptionError, match="12 regions have this name"):
        cid.report(result, region="same")


def test_clusters_are_called_by_their_members_and_their_town(fake: ModuleType) -> None:
    result = fake.fake_result()
    found = result.candidates
    table = found.table.assign(named_by=["B;A", "D"], town=["R12", "R02"])
    listed = found.concentrations.assign(named_by="B")
    result = replace(
        result, candidates=replace(found, table=table, concentrations=listed)
    )
    text = read(result).text
    assert "Region R12: Name of B; A" in text
    # its kind stands beside it
    assert "Engines and parts (T01)" in text
    assert "Name of cluster" not in text
    # braces in names are text in every place
    hostile = replace(fake.fake_result(hostile=True), candidates=result.candidates)
    assert "Name of B" in read(hostile).text


def test_templates_are_explained_and_what_is_left_out_is_said(
    fake: ModuleType, plain: dict[str, Reader], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Why members belong together" in plain["en"].text
    assert "Name of A - Name of B 90.0 %" in plain["en"].text
    assert "In doubt: Name of E" in plain["en"].text
    assert "Warum die Mitglieder zusammengehören" in plain["de"].text
    assert "smaller templates are left out" not in plain["en"].text
    monkeypatch.setattr("clusterid.reports._explained.MOST_EXPLAINED", 1)
    text = read(fake.fake_result()).text
    assert "1 smaller templates are left out here" in text
    assert "In doubt: Name of E" not in text
    without = replace(fake.fake_result(), layers={})
    assert "Why members belong together" not in read(without).text
