"""Rows of a sheet as markup: what a spreadsheet program reads is what was given."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import numpy as np
import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from clusterid.reports._sheet_rows import Styles, sheet_rows


def read_back(
    frame: pd.DataFrame, formats: list[str] | None = None, note: str = ""
) -> Any:
    """Return a sheet of the frame as openpyxl reads it."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("one")
    heads = [str(c) for c in frame.columns]
    rows = list(
        sheet_rows(frame, heads, formats or [""] * len(heads), note, Styles(sheet))
    )
    empty, full = io.BytesIO(), io.BytesIO()
    book.save(empty)
    with zipfile.ZipFile(empty) as given, zipfile.ZipFile(full, "w") as written:
        for info in given.infolist():
            markup = given.read(info)
            if info.filename == "xl/worksheets/sheet1.xml":
                inside = f"<sheetData>{''.join(rows)}</sheetData>".encode()
                for nothing in (b"<sheetData />", b"<sheetData></sheetData>"):
                    markup = markup.replace(nothing, inside)
                assert inside in markup
            written.writestr(info, markup)
    return load_workbook(full)["one"]


@pytest.mark.parametrize(
    "value",
    [
        0.1, 1 / 3, 1e-300, 1.5e300, 123456789012.0, 1e12, 1e15, 2, -7, True, False,
        "Ulm", "a<b & c>d", "  kept  ", "two\nlines", "Größe", "𝔘", "#N/A", "1e5",
        "]]>",
    ],
)  # fmt: skip
def test_a_value_is_read_as_it_was_written(value: object) -> None:
    cell = read_back(pd.DataFrame({"x": pd.Series([value], dtype=object)}))["A2"]
    if isinstance(value, float):
        assert cell.value == pytest.approx(value, rel=1e-11)
    else:
        assert cell.value == value
        assert type(cell.value) is type(value)


def test_numbers_of_a_column_have_twelve_digits_and_no_minus_zero() -> None:
    sheet = read_back(pd.DataFrame({"x": [0.1 + 0.2, -0.0, 3.0, 1e20]}))
    assert [sheet.cell(r, 1).value for r in range(2, 6)] == [0.3, 0, 3, 1e20]


@pytest.mark.parametrize(
    "nothing", [None, np.nan, pd.NA, pd.NaT, np.inf, -np.inf, float("inf")]
)
def test_what_is_no_number_is_an_empty_cell(nothing: object) -> None:
    frame = pd.DataFrame({"x": pd.Series([nothing, 1], dtype=object), "y": ["a", "b"]})
    sheet = read_back(frame)
    assert sheet["A2"].value is None
    assert sheet["B2"].value == "a"  # what follows keeps its place
    assert sheet["A3"].value == 1


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_a_text_is_never_run(text: str) -> None:
    cell = read_back(pd.DataFrame({"x": [text]}))["A2"]
    assert cell.data_type != "f"
    assert cell.value == text
    assert cell.quotePrefix


def test_formats_stand_on_numbers_alone() -> None:
    frame = pd.DataFrame({
        "share": pd.Series([0.25, None, "none"], dtype=object), "n": [1, 2, 3]
    })  # fmt: skip
    sheet = read_back(frame, ["0 %", "#,##0"])
    assert [sheet.cell(r, 1).number_format for r in (2, 3, 4)] == [
        "0 %", "General", "General"
    ]  # fmt: skip
    assert sheet["B4"].number_format == "#,##0"


def test_lists_are_joined_and_signs_that_no_cell_holds_are_left_out() -> None:
    frame = pd.DataFrame({"x": pd.Series([["a", "b"], "c\x00d\x0be"], dtype=object)})
    sheet = read_back(frame)
    assert sheet["A2"].value == "a; b"
    assert sheet["A3"].value == "cd e"


def test_a_text_longer_than_a_cell_is_cut_and_marked() -> None:
    cell = read_back(pd.DataFrame({"x": ["𝔘" * 20_000]}))["A2"]
    assert len(cell.value.encode("utf-16-le")) // 2 <= 32_767
    assert cell.value.endswith("…")


def test_the_note_stands_below_an_empty_row_also_of_an_empty_table() -> None:
    assert read_back(pd.DataFrame({"x": [1]}), note="=seen")["A4"].value == "=seen"
    assert read_back(pd.DataFrame({"x": []}), note="seen")["A3"].value == "seen"


def test_more_columns_than_letters_keep_their_places() -> None:
    frame = pd.DataFrame({f"c{k}": [k] for k in range(60)})
    sheet = read_back(frame)
    assert [sheet.cell(2, k + 1).value for k in range(60)] == list(range(60))
