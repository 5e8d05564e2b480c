"""The workbook keeps text as text, numbers as numbers, and nothing of single plants."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook

from clusterid.errors import OptionError, SourceError
from clusterid.reports import write_workbook


def cells(path: Path) -> list[Any]:
    book = load_workbook(path)
    return [cell for sheet in book for row in sheet.iter_rows() for cell in row]


def test_text_that_looks_like_a_formula_is_text(
    fake: ModuleType, tmp_path: Path
) -> None:
    title = '=HYPERLINK("http://x","y")'
    result = replace(fake.fake_result(hostile=True), title=title)
    result.candidates.table["label"] = ["+1", "@SUM(A1)"]
    result.comparison.verdicts["field"] = "-2+3"
    result.economy.metadata.labels["A"] = "=1+1"
    found = cells(write_workbook(result, tmp_path / "w.xlsx"))
    assert not [c for c in found if c.data_type == "f"]
    suspicious = [
        c for c in found if isinstance(c.value, str) and c.value[:1] in set("=+-@")
    ]
    assert len(suspicious) >= 5
    assert all(c.data_type == "s" and c.quotePrefix for c in suspicious)


def test_sheets_have_headings_units_and_notes(fake: ModuleType, tmp_path: Path) -> None:
    book = load_workbook(write_workbook(fake.fake_result(), tmp_path / "w.xlsx"))
    assert book.sheetnames == [
        "about", "columns", "clusters", "concentrations", "members", "gaps",
        "templates",
        "template by region", "verdicts", "concentration", "industries",
    ]  # fmt: skip
    sheet = book["clusters"]
    heads = [cell.value for cell in sheet[1]]
    assert "Jobs [persons]" in heads
    assert all(cell.font.bold for cell in sheet[1])
    assert sheet.freeze_panes == "A2"
    assert sheet["A2"].value == "C001"
    jobs = sheet.cell(2, heads.index("Jobs [persons]") + 1)
    assert jobs.value == 2500
    assert jobs.number_format == "#,##0"
    about = {row[0].value: row[1].value for row in book["about"].iter_rows()}
    assert about["Source"] == "Toy statistics office"
    assert about["SIMULATED"].startswith("Simulated data")
    listed = {row[1].value for row in book["columns"].iter_rows(min_row=2)}
    assert {"lq_jobs", "lq_plants", "excess_jobs", "verdict"} <= listed


def test_codes_stay_text_and_withheld_cells_stay_empty(
    fake: ModuleType, tmp_path: Path
) -> None:
    result = fake.fake_result()
    result.concentration["industry"] = result.concentration["industry"].replace(
        "A", "01"
    )
    book = load_workbook(write_workbook(result, tmp_path / "w.xlsx"))
    rows = list(book["concentration"].iter_rows(values_only=True))
    head, body = rows[0], [r for r in rows[1:] if r and r[0] in result.regions.index]
    at = {name: i for i, name in enumerate(head)}
    code, region = at["Industry"], at["Region"]
    assert {r[code] for r in body} == {"01", "B", "C", "D", "E", "F"}
    unit = " [1 = as everywhere]"
    value = at["Quotient of plants, smoothed" + unit]
    hidden = {(r[region], r[code]) for r in body if r[value] is None}
    assert hidden == {("R03", "B"), ("R05", "01")}
    # of a withheld cell the limits stay, of one plant alone nothing does
    limit = at["Quotient of jobs, possible to" + unit]
    assert [(r[region], r[code]) for r in body if r[limit] is None] == [("R05", "01")]
    plants = at["Plants [local units]"]
    assert all(r[plants] is None for r in body if (r[region], r[code]) in hidden)


def test_the_workbook_speaks_german(fake: ModuleType, tmp_path: Path) -> None:
    path = write_workbook(fake.fake_result(), tmp_path / "w.xlsx", language="de")
    book = load_workbook(path)
    assert "Urteile" in book.sheetnames
    assert "erklärt, kein statistischer Niederschlag" in {
        cell.value for row in book["Urteile"].iter_rows() for cell in row
    }


def test_wrong_use_is_told_and_leaves_nothing(fake: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="not a folder"):
        write_workbook(fake.fake_result(), tmp_path / "missing" / "w.xlsx")
    with pytest.raises(OptionError):
        write_workbook(fake.fake_result(), tmp_path / "w.xlsx", language="fr")
    assert list(tmp_path.iterdir()) == []


def test_the_ranked_lists_stand_in_the_workbook_with_words(
    fake: ModuleType, tmp_path: Path
) -> None:
    result = fake.fake_result()
    listed = result.candidates.concentrations
    many = pd.concat([listed] * 400, ignore_index=True)
    result = replace(result, candidates=replace(result.candidates, concentrations=many))
    book = load_workbook(write_workbook(result, tmp_path / "w.xlsx"))
    rows = list(book["concentrations"].iter_rows(values_only=True))
    head = list(rows[0])
    assert sum(row[0] in result.regions.index for row in rows[1:]) == len(many)
    why = head.index("Why not higher, in words")
    assert "fewer than 10 plants" in rows[1 + list(listed["kind"]).index("F")][why]
    assert "Grade in words" in head
    about = {row[0].value: row[1].value for row in book["about"].iter_rows()}
    assert about["clusters"].startswith("Clusters by grade of evidence: A 1, B 0, C 1")
