"""Sheets of an OpenDocument workbook as grids of cells."""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd

__all__ = ["read_ods"]

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
#: Empty cells and rows repeat to the edge of a sheet; more of them are not filled in.
_MOST = 20_000


def read_ods(path: Path) -> dict[str, pd.DataFrame]:
    """Return the cells of every sheet: numbers as numbers, all else as shown."""
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as stream:
        root = ElementTree.parse(stream).getroot()
    return {
        str(table.get(f"{_TABLE}name")): pd.DataFrame(_rows(table), dtype=object)
        for table in root.iter(f"{_TABLE}table")
    }


def _rows(table: ElementTree.Element) -> list[list[object]]:
    rows: list[list[object]] = []
    for row in table.iter(f"{_TABLE}table-row"):
        cells: list[object] = []
        for cell in row:
            if not cell.tag.endswith("table-cell"):
                continue
            value = _value(cell)
            repeat = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
            cells += [value] * (repeat if value is not None or repeat < _MOST else 0)
        while cells and cells[-1] is None:
            cells.pop()
        repeat = int(row.get(f"{_TABLE}number-rows-repeated", "1"))
        rows += [cells] * (repeat if cells or repeat < _MOST else 0)
    while rows and not rows[-1]:
        rows.pop()
    width = max(map(len, rows), default=0)
    return [[*row, *[None] * (width - len(row))] for row in rows]


def _value(cell: ElementTree.Element) -> object:
    kind = cell.get(f"{_OFFICE}value-type")
    if kind in {"float", "percentage", "currency"}:
        number = float(cell.get(f"{_OFFICE}value", "nan"))
        return int(number) if number.is_integer() else number
    if kind == "date":
        return cell.get(f"{_OFFICE}date-value")
    lines = ["".join(part.itertext()) for part in cell.iter(f"{_TEXT}p")]
    return "\n".join(lines) or None
