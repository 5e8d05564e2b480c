"""Sheets as they are published: titles, headers of several rows, footnotes, ODS."""

from __future__ import annotations

import json
import warnings
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook

import clusterid as cid
from clusterid.errors import DataWarning, OptionError, TableError

BODY = [
    ["0101", "Astadt", 320, 120, "."],
    ["0102", "Bstadt", 480, 190, 44],
    ["0103", "Cstadt", 610, "–", 70],
    [None, "Land zusammen insgesamt", 1410, 530, 140],
]
HEADER = ["Key", "Name", "Insgesamt", "10 Food", "29 Vehicles"]
NAMES = {"region": "Key"}
MARKS = {"withheld": ["."], "nil": ["–"]}


def _book(path: Path, rows: list[list[object]], **sheets: list[list[object]]) -> Path:
    book = Workbook()
    book.active.title = "table"
    for row in rows:
        book.active.append(row)
    for k, (name, content) in enumerate(sheets.items()):
        page = book.create_sheet(name, k)
        for row in content:
            page.append(row)
    book.save(path)
    return path


def _ods(path: Path, rows: list[list[object]]) -> Path:
    cells = []
    for row in rows:
        made = ""
        for value in row:
            if isinstance(value, (int, float)):
                made += (
                    '<table:table-cell office:value-type="float" '
                    f'office:value="{value}"><text:p>{value}</text:p>'
                    "</table:table-cell>"
                )
            elif value is None:
                made += '<table:table-cell table:number-columns-repeated="1"/>'
            else:
                made += (
                    '<table:table-cell office:value-type="string">'
                    f"<text:p>{value}</text:p></table:table-cell>"
                )
        cells.append(f"<table:table-row>{made}</table:table-row>")
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    body = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="one">{"".join(cells)}'
        '<table:table-row table:number-rows-repeated="1048000">'
        '<table:table-cell table:number-columns-repeated="16000"/></table:table-row>'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("content.xml", body)
    return path


def _read(path: Path, **options: object) -> cid.tables.Economy:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        given = {"columns": NAMES, **MARKS, **options}
        return cid.economy(cid.read_employment(path, **given))


def _is_right(one: cid.tables.Economy) -> None:
    assert list(one.regions) == ["0101", "0102", "0103"]
    assert list(one.industries) == ["10", "29"]
    assert one.employment.loc["0103", "10"] == 0
    assert pd.isna(one.employment.loc["0101", "29"])
    assert one.margins.total == 1410
    assert one.margins.region.tolist() == [320, 480, 610]


TITLED = [["Table 3: persons employed"], ["as of 30 June"], [], HEADER, *BODY,
          [], ["_____"], ["1) provisional"]]  # fmt: skip
TWO_ROWS = [["A title"], ["Key", "Name", "Insgesamt", "of these", None],
            [None, None, None, 10, 29], [None, None, None, "Food", "Vehicles"],
            *BODY, ["Source: office"]]  # fmt: skip


@pytest.mark.parametrize("rows", [[HEADER, *BODY], TITLED, TWO_ROWS])
def test_a_sheet_is_read_as_it_is_published(rows, tmp_path):
    _is_right(_read(_book(tmp_path / "a.xlsx", rows)))
    _is_right(_read(_ods(tmp_path / "a.ods", rows)))


def test_what_is_left_out_is_said_and_may_be_given(tmp_path):
    path = _book(tmp_path / "a.xlsx", TITLED)
    with pytest.warns(DataWarning) as said:
        cid.read_employment(path, columns=NAMES, **MARKS)
    text = " ".join(str(w.message) for w in said)
    for words in ("skip_rows=3", "skip_footer=3", "'wide'", "Name", "total"):
        assert words in text
    _is_right(_read(path, skip_rows=3, skip_footer=3, layout="wide"))
    with pytest.raises(OptionError, match="skip_footer"):
        _read(path, skip_footer=-1)


def test_the_first_sheet_with_a_table_is_read_unless_one_is_named(tmp_path):
    path = _book(tmp_path / "a.xlsx", TITLED, Contents=[["Contents"], ["Table 3"]])
    _is_right(_read(path))
    _is_right(_read(path, sheet="table"))
    with pytest.raises(TableError, match="no sheet 'tabel'"):
        _read(path, sheet="tabel")


def test_an_empty_sheet_has_no_rows(tmp_path):
    with pytest.raises(TableError):
        cid.read_table(_book(tmp_path / "a.xlsx", []))


def test_footers_of_text_are_told_and_cut_when_asked(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("region;industry;employment\n01;C;5\n02;C;6\n____\n(c) office\n")
    with pytest.raises(TableError, match=r"footnotes.*skip_footer"):
        cid.read_employment(path)
    assert len(cid.read_employment(path, skip_footer=2)) == 2


CUBE = {
    "version": "2.0", "class": "dataset", "id": ["geo", "nace"], "size": [2, 2],
    "dimension": {
        "geo": {"category": {"index": {"AA1": 0, "AA2": 1}}},
        "nace": {"category": {"index": ["C10", "C29"]}},
    },
    "value": {"0": 12, "1": 7, "3": 5}, "status": {"2": "c"},
}  # fmt: skip


def test_a_cube_of_json_stat_is_read(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(CUBE))
    names = {"region": "geo", "industry": "nace", "employment": "value",
             "flag": "status"}  # fmt: skip
    table = cid.read_employment(path, columns=names, withheld_flags=["c"])
    assert table["employment"].fillna(-1).tolist() == [12, 7, -1, 5]
    inside = {**CUBE["dimension"], "id": CUBE["id"], "size": CUBE["size"]}
    old = {"dataset": {"dimension": inside, "value": [1, 2, 3, 4]}}
    path.write_text(json.dumps(old))
    assert cid.read_table(path)["value"].tolist() == ["1", "2", "3", "4"]
    path.write_text(json.dumps({**CUBE, "size": [2, 3]}))
    with pytest.raises(TableError, match="JSON-stat"):
        cid.read_table(path)


def test_years_in_columns_are_told_and_turned_when_asked():
    table = pd.DataFrame({"region": ["a", "b"], "industry": "C", "2018": [1, 2],
                          "2019": [3, 4]})  # fmt: skip
    with pytest.raises(TableError, match="years stand as columns"):
        cid.read_employment(table)
    read = cid.read_employment(table, layout="years")
    assert read[["year", "employment"]].to_numpy().tolist() == [
        [2018, 1], [2018, 2], [2019, 3], [2019, 4],
    ]  # fmt: skip
    with pytest.raises(TableError, match="years stand as columns"):
        cid.read_employment(table.drop(columns="industry"), layout="wide")
    with pytest.raises(OptionError, match="layout"):
        cid.read_employment(table, layout="broad")
