"""Input-output tables as offices hand them out: a workbook with totals and demand."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid.errors import SourceError
from clusterid.sources._files import Paths, one_file
from clusterid.tables import is_total, read_flows, read_grids
from clusterid.tables.parsing import Numerals, column_numbers

__all__ = ["read_io_workbook"]

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
_NIL = ("-", "–", "—", "")


def read_io_workbook(
    paths: Paths,
    *,
    sheet: str | None = None,
    decimal: str = ".",
    thousands: str | None = None,
    negative: str = "fault",
) -> pd.DataFrame:
    """Read the flows among industries of a workbook, and their output.

    What stands as a code in a column and in a row alike is an industry (or product);
    everything else (titles, totals, final demand, value added) is left out.

    Parameters
    ----------
    paths : path
        ``.xlsx``, ``.ods`` or a text file.
    sheet : str, optional
        The one with the most codes in rows and columns by default.
    decimal, thousands : str
        How numbers are written in text.
    negative : {"fault", "keep"}
        See :func:`clusterid.read_flows`.

    Returns
    -------
    DataFrame
        ``seller``, ``buyer``, ``value`` (unit of the table); a dash is 0.
        ``attrs["output"]`` holds the output of each buyer, where a row of the table
        says it: ``multipliers(flows, output=pd.Series(flows.attrs["output"]))``.

    Raises
    ------
    SourceError
        If no sheet holds such a square.
    """
    file = one_file(paths, endings=(".xlsx", ".xlsm", ".ods", ".csv", ".txt"))
    grids = read_grids(file, sheet=sheet)
    found = {name: _square(grid) for name, grid in grids.items()}
    best = max(found, key=lambda name: len(found[name][2]), default="")
    if not best or len(found[best][2]) < _FEWEST:
        raise SourceError(
            f"{file}: no sheet has {_FEWEST} codes that stand in a column and in a row "
            f"alike (sheets: {', '.join(grids)}); name the sheet, or read a plain "
            'matrix with read_flows(layout="matrix").'
        )
    row, column, codes = found[best]
    grid = grids[best]
    rows = {_text(v): i for i, v in grid.iloc[row + 1 :, column].items()}
    columns = {_text(v): k for k, v in enumerate(grid.iloc[row])}
    numerals = Numerals(decimal, thousands, nil=_NIL)
    at_rows, at_columns = [rows[c] for c in codes], [columns[c] for c in codes]
    square = grid.loc[at_rows].iloc[:, at_columns]
    cells = pd.Series(square.to_numpy(dtype=object).ravel()).fillna("")
    values, faults = column_numbers(cells, "value", numerals)
    if faults:
        raise SourceError(f"{file} ({best}): {faults[0]}")
    n = len(codes)
    flows = pd.DataFrame({
        "seller": np.repeat(np.array(codes, dtype=object), n),
        "buyer": np.tile(np.array(codes, dtype=object), n),
        "value": values,
    })
    made = read_flows(flows, layout="long", negative=negative)
    output = _output(grid, row, at_columns, numerals)
    if output is not None:
        made.attrs["output"] = dict(zip(codes, output.tolist(), strict=True))
    return made


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
        down = list(texts.iloc[:, column][is_code.iloc[:, column]])
        once = {code for code, count in Counter(down).items() if count == 1}
        for row in range(min(40, texts.shape[0])):
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
