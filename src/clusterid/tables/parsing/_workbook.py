"""Workbooks: the sheet with the table, and what of it is title, header, footnote."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd

from clusterid._disk import (
    SHEET_PART,
    foreign_reading,
    packed_fault,
    size_fault,
    twice_in_header,
)
from clusterid.errors import Fault, TableError, nearest
from clusterid.tables.parsing._form import Form, RawTable, nothing
from clusterid.tables.parsing._grid import cut_out, has_table
from clusterid.tables.parsing._ods import read_ods

__all__ = ["from_workbook", "read_grids"]


def from_workbook(path: Path, form: Form, names: Collection[str]) -> RawTable:
    """Return the table of a workbook; ``names`` are columns that its header has."""
    is_old = path.suffix.lower() == ".xls"
    packed = size_fault(path) if is_old else packed_fault(path, part=SHEET_PART)
    if packed is None and is_old and find_spec("xlrd") is None:
        packed = Fault(
            "the ending .xls is an old workbook's: the package xlrd is not installed",
            "save it as .xlsx or .ods",
        )
    if packed is not None:
        return nothing(packed)
    if path.suffix.lower() == ".ods":
        sheets = read_ods(path)
    else:
        with pd.ExcelFile(path, engine="xlrd" if is_old else "openpyxl") as book:
            chosen = _known_sheets([str(s) for s in book.sheet_names], form.sheet)
            if isinstance(chosen, Fault):
                return nothing(chosen)
            sheets = {name: _grid(book, name) for name in chosen}
    chosen = _known_sheets(list(sheets), form.sheet)
    if isinstance(chosen, Fault):
        return nothing(chosen)
    name = next((n for n in chosen if has_table(sheets[n])), chosen[0])
    frame, notes = cut_out(sheets[name], form, names)
    if form.sheet is None and name != chosen[0]:
        notes = [f"the table stands on the sheet {name!r}", *notes]
    faults: list[Fault] = []
    if path.suffix.lower() not in {".ods", ".xls"}:
        faults = _cell_faults(path, name)
    twice = twice_in_header(frame.columns)
    if twice is not None:
        faults.append(twice)
    return RawTable(frame, path.name, tuple(faults), tuple(notes))


def read_grids(path: Path, *, sheet: str | None = None) -> dict[str, pd.DataFrame]:
    """Return the cells of a workbook's sheets as they stand, without a header.

    Raises
    ------
    TableError
        If the file cannot be read as a workbook, or has no such sheet.
    """
    broken: list[Fault] = []
    grids: dict[str, pd.DataFrame] = {}
    with foreign_reading(path.suffix, broken):
        packed = packed_fault(path, part=SHEET_PART)
        if packed is not None:
            broken.append(packed)
        elif path.suffix.lower() == ".ods":
            grids = read_ods(path)
        else:
            with pd.ExcelFile(path, engine="openpyxl") as book:
                grids = {str(name): _grid(book, str(name)) for name in book.sheet_names}
    chosen = _known_sheets(list(grids), sheet)
    if isinstance(chosen, Fault) and not broken:
        broken.append(chosen)
    if broken or isinstance(chosen, Fault):
        raise TableError(path.name, broken)
    return {name: grids[name] for name in chosen}


def _known_sheets(names: list[str], sheet: str | int | None) -> list[str] | Fault:
    """Return the sheets that are looked at, or why there is none."""
    if sheet is None:
        return names
    is_there = sheet in names if isinstance(sheet, str) else sheet < len(names)
    if not is_there:
        mend = f"sheets are {', '.join(names)}.{nearest(str(sheet), names)}"
        return Fault(f"the workbook has no sheet {sheet!r}", mend)
    return [sheet if isinstance(sheet, str) else names[sheet]]


def _grid(book: pd.ExcelFile, sheet: str) -> pd.DataFrame:
    grid: pd.DataFrame = pd.read_excel(
        book,
        sheet_name=sheet,
        header=None,
        dtype=object,
        keep_default_na=False,
        na_values=[""],
    )
    return grid


def _cell_faults(path: Path, sheet: str) -> list[Fault]:
    """Return what a workbook shows in place of values, with the cells' addresses."""
    from openpyxl import load_workbook

    values = load_workbook(path, read_only=True, data_only=True)
    formulas = load_workbook(path, read_only=True)
    try:
        if not hasattr(values[sheet], "iter_rows"):
            return [
                Fault(f"the sheet {sheet!r} holds a chart, no table", "name another")
            ]
        rows = zip(values[sheet].iter_rows(), formulas[sheet].iter_rows(), strict=False)
        errors, empty = _odd_cells(rows)
    finally:
        values.close()
        formulas.close()
    faults = []
    if errors:
        rule = f"{len(errors)} cells hold a spreadsheet error ({_few(errors)})"
        mend = "mend the formulas in the workbook, or empty the cells"
        faults.append(Fault(rule, mend))
    if empty:
        rule = (
            f"{len(empty)} cells hold formulas whose values were never calculated "
            f"({_few(empty)})"
        )
        mend = "open the workbook in a spreadsheet program and save it"
        faults.append(Fault(rule, mend))
    return faults


def _odd_cells(rows: Iterable[tuple[Any, Any]]) -> tuple[list[str], list[str]]:
    """Return cells with an error, and cells with an empty formula."""
    errors: list[str] = []
    empty: list[str] = []
    for shown, made in rows:
        for value, formula in zip(shown, made, strict=False):
            if value.data_type == "e":
                errors.append(f"{value.coordinate}: {value.value}")
            elif formula.data_type == "f" and value.value is None:
                empty.append(str(formula.coordinate))
    return errors, empty


def _few(cells: list[str]) -> str:
    return ", ".join(cells[:5]) + (", ..." if len(cells) > 5 else "")
