"""Files, frames and Arrow tables in; a text-safe table and its reading faults out."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
import pandas as pd

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
    _check_options(separator, skip_rows, unknown)
    faults: list[Fault] = []
    if isinstance(source, (str, Path)):
        path = Path(source)
        name = f"{name} ({path.name[:80]})"
        frame = _from_path(path, name, encoding, separator, sheet, layer, skip_rows)
        if isinstance(frame, RawTable):
            faults += frame.faults
            frame = frame.frame
    elif isinstance(source, pd.DataFrame):
        frame = source.copy()
    elif hasattr(source, "__arrow_c_stream__"):
        import pyarrow as pa

        frame = pa.table(source).to_pandas()
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
    separator: str | None, skip_rows: int, unknown: Mapping[str, Any]
) -> None:
    known = list(Reading.__annotations__)
    for name in unknown:
        raise OptionError(
            f"{name}= is not an option of this reader; how the file is written is said "
            f"with {', '.join(known)}.{nearest(name, [*known, 'columns', 'layout'])}"
        )
    if separator is not None and len(separator) != 1:
        raise OptionError(f"separator={separator!r} must be one sign, such as ';'.")
    if isinstance(skip_rows, bool) or not isinstance(skip_rows, int) or skip_rows < 0:
        raise OptionError(f"skip_rows={skip_rows!r} must be a whole number from 0.")


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
) -> pd.DataFrame | RawTable:
    if not _exists(path):
        siblings = (
            [p.name for p in path.parent.iterdir()] if _is_folder(path.parent) else []
        )
        hint = nearest(path.name, siblings)
        if re.match(r"^[a-z]+:/", str(path)):
            hint = " Addresses are not read: fetch the file first."
        raise TableError(
            name,
            [Fault(f"there is no file {str(path)[:300]}", f"check the path.{hint}")],
        )
    if path.is_dir():
        raise TableError(
            name, [Fault(f"{path} is a folder", "name one file inside it")]
        )
    kind = path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix
    kind = kind.lower()
    try:
        if not path.stat().st_size:
            raise TableError(
                name, [Fault("the file is empty", "fetch or export it again")]
            )
        if kind in _TEXT:
            return _from_text(path, encoding, separator, skip_rows)
        if kind in _EXCEL:
            return _from_excel(path, name, sheet, skip_rows)
        if kind in _PARQUET:
            return _from_parquet(path)
        if kind in _SHAPES:
            return _from_shapes(path, layer)
    except PermissionError as error:
        fault = Fault(f"the file may not be read ({error.strerror})", "change its mode")
        raise TableError(name, [fault]) from error
    except (OSError, ValueError, zipfile.BadZipFile, EOFError, zlib.error) as error:
        if isinstance(error, TableError):
            raise
        fault = Fault(
            f"the file cannot be read as {kind}: {_first_line(error)}",
            "check that the ending tells the true format, and that it is complete",
        )
        raise TableError(name, [fault]) from error
    raise TableError(
        name,
        [
            Fault(
                f"the ending {kind!r} is not known",
                f"use one of {', '.join(_KNOWN)}.{nearest(kind, _KNOWN)}",
            )
        ],
    )


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # the name itself is impossible, e.g. the text of a file
        return False


def _is_folder(path: Path) -> bool:
    return _exists(path) and path.is_dir()


def _from_parquet(path: Path) -> pd.DataFrame:
    import pyarrow.parquet as pq

    if b"geo" in (pq.read_schema(path).metadata or {}):
        import geopandas as gpd

        frame: pd.DataFrame = gpd.read_parquet(path)
        return frame
    return pd.read_parquet(path)


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[0][:200]


def _from_text(
    path: Path, encoding: str | None, separator: str | None, skip_rows: int
) -> RawTable:
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    text, faults = _decoded(content, encoding)
    lines = text.splitlines()[skip_rows:]
    if not any(line.strip() for line in lines):
        return RawTable(
            pd.DataFrame(),
            path.name,
            (*faults, Fault("the file has no text", "fetch or export it again")),
        )
    if separator is None:
        separator = _sniffed(lines[:50])
    ragged = _ragged(lines, separator)
    if ragged is not None:
        return RawTable(pd.DataFrame(), path.name, (*faults, ragged))
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
    if b"\x00" in content[:1000] and encoding is None:
        fault = Fault(
            "the file is not text, or is UTF-16",
            'pass encoding="utf-16" if a spreadsheet wrote it as Unicode text',
        )
        return content.decode("utf-8", errors="replace").replace("\x00", ""), [fault]
    if encoding is None:
        try:
            return content.decode("utf-8-sig"), faults
        except UnicodeDecodeError as error:
            text = content.decode("latin-1")
            wrong = [
                (i, line.strip()[:60])
                for i, line in enumerate(text.splitlines())
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
                for i, line in enumerate(text.splitlines())
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


def _sniffed(lines: Sequence[str]) -> str:
    """Return the separator that gives the most columns, the same in most lines."""
    best, best_score = ",", 0.0
    filled = [line for line in lines if line.strip()]
    for candidate in _SEPARATORS:
        widths = [len(row) for row in csv.reader(filled, delimiter=candidate)]
        header = widths[0]
        if header < 2:
            continue
        same = sum(width == header for width in widths) / len(widths)
        score = same * 1000 + header
        if same >= 0.5 and score > best_score:
            best, best_score = candidate, score
    return best


def _ragged(lines: Sequence[str], separator: str) -> Fault | None:
    """Rows with more or fewer cells than the header (quotes respected)."""
    filled = (line for line in lines if line.strip())
    reader = csv.reader(filled, delimiter=separator)
    width = len(next(reader))
    wrong = [
        (number, separator.join(row)[:60])
        for number, row in enumerate(reader, start=1)
        if len(row) != width
    ]
    if not wrong:
        return None
    return Fault(
        f"rows have more or fewer cells than the header ({width})",
        "put text that holds the separator into quotes, remove footnotes, "
        "or name separator= and skip_rows=",
        len(wrong),
        tuple(wrong[:5]),
    )


def _from_excel(
    path: Path, name: str, sheet: str | int, skip_rows: int
) -> pd.DataFrame:
    with pd.ExcelFile(path) as book:
        names = [str(s) for s in book.sheet_names]
        if isinstance(sheet, str) and sheet not in names:
            raise TableError(
                name,
                [
                    Fault(
                        f"the workbook has no sheet {sheet!r}",
                        f"sheets are {', '.join(names)}.{nearest(sheet, names)}",
                    )
                ],
            )
        frame: pd.DataFrame = pd.read_excel(
            book,
            sheet_name=sheet,
            dtype=str,
            skiprows=skip_rows,
            keep_default_na=False,
            na_values=[""],
        )
    return frame


def _from_shapes(path: Path, layer: str | None) -> pd.DataFrame:
    import geopandas as gpd
    import pyogrio

    target = f"/vsigzip/{path.resolve()}" if path.suffix == ".gz" else path
    options = {} if layer is None else {"layer": layer}
    try:
        frame: pd.DataFrame = gpd.read_file(target, engine="pyogrio", **options)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise ValueError(str(error)) from error
    return frame
