"""Rows of a sheet as markup, column by column; text stays text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clusterid.legend import allowed_text

if TYPE_CHECKING:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

__all__ = ["Styles", "sheet_rows"]

#: what a spreadsheet would take for a formula
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
#: units of UTF-16 that a cell may hold; some signs take two
_LONGEST = 32_767
#: whole numbers below it are written with all their digits
_LARGE = 1e12


@dataclass(frozen=True, slots=True)
class Styles:
    """What cells of a sheet look like, as attributes; each is registered when asked."""

    sheet: WriteOnlyWorksheet
    _numbers: dict[str, str] = field(default_factory=dict)

    def heading(self) -> str:
        """Return the style of the first row."""
        from openpyxl.styles import Alignment, Font, PatternFill

        cell = self._cell()
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="DCE6F0")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        return _attribute(cell)

    def note(self) -> str:
        """Return the style of the note below the table."""
        from openpyxl.styles import Font

        cell = self._cell()
        cell.font = Font(italic=True)
        return _attribute(cell)

    def text(self) -> str:
        """Return the style of a text that would otherwise be run."""
        cell = self._cell()
        cell.quotePrefix = True
        return _attribute(cell)

    def number(self, number_format: str) -> str:
        """Return the style of a number."""
        if not number_format:
            return ""
        if number_format not in self._numbers:
            cell = self._cell()
            cell.number_format = number_format
            self._numbers[number_format] = _attribute(cell)
        return self._numbers[number_format]

    def _cell(self) -> WriteOnlyCell:
        from openpyxl.cell import WriteOnlyCell

        return WriteOnlyCell(self.sheet)


def _attribute(cell: WriteOnlyCell) -> str:
    return f' s="{cell.style_id}"'


def sheet_rows(
    frame: pd.DataFrame,
    headings: Sequence[str],
    formats: Sequence[str],
    note: str,
    styles: Styles,
) -> Iterator[str]:
    """Yield the rows of a table as markup of a sheet, its headings first.

    Parameters
    ----------
    frame : DataFrame
    headings, formats : sequence of str, one a column
        Number formats; empty where there is none.
    note : str
        Below the table, after an empty row.
    styles : Styles
        Of the sheet.
    """
    from openpyxl.utils import get_column_letter

    letters = [get_column_letter(k + 1) for k in range(len(headings))]
    head = styles.heading()
    yield _row(1, letters, [_text(h, head) for h in headings])
    texts: dict[str, str] = {}
    columns = [
        _column(frame.iloc[:, k], styles, number_format, texts)
        for k, number_format in enumerate(formats)
    ]
    i = 1
    for i, cells in enumerate(zip(*columns, strict=True), start=2):
        yield _row(i, letters, cells)
    if note:
        yield _row(i + 1, [], [])
        yield _row(i + 2, ["A"], [_text(note, styles.note())])


def _row(number: int, letters: Sequence[str], cells: Sequence[str]) -> str:
    """Return a row; empty cells are left out."""
    inside = "".join([
        f'<c r="{letter}{number}"{cell}'
        for letter, cell in zip(letters, cells, strict=True)
        if cell
    ])
    return f'<row r="{number}">{inside}</row>'


def _column(
    column: pd.Series, styles: Styles, number_format: str, texts: dict[str, str]
) -> list[str]:
    """Return the cells of a column without their place; empty where nothing stands."""
    values = column.tolist()
    numbers = [v for v in values if isinstance(v, (int, float)) and v == v]
    # a style is registered where something has it, and not before
    style = styles.number(number_format) if numbers else ""
    dtype = column.dtype
    if isinstance(dtype, np.dtype) and dtype.kind == "f":
        return [_number(v, style) if np.isfinite(v) else "" for v in values]
    return [_content(v, style, styles, texts) for v in values]


def _content(value: object, style: str, styles: Styles, texts: dict[str, str]) -> str:
    """Return a cell of any value: a number, or text that is never run."""
    if isinstance(value, str):
        if value not in texts:
            texts[value] = _said(value, styles)
        return texts[value]
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, (bool, np.bool_)):
        return f' t="b"><v>{int(value)}</v></c>'
    if isinstance(value, (int, float, np.integer, np.floating)):
        number = float(value)
        return _number(number, style) if np.isfinite(number) else ""
    if isinstance(value, (list, tuple)):
        value = "; ".join(str(v) for v in value)
    return _said(str(value), styles)


def _number(number: float, style: str) -> str:
    if number.is_integer() and -_LARGE < number < _LARGE:
        return f'{style} t="n"><v>{int(number)}</v></c>'
    return f'{style} t="n"><v>{float(f"{number:.12g}"):.16g}</v></c>'


def _said(text: str, styles: Styles) -> str:
    text = _fitting(allowed_text(text))
    return _text(text, styles.text() if text.startswith(_FORMULA) else "")


def _text(text: str, style: str) -> str:
    text = _fitting(allowed_text(text))
    if not text:
        return f'{style} t="inlineStr" />'
    stripped = text.strip()
    kept = ' xml:space="preserve"' if stripped and stripped != text else ""
    shown = escape(text, quote=False)
    return f'{style} t="inlineStr"><is><t{kept}>{shown}</t></is></c>'


def _fitting(text: str) -> str:
    """Return a text that fits into a cell; what is cut off is marked."""
    if 2 * len(text) <= _LONGEST or len(text.encode("utf-16-le")) // 2 <= _LONGEST:
        return text
    cut = text.encode("utf-16-le")[: 2 * (_LONGEST - 1)]
    return cut.decode("utf-16-le", "ignore") + "…"
