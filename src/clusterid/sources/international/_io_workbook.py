"""Input-output tables as offices hand them out: a workbook with totals and demand."""

from __future__ import annotations

import pandas as pd

from clusterid.errors import SourceError
from clusterid.sources._files import Paths, one_file
from clusterid.tables import DASHES, read_flows, read_grids, square_of
from clusterid.tables.parsing import Numerals

__all__ = ["read_io_workbook"]


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
    numerals = Numerals(decimal, thousands, nil=DASHES)
    square = square_of(grids, numerals, file.name)
    if square is None:
        raise SourceError(
            f"{file}: no sheet has codes that stand in a column and in a row alike "
            f"(sheets: {', '.join(grids)}); name the sheet, or read a plain matrix "
            'with read_flows(layout="matrix").'
        )
    made = read_flows(square.flows, layout="long", negative=negative)
    if square.output is not None:
        made.attrs["output"] = square.output
    return made
