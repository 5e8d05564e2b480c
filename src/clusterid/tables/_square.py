"""The square of an input-output table in a sheet, found among titles and totals."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid.errors import TableError
from clusterid.tables._nesting import is_total
from clusterid.tables.parsing import Numerals, column_numbers

__all__ = ["DASHES", "Square", "square_of"]

#: What stands for none in tables of flows.
DASHES = ("-", "–", "—", "")
#: How an industry or product is written: NACE, CPA, WZ, ISIC, NAICS, ranges.
_CODE = re.compile(
    r"^(?:CPA[ _]?|NACE[ _]?|WZ[ _]?|P_)?(?:[A-Z]{1,2}|[A-Z]?\d{1,6}(?:\.\d+)*[A-Z]?)"
    r"(?:\s*(?:[-–+&,/_]|to|bis)\s*(?:[A-Z]{1,2}|[A-Z]?\d{1,6}(?:\.\d+)*[A-Z]?))*$"
)
#: Rows and columns of the whole output of an industry.
_OUTPUT = re.compile(
    r"^(?:produktionswert|(?:gross |total )?output(?: at basic prices)?|total output"
    r"|production|valeur de la production|produccion|produzione|p1|ts_bp)\b",
    re.IGNORECASE,
)
#: Fewest codes that rows and columns share.
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class Square:
    """Flows among industries (``seller``, ``buyer``, ``value``), and their output.

    ``output`` by buyer, where a row of the sheet says it; ``sheet`` is its name.
    """

    flows: pd.DataFrame
    output: dict[str, float] | None
    sheet: str


def square_of(
    grids: Mapping[str, pd.DataFrame], numerals: Numerals, name: str
) -> Square | None:
    """Return the largest square of codes in rows and columns alike, or None.

    Raises
    ------
    TableError
        If a cell of the square is no number.
    """
    found = {sheet: _square(grid) for sheet, grid in grids.items()}
    best = max(found, key=lambda sheet: len(found[sheet][2]), default="")
    if not best or len(found[best][2]) < _FEWEST:
        return None
    row, column, codes = found[best]
    grid = grids[best].reset_index(drop=True)
    rows = {_text(v): i for i, v in enumerate(grid.iloc[:, column]) if i > row}
    columns = {_text(v): k for k, v in enumerate(grid.iloc[row])}
    at = [columns[code] for code in codes]
    square = grid.iloc[[rows[code] for code in codes], at].to_numpy(dtype=object)
    cells = pd.Series(square.ravel()).fillna("")
    values, faults = column_numbers(cells, "value", numerals)
    if faults:
        raise TableError(f"{name} ({best})", faults)
    n = len(codes)
    flows = pd.DataFrame({
        "seller": np.repeat(np.array(codes, dtype=object), n),
        "buyer": np.tile(np.array(codes, dtype=object), n),
        "value": values,
    })
    output = _output(grid, row, at, numerals)
    made = None
    if output is not None:
        made = {code: float(x) for code, x in zip(codes, output, strict=True)}
    return Square(flows, made, best)


def _text(value: object) -> str:
    return (
        ""
        if value is None or value != value
        else re.sub(r"\s+", " ", str(value)).strip()
    )


def _square(grid: pd.DataFrame) -> tuple[int, int, list[str]]:
    """Return the row and the column of the codes, and those that both hold."""
    texts = grid.map(_text)
    best: tuple[int, int, list[str]] = (0, 0, [])
    is_code = texts.map(lambda t: bool(t) and bool(_CODE.match(t)) and not is_total(t))
    # running numbers stand in rows and columns, too: codes that are not all numbers
    # from 1 on win, then the square with more of them
    most = 0.0
    for column in range(min(6, texts.shape[1])):
        down = texts.iloc[:, column].where(is_code.iloc[:, column], "")
        for row in range(min(40, texts.shape[0])):
            below = Counter(down.iloc[row + 1 :])
            once = {code for code, count in below.items() if code and count == 1}
            across = list(texts.iloc[row][is_code.iloc[row]])
            shared = [code for code in across if code in once]
            if len(shared) != len(set(shared)):
                continue
            weight = len(shared) * (0.5 if _only_counts(shared) else 1.0)
            if weight > most:
                most, best = weight, (row, column, shared)
    return best


def _only_counts(codes: list[str]) -> bool:
    """Return whether codes are running numbers: 1, 2, 3 ..."""
    return codes == [str(k) for k in range(1, len(codes) + 1)]


def _output(
    grid: pd.DataFrame, row: int, columns: list[int], numerals: Numerals
) -> NDArray[np.float64] | None:
    """Return the output of the buyers, from the last row that says it."""
    for i in range(len(grid) - 1, row, -1):
        words = [_text(v) for v in grid.iloc[i, : min(columns)]]
        if any(_OUTPUT.match(word) for word in words):
            cells = grid.iloc[i, columns].astype(object).fillna("")
            values, faults = column_numbers(cells.reset_index(drop=True), "x", numerals)
            if not faults and np.isfinite(values).all() and (values > 0).any():
                return values
    return None
