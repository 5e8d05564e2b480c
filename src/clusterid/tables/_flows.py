"""Tables of pairs: flows between industries, and given links."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Unpack

import numpy as np
import pandas as pd

from clusterid.errors import DataWarning, Fault, check_option
from clusterid.tables._layout import checked_layout
from clusterid.tables._nesting import flow_faults, is_total
from clusterid.tables._square import DASHES, Square, square_of
from clusterid.tables.parsing import (
    Check,
    Code,
    Number,
    RawTable,
    Reading,
    Table,
    TableOptions,
    read_grids,
)

__all__ = ["read_flows", "read_links"]


def read_flows(
    source: object,
    *,
    columns: Mapping[str, str] | None = None,
    industries: Sequence[str] | None = None,
    layout: str | None = None,
    negative: str = "fault",
    decimal: str = ".",
    thousands: str | None = None,
    nil: str | Sequence[str] = (),
    pad: Mapping[str, int] | None = None,
    **reading: Unpack[Reading],
) -> pd.DataFrame:
    """Read and check flows of goods and services between industries.

    Parameters
    ----------
    source : path, DataFrame or Arrow table
        Columns ``seller``, ``buyer``, ``value`` (million of a currency).
    columns : mapping, optional
        Our name to the name in the source.
    industries : list of codes, optional
        A seller or buyer that is not among them is a fault.
    layout : {"long", "matrix"}, optional
        ``"matrix"`` (or ``"wide"``): sellers in rows (first column), one column a
        buyer. Told from the columns where not given. Rows and columns of a matrix that
        are totals by their name are left out, and said.
    negative : {"fault", "keep"}
        Negative flows occur in some published tables; keep them only knowingly.
    nil : list of str
        Marks that stand for none (0); dashes do in a matrix of a workbook.
    decimal, thousands, pad, **reading
        See :func:`read_employment`; ``pad`` takes ``"seller"`` and ``"buyer"``.

    Returns
    -------
    DataFrame
        ``seller``, ``buyer``, ``value``, sorted by the two codes. Of the matrix of a
        workbook, what stands as a code in a row and a column alike; its output, where
        the sheet says it, is in ``attrs["output"]``.

    Raises
    ------
    TableError
        With every fault of the table.

    Examples
    --------
    >>> import pandas as pd
    >>> matrix = pd.DataFrame([[1, 2], [0, 3]], index=["A", "B"], columns=["A", "B"])
    >>> matrix.index.name = "seller"
    >>> read_flows(matrix, layout="matrix")["value"].tolist()
    [1.0, 2.0, 0.0, 3.0]
    """
    known = {"seller": industries, "buyer": industries}
    options = TableOptions.of(read_flows, locals(), known=known)
    layout = checked_layout(layout)
    if layout == "years":
        check_option("layout", layout, ["long", "wide", "matrix"])
    check_option("negative", negative, ["fault", "keep"])
    table = _pairs(
        ("flows", "seller", "buyer", "industries"),
        minimum=0.0 if negative == "fault" else None,
        repeated="add the rows up, or filter to one year and origin",
    )
    options = replace(options, nil=(nil,) if isinstance(nil, str) else tuple(nil))
    found = None
    if layout == "wide" and columns is None:
        found = _square_in(source, options)
    if found is not None:
        source, layout = found.flows, "long"
        options = replace(options, reading={})
    raw = table.load(source, options)
    if layout is None and _is_square(raw.frame):
        layout = "wide"
    check = Check(_molten(raw) if layout == "wide" else raw)
    table.check(check, options)
    table.unique(check)
    if not check.faults:
        frame = check.frame
        check.faults += flow_faults(
            frame["seller"], frame["buyer"], frame["value"].to_numpy(dtype=float)
        )
    made = table.finished(check)
    if found is not None and found.output is not None:
        made.attrs["output"] = found.output
    return made


def _is_square(frame: pd.DataFrame) -> bool:
    """Return whether the first column and the header hold the same codes."""
    if {"seller", "buyer", "value"} <= set(frame.columns) or len(frame.columns) < 3:
        return False
    across = [str(c) for c in frame.columns[1:]]
    shared = set(across) & set(frame.iloc[:, 0].astype(str))
    return len(shared) >= 2 and 2 * len(shared) >= len(across)


def _square_in(source: object, options: TableOptions) -> Square | None:
    """Return the square of an input-output table in a workbook, if there is one."""
    if not isinstance(source, (str, os.PathLike)):
        return None
    path = Path(source)
    if path.suffix.lower() not in {".xlsx", ".xlsm", ".ods"} or not path.is_file():
        return None
    sheet = options.reading.get("sheet")
    if not (sheet is None or isinstance(sheet, str)):
        return None
    grids = read_grids(path, sheet=sheet)
    numerals = replace(options.numerals, nil=(*options.nil, *DASHES))
    return square_of(grids, numerals, path.name)


def _pairs(
    names: tuple[str, str, str, str],
    *,
    minimum: float | None,
    repeated: str,
    fractions: bool = False,
) -> Table:
    """Return a table of pairs: its name, its two ends, what their codes are.

    ``fractions``: values are usually fractions (relatedness): one alone with three
    digits behind the point is no doubt.
    """
    name, first, second, known_as = names
    ends = [
        Code(end, required=True, padded=True, width=None, known_as=known_as)
        for end in (first, second)
    ]
    value = Number(
        "value", required=True, minimum=minimum, null=False, counts=fractions + 1
    )
    return Table(
        name,
        (*ends, value),
        key=(first, second),
        repeated=repeated,
        sort=(first, second),
    )


def _molten(raw: RawTable) -> RawTable:
    """Return a matrix of sellers x buyers as one row a pair."""
    frame = raw.frame
    if not len(frame.columns):
        return raw
    key = "seller" if "seller" in frame.columns else frame.columns[0]
    if key != "seller" and pd.api.types.is_numeric_dtype(frame[key].dtype):
        fault = Fault(
            "the matrix has no column of sellers",
            'name its index, or pass columns={"seller": ...}',
        )
        return RawTable(frame, raw.name, (*raw.faults, fault))
    frame = frame.rename(columns={key: "seller"})
    totals = [c for c in frame.columns[1:] if is_total(str(c))]
    rows = frame["seller"].map(lambda code: isinstance(code, str) and is_total(code))
    if totals or rows.any():
        names = sorted({*map(str, totals), *map(str, frame["seller"][rows])})
        warnings.warn(
            f"{raw.name}: {', '.join(map(repr, names[:4]))} are totals by their name "
            "and are left out.",
            DataWarning,
            stacklevel=3,
        )
        frame = frame.loc[~rows].drop(columns=totals)
    long = frame.melt(
        id_vars="seller", var_name="buyer", value_name="value", ignore_index=False
    )
    return RawTable(long, raw.name, raw.faults)


def read_links(
    source: object,
    *,
    columns: Mapping[str, str] | None = None,
    codes: Sequence[str] | None = None,
    directed: bool = False,
    minimum: float | None = None,
    decimal: str = ".",
    thousands: str | None = None,
    pad: Mapping[str, int] | None = None,
    **reading: Unpack[Reading],
) -> pd.DataFrame:
    """Read and check given links: relatedness, moves of workers, travel.

    A pair that is absent is unknown unless the network that is made of the table is
    told otherwise; a row without a value is therefore a fault, not a zero.

    Parameters
    ----------
    source : path, DataFrame or Arrow table
        Columns ``source``, ``target``, ``value``.
    columns : mapping, optional
        Our name to the name in the source.
    codes : list of str, optional
        An end that is not among them is a fault.
    directed : bool
        False: a pair may stand in both directions only with the same value.
    minimum : float, optional
        Smallest value allowed; relatedness may be negative, moves may not.
    decimal, thousands, pad, **reading
        See :func:`read_employment`; ``pad`` takes ``"source"`` and ``"target"``.

    Returns
    -------
    DataFrame
        ``source``, ``target``, ``value``, sorted by the two codes; rows as given, so
        a symmetric table keeps both directions.

    Raises
    ------
    TableError
        With every fault of the table.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"source": ["26", "62"], "target": ["62", "63"], "value": [0.4, 0.9]}
    >>> len(read_links(pd.DataFrame(rows)))
    2
    """
    known = {"source": codes, "target": codes}
    options = TableOptions.of(read_links, locals(), known=known)
    table = _pairs(
        ("links", "source", "target", "codes"),
        minimum=minimum,
        repeated="add the rows up, or filter to one kind of link",
        fractions=True,
    )
    check = Check(table.load(source, options))
    table.check(check, options)
    table.unique(check)
    if not directed and not check.faults:
        _same_both_ways(check)
    return table.finished(check)


def _same_both_ways(check: Check) -> None:
    frame = check.frame
    value = frame.set_index(["source", "target"])["value"]
    back = value.reindex(pd.MultiIndex.from_frame(frame[["target", "source"]]))
    there, here = back.to_numpy(), frame["value"].to_numpy()
    with np.errstate(invalid="ignore"):
        wrong = np.isfinite(there) & ~np.isclose(there, here, rtol=1e-9, atol=1e-12)
    check.fault(
        wrong,
        "a pair has two values, one in each direction",
        "pass directed=True, or keep one value a pair",
        ["source", "target", "value"],
    )
