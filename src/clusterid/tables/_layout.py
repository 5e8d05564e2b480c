"""Counts in columns brought into rows: regions x industries, or one column a year."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd

from clusterid._disk import foreign_reading
from clusterid.errors import DataWarning, Fault, TableError, check_option
from clusterid.tables._nesting import is_total
from clusterid.tables.parsing import Numerals, RawTable, parse_number

__all__ = ["LAYOUTS", "as_long", "checked_layout"]

#: Words of every reader: rows; a table of two sides (two words); one column a year.
LAYOUTS = ("long", "wide", "matrix", "years")
#: What a row is of, beside its counts.
_KEYS = ("region", "year", "concept", "classification", "flag")
_YEAR = re.compile(r"^(?:19|20)\d{2}$")
#: A code and a title in one cell of the header: "29 Manufacture of ...".
_TITLED = re.compile(
    r"^([A-Z]?\d[\d.]*(?:-[A-Z]?\d[\d.]*)?|[A-Z](?:-[A-Z])?)\s+(\S.*)$"
)
#: Share of columns that hold numbers where a layout is told from them.
_NUMERIC = 0.8


def checked_layout(layout: str | None) -> str | None:
    """Return the layout by its first word, or raise OptionError."""
    if layout is None:
        return None
    check_option("layout", layout, LAYOUTS)
    return "wide" if layout == "matrix" else layout


def as_long(raw: RawTable, layout: str | None, numerals: Numerals) -> RawTable:
    """Return a table of counts as one row a cell.

    Parameters
    ----------
    raw : RawTable
        As read, its columns named.
    layout : str or None
        One of ``LAYOUTS``; told from the columns where None.
    numerals : Numerals
        How numbers are written.
    """
    raw = _with_total_rows(raw)
    frame = raw.frame
    chosen = checked_layout(layout)
    years = [c for c in frame.columns if _YEAR.match(str(c))]
    if chosen is None:
        chosen = _told(frame, years, numerals)
        if chosen != "long":
            shown = ", ".join(map(str, frame.columns[-3:]))
            warnings.warn(
                f"{raw.name}: read as layout={chosen!r} (columns ..., {shown}).",
                DataWarning,
                stacklevel=6,
            )
    if chosen == "years":
        return _years_in_rows(raw, years)
    if chosen == "wide":
        return _industries_in_rows(raw, years, numerals)
    if len(years) > 1 and "employment" not in frame.columns:
        return _refused(raw, years)
    return raw


def _told(frame: pd.DataFrame, years: Sequence[str], numerals: Numerals) -> str:
    """Return the layout of a table by its columns."""
    have = set(frame.columns)
    if "region" not in have or have & {"employment", "industry"} or len(years) > 1:
        return "long"
    others = [c for c in frame.columns if c not in _KEYS]
    counts = [c for c in others if not _is_names(frame[c], numerals)]
    if len(counts) >= 3 and len(counts) >= _NUMERIC * len(others) - 2:
        return "wide"
    return "long"


def _refused(raw: RawTable, years: Sequence[str]) -> RawTable:
    fault = Fault(
        f"the years stand as columns ({', '.join(map(str, years[:4]))})",
        'pass layout="years": each year column then becomes rows (table.melt())',
    )
    return RawTable(raw.frame, raw.name, (*raw.faults, fault))


def _is_names(column: pd.Series, numerals: Numerals) -> bool:
    """Return whether a column holds names: texts that are no number and no mark."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        return False
    filled = column.dropna()
    if not len(filled):
        return False
    sample = filled.iloc[:: max(1, len(filled) // 200)].tolist()
    kinds = [parse_number(value, numerals)[1] for value in sample]
    return 2 * sum(kind == "text" for kind in kinds) > len(kinds)


def _with_total_rows(raw: RawTable) -> RawTable:
    """Name the region of rows without a code of which another column says "total"."""
    frame = raw.frame
    if "region" not in frame.columns or not len(frame):
        return raw
    given = frame["region"]
    empty = np.flatnonzero(given.isna() | given.astype(object).eq(""))
    texts = [c for c in frame.columns if c not in (*_KEYS, "industry", "employment")]
    if not len(empty) or not texts or len(empty) == len(frame):
        return raw
    named: dict[int, str] = {}
    for column in texts:
        for i in empty:
            text = frame[column].iloc[i]
            if isinstance(text, str) and is_total(text.strip()):
                named.setdefault(int(i), text.strip())
    if not named:
        return raw
    region = given.astype(object).copy()
    for at, text in named.items():
        region.iloc[at] = text
    return RawTable(frame.assign(region=region), raw.name, raw.faults)


def _years_in_rows(raw: RawTable, years: Sequence[str]) -> RawTable:
    keys = [c for c in ("region", "industry", "concept") if c in raw.frame.columns]
    if not years:
        fault = Fault("no column is a year", "name the columns 2019, 2020 ...")
        return RawTable(raw.frame, raw.name, (*raw.faults, fault))
    return _melted(raw, keys, list(years), "year")


def _industries_in_rows(
    raw: RawTable, years: Sequence[str], numerals: Numerals
) -> RawTable:
    """Return a table of regions x industries as one row a cell."""
    frame = raw.frame
    if "region" not in frame.columns:
        return raw
    keys = [c for c in ("region", "year", "concept") if c in frame.columns]
    counts = [c for c in frame.columns if c not in keys]
    if years and len(years) == len(counts):
        return _refused(raw, years)
    names = [c for c in counts if _is_names(frame[c], numerals)]
    counts = [c for c in counts if c not in names]
    if names:
        warnings.warn(
            f"{raw.name}: {', '.join(map(repr, names[:3]))} holds names, no counts, "
            "and is left out.",
            DataWarning,
            stacklevel=7,
        )
    titled = [_TITLED.match(str(c)) for c in counts]
    n_parts = sum(not is_total(str(c)) for c in counts)
    if n_parts and sum(m is not None for m in titled) >= _NUMERIC * n_parts:
        codes = {
            c: m[1]
            for c, m in zip(counts, titled, strict=True)
            if m is not None and not is_total(str(c))
        }
        if len(set(codes.values())) == len(codes):
            frame = frame.rename(columns=codes)
            counts = [codes.get(c, c) for c in counts]
    return _melted(RawTable(frame, raw.name, raw.faults), keys, counts, "industry")


def _melted(
    raw: RawTable, keys: Sequence[str], columns: Sequence[str], name: str
) -> RawTable:
    broken: list[Fault] = []
    long = pd.DataFrame()
    with foreign_reading("a wide table", broken):
        long = raw.frame.melt(
            id_vars=list(keys),
            value_vars=list(columns),
            var_name=name,
            value_name="employment",
            ignore_index=False,
        )
    if broken:
        rule = broken[0].rule.replace("the file", "the table")
        raise TableError(raw.name, [Fault(rule, "make codes text, counts numbers")])
    return RawTable(long, raw.name, raw.faults)
