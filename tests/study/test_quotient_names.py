"""Two quotients, two names: no page puts one beside the interval of the other."""

from __future__ import annotations

import html
import re
from pathlib import Path

import numpy as np
import pytest
from openpyxl import load_workbook
from tests.disclosure.studies import result_of

import clusterid as cid
from clusterid.disclosure import publishable
from clusterid.legend import LANGUAGES, words
from clusterid.reports import write_workbook

NAMES = {
    *("lq_jobs", "lq_jobs_smoothed", "lq_jobs_lower", "lq_jobs_upper"),
    *("lq_plants", "lq_plants_smoothed", "lq_plants_lower", "lq_plants_upper"),
    "lq_plants_rank",
}
#: names under which the two were mixed
MIXED = {"lq", "lq_shrunk", "lower", "upper", "eb05", "lq_lower", "lq_upper"}
STUDIES = ["tables", "jobs alone"]
QUOTIENT = re.compile(r"quotient|shrunk|geschrumpft|^lower|^upper|^untere|^obere", re.I)


def of_columns(language: str) -> dict[str, str]:
    """Return the headings that name a quotient of jobs or of plants."""
    said = words(language)
    return {said(f"column.{name}").replace("\u00ad", ""): name for name in NAMES}


def quotients_of(headings: list[str], language: str) -> list[str]:
    """Return the columns of quotients, and fail at one that says not of what."""
    known, said = of_columns(language), words(language)
    of_test = {said("column.roughness")}
    found = []
    for heading in headings:
        plain = heading.replace("\u00ad", "").split(" [")[0].strip()
        if QUOTIENT.search(plain) and plain not in of_test:
            assert plain in known, heading
            found.append(known[plain])
    return found


def one_kind_of_limits(columns: list[str]) -> None:
    """Fail where a quotient stands beside limits and without its own."""
    for kind in ("lq_jobs", "lq_plants"):
        limits = {f"{kind}_lower", f"{kind}_upper"} & set(columns)
        assert not limits or kind in columns, columns


@pytest.mark.parametrize("study", STUDIES)
def test_every_column_of_a_table_says_of_what_it_is(study: str) -> None:
    result = result_of(study)
    for table in (result.concentration, publishable(result).concentration):
        columns = set(table.columns)
        assert columns >= NAMES
        assert not columns & MIXED
        quotients = {c for c in columns if c.startswith("lq")}
        assert quotients == NAMES


@pytest.mark.parametrize("study", STUDIES)
def test_each_quotient_lies_in_its_own_interval(study: str) -> None:
    table = result_of(study).concentration
    for kind in ("lq_jobs", "lq_plants"):
        known = table[table[kind].notna()]
        assert known[f"{kind}_lower"].le(known[kind] * (1 + 1e-9)).all()
        assert known[f"{kind}_upper"].ge(known[kind] * (1 - 1e-9)).all()
    withheld = table[table["reason"].eq("withheld")]
    assert len(withheld)
    assert withheld["lq_jobs_lower"].lt(withheld["lq_jobs_upper"]).all()
    has_plants = table["lq_plants"].notna().any()
    assert has_plants == (study == "tables")
    lacking = table["lq_plants"].isna()
    assert table.loc[lacking, "reason"].ne("").all()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("study", STUDIES)
def test_the_report_names_every_quotient(study: str, language: str) -> None:
    page = cid.report(result_of(study), language=language).html
    section = page[page.index('id="concentration"') :]
    section = section[: section.index("</section>")]
    tables = re.findall(r"<table.*?</table>", section, re.DOTALL)
    heads = [
        [
            html.unescape(re.sub(r"<[^>]+>", "", cell))
            for cell in re.findall(r"<th[^>]*scope=.col.[^>]*>(.*?)</th>", table)
        ]
        for table in tables
    ]
    found = [quotients_of(head, language) for head in heads]
    for columns in found:
        one_kind_of_limits(columns)
    named = {name for columns in found for name in columns}
    assert "lq_jobs" in named
    assert ("lq_plants_smoothed" in named) == (study == "tables")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("study", STUDIES)
def test_the_workbook_names_every_quotient(
    study: str, language: str, tmp_path: Path
) -> None:
    path = write_workbook(result_of(study), tmp_path / "w.xlsx", language=language)
    book = load_workbook(path, read_only=True)
    sheet = book[words(language)("report.sheet_concentration")]
    heads = [str(cell.value) for cell in next(sheet.iter_rows())]
    found = quotients_of(heads, language)
    # jobs are not smoothed: the contract's column would say the same twice
    assert set(found) == NAMES - {"lq_jobs_smoothed"}
    one_kind_of_limits(found)
    assert sum(1 for _ in sheet.iter_rows()) > 100


@pytest.mark.parametrize("study", STUDIES)
def test_the_map_draws_each_quotient_with_its_own_limits(study: str) -> None:
    result = result_of(study)
    data = cid.cluster_map(result, minimum_plants=0).data
    codes = data["geo"]["codes"]
    tables = publishable(result).concentration.set_index(["industry", "region"])
    layers = [layer for layer in data["layers"] if layer["group"] == "industry"]
    assert layers

    def equal(numbers: list[float | None], industry: str, column: str) -> None:
        shown = np.array([np.nan if v is None else v for v in numbers], dtype=float)
        wanted = tables.loc[industry, column].reindex(codes).to_numpy(dtype=float)
        known = ~np.isnan(shown)
        assert known.any()
        np.testing.assert_allclose(shown[known], wanted[known], rtol=0.1, atol=0.01)

    for layer in layers:
        industry = layer["id"].removeprefix("industry-")
        for language in LANGUAGES:
            of = {"en": ("jobs", "plants"), "de": ("Beschäftigten", "Betriebe")}
            jobs, plants = of[language]
            if study == "tables":
                assert plants in layer["measure"][language]
                assert plants in layer["interval"][language]
                assert jobs in layer["beside"]["measure"][language]
            else:
                assert jobs in layer["measure"][language]
                assert "beside" not in layer
        if study == "tables":
            equal(layer["v"], industry, "lq_plants_smoothed")
            equal(layer["lo"], industry, "lq_plants_lower")
            equal(layer["hi"], industry, "lq_plants_upper")
            equal(layer["beside"]["v"], industry, "lq_jobs")
        else:
            equal(layer["v"], industry, "lq_jobs")
    limits = [layer.get("beside", layer) for layer in layers]
    assert any("lo" in part for part in limits)
    for layer, part in zip(layers, limits, strict=True):
        if "lo" in part:
            industry = layer["id"].removeprefix("industry-")
            equal(part["lo"], industry, "lq_jobs_lower")


def test_a_heading_of_the_old_kind_is_found() -> None:
    with pytest.raises(AssertionError, match="Quotient, shrunk"):
        quotients_of(["Quotient, shrunk"], "en")
    with pytest.raises(AssertionError, match="Lower"):
        quotients_of(["Quotient of jobs", "Lower"], "en")
    with pytest.raises(AssertionError):
        one_kind_of_limits(["lq_jobs", "lq_plants_lower"])
