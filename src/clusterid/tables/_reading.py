"""Files, frames and Arrow tables in; a text-safe table and its reading faults out."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
import pandas as pd

from clusterid._opening import (
    SHEET_PART,
    first_line,
    foreign_reading,
    largest_bytes,
    packed_fault,
    path_fault,
    size_fault,
    text_lines,
    too_large,
    twice_in_header,
    unpacked,
)
from clusterid._typed import check_types
from clusterid.errors import (
    Fault,
    OptionError,
    TableError,
    TableTypeError,
    nearest,
)

__all__ = ["RawTable", "Reading", "load", "read_table"]

_TEXT = (".csv", ".tsv", ".txt")
_EXCEL = (".xlsx", ".xlsm")
_PARQUET = (".parquet", ".pq")
_SHAPES = (".gpkg", ".geojson", ".json", ".shp", ".fgb", ".zip")
_KNOWN = (*_TEXT, *_EXCEL, *_PARQUET, *_SHAPES)
_SEPARATORS = (";", ",", "\t", "|")


class Reading(TypedDict, total=False):
    """Options of every reader that say how the file is written.

    ``encoding``: of a text file; default UTF-8, anything else must be named.
    ``separator``: of a text file; default found from its first lines.
    ``sheet``: of a workbook; default the first. ``layer``: of a GeoPackage.
    ``skip_rows``: lines above the header of a text file or workbook.
    ``filter``: ``{column: value or list of values}``, rows to keep.
    """

    encoding: str | None
    separator: str | None
    sheet: str | int
    layer: str | None
    skip_rows: int
    filter: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table as read: index = position in the source; faults found while reading."""

    frame: pd.DataFrame
    name: str
    faults: tuple[Fault, ...] = ()


def read_table(
    source: Any,
    *,
    columns: Mapping[str, str] | None = None,
    name: str = "table",
    encoding: str | None = None,
    separator: str | None = None,
    sheet: str | int = 0,
    layer: str | None = None,
    skip_rows: int = 0,
    filter: Mapping[str, Any] | None = None,  # the word of the study file
) -> pd.DataFrame:
    """Read any table as it stands, with every value of a text file left as text.

    Parameters
    ----------
    source : path, DataFrame or Arrow table
        CSV (also ``.gz``), Parquet, Excel, GeoPackage, GeoJSON, shapefile; or a
        table in memory (anything with the Arrow stream interface).
    columns : mapping, optional
        ``{"region": "ags"}``: our name to the name in the source.
    name : str
        What the table is called in messages.
    encoding : str, optional
        Of a text file. The default is UTF-8; another encoding is told, not guessed.
    separator : str, optional
        Of a text file; found from the first lines where not given.
    sheet, layer : str, optional
        Sheet of a workbook, layer of a GeoPackage.
    skip_rows : int
        Lines above the header.
    filter : mapping, optional
        ``{column: value or list of values}``: rows to keep, compared as text.

    Returns
    -------
    DataFrame
        A copy; values of text files and workbooks are text, empty cells missing.

    Raises
    ------
    TableError
        If the file cannot be read, is empty, or is not in the encoding named.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"ags": ["01001"], "svb": [12]})
    >>> read_table(table, columns={"region": "ags"}).columns.tolist()
    ['region', 'svb']
    """
    raw = load(
        source,
        columns=columns,
        name=name,
        encoding=encoding,
        separator=separator,
        sheet=sheet,
        layer=layer,
        skip_rows=skip_rows,
        filter=filter,
    )
    if raw.faults:
        raise TableError(raw.name, raw.faults)
    return raw.frame.reset_index(drop=True)


def load(
    source: Any,
    *,
    columns: Mapping[str, str] | None = None,
    name: str = "table",
    encoding: str | None = None,
    separator: str | None = None,
    sheet: str | int = 0,
    layer: str | None = None,
    skip_rows: int = 0,
    filter: Mapping[str, Any] | None = None,
    **unknown: Any,
) -> RawTable:
    """Read a source and keep what is wrong with it beside the table."""
    given = {
        "columns": columns, "name": name, "encoding": encoding, "sheet": sheet,
        "separator": separator, "layer": layer, "skip_rows": skip_rows,
        "filter": filter,
    }  # fmt: skip
    check_types(load, given)
    _check_options(separator, sheet, skip_rows, unknown)
    faults: list[Fault] = []
    if isinstance(source, (str, os.PathLike)):
        path = Path(source)
        name = f"{name} ({path.name[:80]})"
        read = _from_path(path, name, encoding, separator, sheet, layer, skip_rows)
        faults += read.faults
        frame = read.frame
    elif isinstance(source, pd.DataFrame):
        frame = source.copy()
    elif hasattr(source, "__arrow_c_stream__") and not isinstance(source, pd.Series):
        import pyarrow as pa

        told: list[Fault] = []
        frame = pd.DataFrame()
        with foreign_reading("an Arrow table", told):
            table = pa.table(source)
            twice_told = twice_in_header(table.column_names)
            if twice_told is not None:
                raise TableError(name, [twice_told])
            frame = table.to_pandas()
        if told:
            raise TableError(name, told)
    else:
        raise TableTypeError(
            f"{name}: give a path, a DataFrame or an Arrow table, "
            f"not {type(source).__name__}"
        )
    levels = [level for level in frame.index.names if level is not None]
    if levels and not set(levels) & set(frame.columns):
        frame = frame.reset_index()
    frame.index = pd.RangeIndex(len(frame))
    names = pd.Index([str(c).lstrip("\ufeff").strip() for c in frame.columns])
    frame.columns = names
    is_second = names.duplicated()
    twice = sorted({str(c) for c in names[is_second]})
    if twice:
        faults.append(
            Fault(
                f"a column stands twice: {', '.join(twice)}",
                "rename or drop one of the two",
            )
        )
        frame = frame.iloc[:, np.flatnonzero(~is_second)]
    frame = _filtered(frame, filter, faults)
    frame = _renamed(frame, columns, faults)
    if not len(frame) and not faults:
        faults.append(
            Fault("the table has no rows", "check the file, its header and the filter")
        )
    return RawTable(frame, name, tuple(faults))


def _check_options(
    separator: str | None, sheet: str | int, skip_rows: int, unknown: Mapping[str, Any]
) -> None:
    known = list(Reading.__annotations__)
    for name in unknown:
        raise OptionError(
            f"{name}= is not an option of this reader; how the file is written is said "
            f"with {', '.join(known)}.{nearest(name, [*known, 'columns', 'layout'])}"
        )
    if separator is not None and (len(separator) != 1 or separator in '\r\n"\x00'):
        raise OptionError(f"separator={separator!r} must be one sign, such as ';'.")
    if skip_rows < 0:
        raise OptionError(f"skip_rows={skip_rows!r} must be a whole number from 0.")
    if not isinstance(sheet, str) and sheet < 0:
        raise OptionError(f"sheet={sheet!r} must be a name, or a number from 0.")


def _filtered(
    frame: pd.DataFrame, wanted: Mapping[str, Any] | None, faults: list[Fault]
) -> pd.DataFrame:
    for column, value in (wanted or {}).items():
        if column not in frame.columns:
            faults.append(_no_column(column, frame.columns, "the filter names"))
            continue
        values = value if isinstance(value, (list, tuple, set)) else [value]
        keep = frame[column].astype(str).isin([str(v) for v in values])
        if len(frame) and not keep.any():
            shown = ", ".join(sorted(map(repr, map(str, frame[column].unique())))[:5])
            faults.append(
                Fault(
                    f"the filter {column} = {value!r} leaves no row",
                    f"values there are {shown} ...",
                )
            )
        frame = frame[keep]
    return frame


def _renamed(
    frame: pd.DataFrame, columns: Mapping[str, str] | None, faults: list[Fault]
) -> pd.DataFrame:
    if not columns:
        return frame
    for ours, theirs in columns.items():
        if theirs not in frame.columns:
            faults.append(
                _no_column(theirs, frame.columns, f"columns= takes {ours!r} from")
            )
    mapped = {theirs: ours for ours, theirs in columns.items()}
    replaced = [c for c in columns if c in frame.columns and c not in mapped]
    return frame.drop(columns=replaced).rename(columns=mapped)


def _no_column(column: str, known: Iterable[Any], who: str) -> Fault:
    names = [str(c) for c in known]
    shown = ", ".join(names[:12]) + (" ..." if len(names) > 12 else "")
    return Fault(
        f"{who} column {column!r}, which is not there",
        f"the table has: {shown}.{nearest(column, names)}",
    )


def _from_path(
    path: Path,
    name: str,
    encoding: str | None,
    separator: str | None,
    sheet: str | int,
    layer: str | None,
    skip_rows: int,
) -> RawTable:
    fault = path_fault(path)
    if fault is not None:
        raise TableError(name, [fault])
    kind = path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix
    kind = kind.lower()
    told: list[Fault] = []
    made = RawTable(pd.DataFrame(), name)
    with foreign_reading(kind, told):
        if not path.stat().st_size:
            told.append(Fault("the file is empty", "fetch or export it again"))
        elif kind in _TEXT:
            made = _from_text(path, encoding, separator, skip_rows)
        elif kind in _EXCEL:
            made = _from_excel(path, name, sheet, skip_rows)
        elif kind in _PARQUET:
            made = _from_parquet(path)
        elif kind in _SHAPES:
            made = _from_shapes(path, layer)
        else:
            told.append(
                Fault(
                    f"the ending {kind!r} is not known",
                    f"use one of {', '.join(_KNOWN)}.{nearest(kind, _KNOWN)}",
                )
            )
    if not len(made.frame.columns):  # nothing to check further
        told += made.faults
    if told:
        raise TableError(name, told)
    return made


def _from_parquet(path: Path) -> RawTable:
    import pyarrow.parquet as pq

    head = pq.read_metadata(path)
    parts = [head.row_group(i).total_byte_size for i in range(head.num_row_groups)]
    if sum(parts) > largest_bytes():
        return RawTable(pd.DataFrame(), path.name, (too_large("the file unpacks to"),))
    twice = twice_in_header(head.schema.names)
    if twice is not None:
        return RawTable(pd.DataFrame(), path.name, (twice,))
    if b"geo" in (head.metadata or {}):
        import geopandas as gpd

        return RawTable(gpd.read_parquet(path), path.name)
    return RawTable(pd.read_parquet(path), path.name)


def _from_text(
    path: Path, encoding: str | None, separator: str | None, skip_rows: int
) -> RawTable:
    nothing = pd.DataFrame()
    if path.suffix == ".gz":
        content = unpacked(path)
        if isinstance(content, Fault):
            return RawTable(nothing, path.name, (content,))
    else:
        large = size_fault(path)
        if large is not None:
            return RawTable(nothing, path.name, (large,))
        content = path.read_bytes()
    text, faults = _decoded(content, encoding)
    lines = text_lines(text)[skip_rows:]
    if not any(line.strip() for line in lines):
        fault = Fault("the file has no text", "fetch or export it again")
        return RawTable(nothing, path.name, (*faults, fault))
    if separator is None:
        separator = _sniffed(lines[:50])
    shape = _shape_faults(lines, separator)
    if shape:
        return RawTable(nothing, path.name, (*faults, *shape))
    frame = pd.read_csv(
        io.StringIO(text),
        sep=separator,
        dtype=str,
        skiprows=skip_rows,
        keep_default_na=False,
        na_values=[""],
        index_col=False,
        skip_blank_lines=True,
    )
    return RawTable(frame, path.name, tuple(faults))


def _decoded(content: bytes, encoding: str | None) -> tuple[str, list[Fault]]:
    faults: list[Fault] = []
    if b"\x00" in content and not _is_wide(encoding):
        many = content[:1000].count(b"\x00") > 10
        fault = Fault(
            "the file is not text, or is UTF-16",
            'pass encoding="utf-16" if a spreadsheet wrote it as Unicode text',
        )
        if not many:
            lines = content.split(b"\n")
            rows = [i for i, line in enumerate(lines) if b"\x00" in line]
            shown = [
                (i, lines[i].replace(b"\x00", b"\\0")[:60].decode("utf-8", "replace"))
                for i in rows[:5]
            ]
            fault = Fault(
                "the file holds NUL characters",
                "it is damaged, or is no text: fetch or export it again",
                len(rows),
                tuple(shown),
            )
        return content.decode("utf-8", errors="replace").replace("\x00", ""), [fault]
    if encoding is None:
        try:
            return content.decode("utf-8-sig"), faults
        except UnicodeDecodeError as error:
            text = content.decode("latin-1")
            wrong = [
                (i, line.strip()[:60])
                for i, line in enumerate(text_lines(text))
                if any("\x7f" < c < "\u0100" for c in line)
            ]
            faults.append(
                Fault(
                    f"the file is not UTF-8 (first at byte {error.start})",
                    'pass encoding="latin-1" (or "cp1252"), or save it as UTF-8',
                    len(wrong),
                    tuple(wrong[:5]),
                )
            )
            return text, faults
    try:
        text = content.decode(encoding)
    except LookupError:
        faults.append(
            Fault(f"there is no encoding {encoding!r}", 'use "utf-8" or "latin-1"')
        )
        return content.decode("utf-8", errors="replace"), faults
    except UnicodeDecodeError as error:
        faults.append(
            Fault(
                f"the file is not {encoding} (first at byte {error.start})",
                "leave encoding= out, or name the right one",
            )
        )
        return content.decode("latin-1"), faults
    if not encoding.lower().replace("_", "-").startswith("utf"):
        try:
            truth = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return text, faults
        if not truth.isascii():
            wrong = [
                (i, line.strip()[:60])
                for i, line in enumerate(text_lines(text))
                if not line.isascii()
            ]
            faults.append(
                Fault(
                    f"the file is UTF-8, but is read as {encoding}",
                    "leave encoding= out",
                    len(wrong),
                    tuple(wrong[:5]),
                )
            )
            return truth, faults
    return text, faults


def _is_wide(encoding: str | None) -> bool:
    """Return whether characters of the encoding take several bytes, NUL among them."""
    told = (encoding or "").lower().replace("_", "-").replace("-", "")
    return told.startswith(("utf16", "utf32", "u16", "u32"))


def _sniffed(lines: Sequence[str]) -> str:
    """Return the separator that gives the most columns, the same in most lines."""
    best, best_score = ",", 0.0
    filled = [line for line in lines if line.strip()]
    for candidate in _SEPARATORS:
        try:
            widths = [len(row) for row in csv.reader(filled, delimiter=candidate)]
        except csv.Error:  # told by the check of all rows
            continue
        header = widths[0]
        if header < 2:
            continue
        same = sum(width == header for width in widths) / len(widths)
        score = same * 1000 + header
        if same >= 0.5 and score > best_score:
            best, best_score = candidate, score
    return best


def _shape_faults(lines: Sequence[str], separator: str) -> list[Fault]:
    """Return what is wrong with header and rows as cells (quotes respected)."""
    filled = (line for line in lines if line.strip())
    reader = csv.reader(filled, delimiter=separator)
    wrong = []
    try:
        header = next(reader)
        width = len(header)
        for number, row in enumerate(reader, start=1):
            if len(row) != width:
                wrong.append((number, separator.join(row)[:60]))
    except csv.Error as error:
        return [
            Fault(
                f"line {reader.line_num} of the table cannot be cut into cells: "
                f"{first_line(error)}",
                'close the quotes ("), or keep long texts out of the table',
            )
        ]
    faults = []
    if wrong:
        faults.append(
            Fault(
                f"rows have more or fewer cells than the header ({width})",
                "put text that holds the separator into quotes, remove footnotes, "
                "or name separator= and skip_rows=",
                len(wrong),
                tuple(wrong[:5]),
            )
        )
    twice = twice_in_header(header)
    return [*faults, *([] if twice is None else [twice])]


def _from_excel(path: Path, name: str, sheet: str | int, skip_rows: int) -> RawTable:
    packed = packed_fault(path, part=SHEET_PART)
    if packed is not None:
        return RawTable(pd.DataFrame(), name, (packed,))
    with pd.ExcelFile(path, engine="openpyxl") as book:
        names = [str(s) for s in book.sheet_names]
        is_there = sheet in names if isinstance(sheet, str) else sheet < len(names)
        if not is_there:
            fault = Fault(
                f"the workbook has no sheet {sheet!r}",
                f"sheets are {', '.join(names)}.{nearest(str(sheet), names)}",
            )
            raise TableError(name, [fault])
        frame: pd.DataFrame = pd.read_excel(
            book,
            sheet_name=sheet,
            dtype=str,
            skiprows=skip_rows,
            keep_default_na=False,
            na_values=[""],
        )
    chosen = sheet if isinstance(sheet, str) else names[sheet]
    return RawTable(frame, name, tuple(_cell_faults(path, chosen, skip_rows)))


def _cell_faults(path: Path, sheet: str, skip_rows: int) -> list[Fault]:
    """Return what a workbook shows in place of values, with the cells' addresses."""
    from openpyxl import load_workbook

    errors: list[tuple[str, str]] = []
    empty: dict[str, bool] = {}
    header: list[Any] = []
    values = load_workbook(path, read_only=True, data_only=True)
    formulas = load_workbook(path, read_only=True)
    try:
        if not hasattr(values[sheet], "iter_rows"):
            return [
                Fault(f"the sheet {sheet!r} holds a chart, no table", "name another")
            ]
        rows = zip(values[sheet].iter_rows(), formulas[sheet].iter_rows(), strict=False)
        for number, (shown, made) in enumerate(rows):
            if number == skip_rows:
                header = [c.value for c in shown if c.value is not None]
            for value, formula in zip(shown, made, strict=False):
                if value.data_type == "e":
                    errors.append((str(value.coordinate), str(value.value)))
                elif formula.data_type == "f" and value.value is None:
                    empty[str(formula.coordinate)] = True
    finally:
        values.close()
        formulas.close()
    faults = []
    if errors:
        shown_errors = ", ".join(f"{cell}: {what}" for cell, what in errors[:5])
        faults.append(
            Fault(
                f"{len(errors)} cells hold a spreadsheet error ({shown_errors}"
                f"{', ...' if len(errors) > 5 else ''})",
                "mend the formulas in the workbook, or empty the cells",
            )
        )
    if empty:
        cells = ", ".join(list(empty)[:5]) + (", ..." if len(empty) > 5 else "")
        faults.append(
            Fault(
                f"{len(empty)} cells hold formulas whose values were never calculated "
                f"({cells})",
                "open the workbook in a spreadsheet program and save it",
            )
        )
    twice = twice_in_header(header)
    return [*faults, *([] if twice is None else [twice])]


def _from_shapes(path: Path, layer: str | None) -> RawTable:
    import geopandas as gpd

    if path.suffix.lower() in {".gz", ".zip"}:
        packed = packed_fault(path)
        if packed is not None:
            return RawTable(pd.DataFrame(), path.name, (packed,))
    elif (large := size_fault(path)) is not None:
        return RawTable(pd.DataFrame(), path.name, (large,))
    if path.suffix.lower() in {".geojson", ".json"}:
        _check_named_crs(path)
    target = f"/vsigzip/{path.absolute()}" if path.suffix == ".gz" else path
    options = {} if layer is None else {"layer": layer}
    frame: pd.DataFrame = gpd.read_file(target, engine="pyogrio", **options)
    return RawTable(frame, path.name)


_CRS = re.compile(rb'"crs"\s*:\s*\{[^{}]*\{[^{}]*"name"\s*:\s*"([^"]*)"')


def _check_named_crs(path: Path) -> None:
    """Tell a coordinate system that a GeoJSON names and nobody knows.

    The driver takes such a file for longitude and latitude without a word.
    """
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    with path.open("rb") as stream:
        found = _CRS.search(stream.read(10_000))
    if found is None:
        return
    name = found.group(1).decode("utf-8", "replace")
    try:
        CRS.from_user_input(name)
    except CRSError:
        rule = f"the file names the coordinate system {name[:80]!r}, which is not known"
        mend = "correct it in the file; without one, GeoJSON is longitude and latitude"
        raise TableError(path.name, [Fault(rule, mend)]) from None
