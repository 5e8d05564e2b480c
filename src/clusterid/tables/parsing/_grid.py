"""A sheet as it is published: titles above, a header of one or more rows, footnotes."""

from __future__ import annotations

import numbers
import re
from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid.tables.parsing._form import Form

__all__ = ["cut_out", "has_table", "squeezed"]

#: Rows in which a header is looked for, and rows that it may have itself.
_SEARCHED, _DEEPEST = 40, 6
#: Marks of tables that stand where a number would.
_MARKS = frozenset({".", "..", "...", "-", "–", "—", "/", "x", "X", "*", "•", ":"})


def has_table(grid: pd.DataFrame) -> bool:
    """Return whether a sheet holds two rows of at least two cells."""
    return bool((grid.notna().sum(axis=1) >= 2).sum() >= 2)


def cut_out(
    grid: pd.DataFrame, form: Form, names: Collection[str]
) -> tuple[pd.DataFrame, list[str]]:
    """Return the table of a sheet as text, and what was left out of the sheet.

    Parameters
    ----------
    grid : DataFrame
        The cells of the sheet as they are, without a header.
    form : Form
        What is known: rows above, header rows, rows below.
    names : collection of str
        Columns that the header holds.
    """
    filled = grid.notna().to_numpy()
    if not filled.any():
        return pd.DataFrame(), []
    count = filled.sum(axis=1)
    start = form.skip_rows
    found = _header_row(grid, count, names) if start is None else start
    if found >= len(grid):
        return pd.DataFrame(), []
    depth = form.header_rows or (1 if start is not None else _depth(grid, found))
    header = _joined(grid.iloc[found : found + depth])
    end = len(grid) - form.skip_footer
    if start is None and not form.skip_footer:
        end = _end(count, found + depth)
    body = grid.iloc[found + depth : end]
    keep = body.notna().any(axis=1).to_numpy()
    used = [k for k, name in enumerate(header) if name or filled[found:end, k].any()]
    frame = body.iloc[np.flatnonzero(keep), used].map(_as_text)
    frame.columns = pd.Index([header[k] or f"Unnamed: {k}" for k in used], dtype=object)
    frame.index = pd.RangeIndex(len(frame))
    return frame.astype(object), _said(grid, found, depth, end)


def _said(grid: pd.DataFrame, found: int, depth: int, end: int) -> list[str]:
    """Return what was left out of a sheet, in words."""
    notes = []
    above = [_first(grid.iloc[i]) for i in range(found)]
    below = [_first(grid.iloc[i]) for i in range(end, len(grid))]
    for rows, where, option in (
        (above, "above the header", f"skip_rows={found}"),
        (below, "below the table", f"skip_footer={len(grid) - end}"),
    ):
        texts = [text for text in rows if text]
        if texts:
            notes.append(
                f"{len(rows)} rows {where} are left out ({texts[0][:40]!r} ...; "
                f"{option})"
            )
    if depth > 1:
        notes.append(f"the header is taken from {depth} rows (header_rows={depth})")
    return notes


def _first(row: pd.Series) -> str:
    texts = [str(value) for value in row if not pd.isna(value)]
    return texts[0].strip() if texts else ""


def _header_row(
    grid: pd.DataFrame, count: NDArray[np.int64], names: Collection[str]
) -> int:
    """Return the row of the header: the one with the names, or the first full one."""
    searched = range(min(_SEARCHED, len(grid)))
    if names:
        wanted = {squeezed(name) for name in names}
        for i in searched:
            if wanted <= {
                _plain(value) for value in grid.iloc[i] if not pd.isna(value)
            }:
                return i
    width = int(np.max(count))
    need = 2 if width > 1 else 1
    return next((i for i in searched if count[i] >= need), 0)


def _depth(grid: pd.DataFrame, start: int) -> int:
    """Return how many rows a header has: those before the first row of numbers."""
    for k in range(1, _DEEPEST + 1):
        if start + k >= len(grid):
            return 1
        cells = grid.iloc[start + k]
        row = [v for v in cells if not pd.isna(v)]
        n_numbers = sum(_is_number(v) for v in row)
        # numbers of industries may stand in a header, but nothing before them there
        is_whole = not pd.isna(cells.iloc[0]) or 2 * len(row) > len(cells) + 1
        is_data = n_numbers and 2 * n_numbers >= len(row) - 2
        if is_data and is_whole and not _counts_up(row):
            return k
        if not _is_part_of_header(grid, start, k):
            return 1
    return 1


def _is_part_of_header(grid: pd.DataFrame, start: int, k: int) -> bool:
    """Return whether a row goes on with a header whose cells span others."""
    above = grid.iloc[start : start + k].notna().to_numpy()
    row = grid.iloc[start + k].notna().to_numpy()
    if not row.any():
        return False
    open_ = ~above[-1] | ~above.all(axis=0)
    return bool(row[open_].any())


def _counts_up(row: Sequence[object]) -> bool:
    """Return whether the numbers of a row only number its columns."""
    found = [float(v) for v in row if _is_number(v) and not isinstance(v, str)]  # type: ignore[arg-type]
    steps = np.diff(found)
    return len(found) > 2 and bool((steps == 1).all()) and found[0] in {0.0, 1.0}


def _end(count: NDArray[np.int64], first: int) -> int:
    """Return where a table ends: before rows of one cell at the bottom."""
    widest = int(count[first:].max(initial=0))
    if widest < 3:
        return len(count)
    end = len(count)
    while end > first and count[end - 1] <= 1:
        end -= 1
    return end


def _joined(rows: pd.DataFrame) -> list[str]:
    """Return the names of columns: the cells of the header below each other.

    A cell over several columns is left out of their names, unless they are the same
    without it.
    """
    cells = [[_plain(v) if not pd.isna(v) else "" for v in row] for row in rows.values]
    if len(cells) == 1:
        return cells[0]
    groups = [list(row) for row in cells]
    for level, row in enumerate(cells[:-1]):
        for k, text in enumerate(row):
            following = k + 1 < len(row) and not row[k + 1]
            below = following and any(
                cells[m][k + 1] for m in range(level + 1, len(cells))
            )
            if text and below:
                row[k] = ""
            elif not text and k and groups[level][k - 1]:
                has_below = any(row_[k] for row_ in cells[level + 1 :])
                groups[level][k] = groups[level][k - 1] if has_below else ""
    names = [" ".join(filter(None, parts)) for parts in zip(*cells, strict=True)]
    full = [" ".join(filter(None, parts)) for parts in zip(*groups, strict=True)]
    return [
        full[k] if names.count(name) > 1 and name else name
        for k, name in enumerate(names)
    ]


def _plain(value: object) -> str:
    """Return a cell of the header as one line."""
    return re.sub(r"\s+", " ", _as_text(value) or "").strip()


def squeezed(name: object) -> str:
    """Return a name by which headers are compared: line ends and blanks say nothing."""
    return re.sub(r"\s+", "", str(name))


def _is_number(value: object) -> bool:
    if isinstance(value, str):
        return value.strip() in _MARKS
    return isinstance(value, numbers.Number) and not isinstance(value, bool)


def _as_text(value: object) -> str | None:
    """Return a cell as text; a whole number has no fraction, an empty cell is none."""
    if isinstance(value, str):
        return value
    if (
        value is None
        or value is pd.NaT
        or (isinstance(value, float) and value != value)
    ):
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
