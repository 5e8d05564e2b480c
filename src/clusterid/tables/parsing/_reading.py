"""Files, frames and Arrow tables in; a text-safe table and its reading faults out."""

from __future__ import annotations

import csv
import io
import os
import re
import warnings
from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import pandas as pd

from clusterid._disk import (
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
from clusterid._typed import check_types, typed_by
from clusterid.errors import (
    DataWarning,
    Fault,
    OptionError,
    TableError,
    TableTypeError,
    nearest,
)
from clusterid.tables.parsing._form import Form, RawTable, Reading, nothing
from clusterid.tables.parsing._grid import squeezed
from clusterid.tables.parsing._json_stat import json_stat
from clusterid.tables.parsing._workbook import from_workbook

__all__ = ["load", "read_table"]

_SEPARATORS = (";", ",", "\t", "|")


@typed_by(Form)
def read_table(
    source: object,
    *,
    columns: Mapping[str, str] | None = None,
    name: str = "table",
    **reading: Unpack[Reading],
) -> pd.DataFrame:
    """Read any table as it stands, with every value of a text file left as text.

    Parameters
    ----------
    source : path, DataFrame or Arrow table
        CSV (also ``.gz``), Parquet, Excel, ODS, JSON-stat, GeoPackage, GeoJSON,
        shapefile; or a table in memory (anything with the Arrow stream interface).
    columns : mapping, optional
        ``{"region": "ags"}``: our name to the name in the source.
    name : str
        What the table is called in messages.
    encoding : str, optional
        Of a text file. The default is UTF-8; another encoding is named, not guessed.
    separator : str, optional
        Of a text file; found from the first lines where not given.
    sheet, layer : str, optional
        Sheet of a workbook (the first with a table by default), layer of a GeoPackage.
    skip_rows, skip_footer : int, optional
        Lines above the header and below the table. Those of a workbook are found, and
        said in a warning, where they are not given.
    header_rows : int, optional
        How many rows the header of a workbook has; found where not given.
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
    OptionError
        If an option is not offered, or its value is not what it can be.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"ags": ["01001"], "svb": [12]})
    >>> read_table(table, columns={"region": "ags"}).columns.tolist()
    ['region', 'svb']
    """
    raw = load(source, columns=columns, name=name, **reading)
    if raw.faults:
        raise TableError(raw.name, raw.faults)
    return raw.frame.reset_index(drop=True)


def load(
    source: object,
    *,
    columns: Mapping[str, str] | None = None,
    name: str = "table",
    **reading: Unpack[Reading],
) -> RawTable:
    """Read a source and keep what is wrong with it beside the table."""
    check_types(load, {"columns": columns, "name": name, **reading})
    known = list(Reading.__annotations__)
    for option in reading:
        if option not in known:
            raise OptionError(
                f"{option}= is not an option of this reader; how the file is written "
                f"is said with {', '.join(known)}."
                f"{nearest(option, [*known, 'columns', 'layout'])}"
            )
    form = Form(**reading)
    raw = _opened(source, name, form, list((columns or {}).values()))
    for note in raw.notes:
        warnings.warn(f"{raw.name}: {note}.", DataWarning, stacklevel=5)
    faults = list(raw.faults)
    frame = _with_plain_names(raw.frame, faults)
    frame = _filtered(frame, form.filter, faults)
    frame = _renamed(frame, columns, faults)
    if not len(frame) and not faults:
        faults.append(
            Fault("the table has no rows", "check the file, its header and the filter")
        )
    return RawTable(frame, raw.name, tuple(faults))


def _opened(source: object, name: str, form: Form, names: Collection[str]) -> RawTable:
    """Return what a path, a frame or an Arrow table holds, as it stands."""
    if isinstance(source, (str, os.PathLike)):
        path = Path(source)
        return _from_path(path, f"{name} ({path.name[:80]})", form, names)
    if isinstance(source, pd.DataFrame):
        return RawTable(source.copy(), name)
    if hasattr(source, "__arrow_c_stream__") and not isinstance(source, pd.Series):
        return RawTable(_from_arrow(source, name), name)
    raise TableTypeError(
        f"{name}: give a path, a DataFrame or an Arrow table, "
        f"not {type(source).__name__}"
    )


def _from_arrow(source: object, name: str) -> pd.DataFrame:
    import pyarrow as pa

    broken: list[Fault] = []
    frame: pd.DataFrame = pd.DataFrame()
    with foreign_reading("an Arrow table", broken):
        table = pa.table(source)
        twice = twice_in_header(table.column_names)
        if twice is not None:
            raise TableError(name, [twice])
        frame = table.to_pandas()
    if broken:
        raise TableError(name, broken)
    return frame


def _with_plain_names(frame: pd.DataFrame, faults: list[Fault]) -> pd.DataFrame:
    """Return the table with named levels of its index as columns, each name once."""
    levels = [level for level in frame.index.names if level is not None]
    if levels and not set(levels) & set(frame.columns):
        frame = frame.reset_index()
    frame.index = pd.RangeIndex(len(frame))
    names = pd.Index([_one_line(str(c)) for c in frame.columns])
    frame.columns = names
    is_second = names.duplicated()
    twice = sorted({str(c) for c in names[is_second]})
    if not twice:
        return frame
    rule = f"a column stands twice: {', '.join(twice)}"
    faults.append(Fault(rule, "rename or drop one of the two"))
    return frame.iloc[:, np.flatnonzero(~is_second)]


def _one_line(name: str) -> str:
    """Return the name of a column without line ends and what surrounds it."""
    return re.sub(r"\s+", " ", name.lstrip("\ufeff")).strip()


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
    have = {squeezed(c): str(c) for c in frame.columns}
    columns = {
        name: source if source in frame.columns else have.get(squeezed(source), source)
        for name, source in columns.items()
    }
    for name, source in columns.items():
        if source not in frame.columns:
            faults.append(
                _no_column(source, frame.columns, f"columns= takes {name!r} from")
            )
    mapped = {source: name for name, source in columns.items()}
    replaced = [c for c in columns if c in frame.columns and c not in mapped]
    # one column may serve twice: the name of a record is its key, too
    again = {
        name: frame[source]
        for name, source in columns.items()
        if mapped[source] != name and source in frame.columns
    }
    renamed = frame.drop(columns=replaced).rename(columns=mapped)
    return renamed.assign(**again) if again else renamed


def _no_column(column: str, known: Iterable[object], who: str) -> Fault:
    names = [str(c) for c in known]
    shown = ", ".join(names[:12]) + (" ..." if len(names) > 12 else "")
    return Fault(
        f"{who} column {column!r}, which is not there",
        f"the table has: {shown}.{nearest(column, names)}",
    )


def _from_path(path: Path, name: str, form: Form, names: Collection[str]) -> RawTable:
    """Return what a file holds, opened as its ending says."""
    fault = path_fault(path)
    if fault is not None:
        raise TableError(name, [fault])
    kind = path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix
    kind = kind.lower()
    broken: list[Fault] = []
    made = nothing()
    with foreign_reading(kind, broken):
        opener = next((o for endings, o in _OPENERS if kind in endings), None)
        if not path.stat().st_size:
            made = nothing(Fault("the file is empty", "fetch or export it again"))
        elif opener is not None:
            made = opener(path, form, names)
        else:
            known = [ending for endings, _ in _OPENERS for ending in endings]
            mend = f"use one of {', '.join(known)}.{nearest(kind, known)}"
            made = nothing(Fault(f"the ending {kind!r} is not known", mend))
    if not len(made.frame.columns):  # nothing to check further
        broken += made.faults
    if broken:
        raise TableError(name, broken)
    return RawTable(made.frame, name, made.faults, made.notes)


def _from_parquet(path: Path, _: Form, __: Collection[str]) -> RawTable:
    import pyarrow.parquet as pq

    head = pq.read_metadata(path)
    parts = [head.row_group(i).total_byte_size for i in range(head.num_row_groups)]
    if sum(parts) > largest_bytes():
        return nothing(too_large("the file unpacks to"))
    twice = twice_in_header(head.schema.names)
    if twice is not None:
        return nothing(twice)
    if b"geo" in (head.metadata or {}):
        import geopandas as gpd

        return RawTable(gpd.read_parquet(path), path.name)
    return RawTable(pd.read_parquet(path), path.name)


def _from_text(path: Path, form: Form, _: Collection[str]) -> RawTable:
    if path.suffix == ".gz":
        content = unpacked(path)
    else:
        content = size_fault(path) or path.read_bytes()
    if isinstance(content, Fault):
        return nothing(content)
    text, faults = _decoded(content, form.encoding)
    skipped = form.skip_rows or 0
    lines = text_lines(text)
    if form.skip_footer:
        lines = lines[: len(lines) - form.skip_footer]
        text = "\n".join(lines) + "\n"
    lines = lines[skipped:]
    if not any(line.strip() for line in lines):
        empty = Fault("the file has no text", "fetch or export it again")
        return nothing(*faults, empty)
    separator = form.separator
    if separator is None:
        is_tsv = ".tsv" in path.suffixes and any("\t" in line for line in lines[:2])
        separator = "\t" if is_tsv else _sniffed(lines[:50])
    shape = _shape_faults(lines, separator)
    if shape:
        return nothing(*faults, *shape)
    frame = pd.read_csv(
        io.StringIO(text),
        sep=separator,
        dtype=str,
        skiprows=skipped,
        keep_default_na=False,
        na_values=[""],
        index_col=False,
        skip_blank_lines=True,
    )
    return RawTable(frame, path.name, tuple(faults))


def _decoded(content: bytes, encoding: str | None) -> tuple[str, list[Fault]]:
    """Return the text of a file, and what is wrong with its encoding."""
    if b"\x00" in content and not _is_wide(encoding):
        text = content.decode("utf-8", errors="replace").replace("\x00", "")
        return text, [_nul_fault(content)]
    if encoding is None:
        return _as_utf8(content)
    try:
        text = content.decode(encoding)
    except LookupError:
        fault = Fault(f"there is no encoding {encoding!r}", 'use "utf-8" or "latin-1"')
        return content.decode("utf-8", errors="replace"), [fault]
    except UnicodeDecodeError as error:
        rule = f"the file is not {encoding} (first at byte {error.start})"
        fault = Fault(rule, "leave encoding= out, or name the right one")
        return content.decode("latin-1"), [fault]
    if encoding.lower().replace("_", "-").startswith("utf"):
        return text, []
    try:
        truth = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return text, []
    if truth.isascii():
        return text, []
    rule = f"the file is UTF-8, but is read as {encoding}"
    wrong = _lines_where(text, lambda line: not line.isascii())
    return truth, [Fault.listing(rule, "leave encoding= out", wrong)]


def _nul_fault(content: bytes) -> Fault:
    """Return what NUL characters in a file mean: another encoding, or damage."""
    if content[:1000].count(b"\x00") > 10:
        return Fault(
            "the file is not text, or is UTF-16",
            'pass encoding="utf-16" if a spreadsheet wrote it as Unicode text',
        )
    return Fault.listing(
        "the file holds NUL characters",
        "it is damaged, or is no text: fetch or export it again",
        (
            (i, line.replace(b"\x00", b"\\0")[:60].decode("utf-8", "replace"))
            for i, line in enumerate(content.split(b"\n"))
            if b"\x00" in line
        ),
    )


def _as_utf8(content: bytes) -> tuple[str, list[Fault]]:
    """Return the text of a file whose encoding nobody named."""
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        text = content.decode("latin-1")
        fault = Fault.listing(
            f"the file is not UTF-8 (first at byte {error.start})",
            'pass encoding="latin-1" (or "cp1252"), or save it as UTF-8',
            _lines_where(text, lambda line: any("\x7f" < c < "\u0100" for c in line)),
        )
        return text, [fault]


def _lines_where(text: str, test: Callable[[str], bool]) -> Iterator[tuple[int, str]]:
    """Yield number and beginning of the lines for which the test is true."""
    for i, line in enumerate(text_lines(text)):
        if test(line):
            yield i, line.strip()[:60]


def _is_wide(encoding: str | None) -> bool:
    """Return whether characters of the encoding take several bytes, NUL among them."""
    plain = (encoding or "").lower().replace("_", "-").replace("-", "")
    return plain.startswith(("utf16", "utf32", "u16", "u32"))


def _sniffed(lines: Sequence[str]) -> str:
    """Return the separator that gives the most columns, the same in most lines."""
    best, best_score = ",", 0.0
    filled = [line for line in lines if line.strip()]
    for candidate in _SEPARATORS:
        try:
            widths = [len(row) for row in csv.reader(filled, delimiter=candidate)]
        except csv.Error:  # reported by the check of all rows
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
    filled = [line for line in lines if line.strip()]
    plain = _plain_shape(filled, separator)
    if plain is not None:
        header, wrong = plain
        return _uneven(header, wrong)
    reader = csv.reader(filled, delimiter=separator)
    try:
        header = next(reader)
        wrong = [
            (number, separator.join(row)[:60])
            for number, row in enumerate(reader, start=1)
            if len(row) != len(header)
        ]
    except csv.Error as error:
        return [
            Fault(
                f"line {reader.line_num} of the table cannot be cut into cells: "
                f"{first_line(error)}",
                'close the quotes ("), or keep long texts out of the table',
            )
        ]
    return _uneven(header, wrong)


#: A line longer than this may hold a cell that is no cell; it is cut by the slow way.
_LONG_LINE = 100_000


def _plain_shape(
    lines: Sequence[str], separator: str
) -> tuple[list[str], list[tuple[int, str]]] | None:
    """Return header and uneven rows of lines without quotes, by counting separators."""
    if any('"' in line or len(line) > _LONG_LINE for line in lines):
        return None
    width = lines[0].count(separator)
    wrong = [
        (number, line[:60])
        for number, line in enumerate(lines)
        if line.count(separator) != width
    ]
    return lines[0].split(separator), wrong


def _uneven(header: Sequence[str], wrong: Sequence[tuple[int, str]]) -> list[Fault]:
    """Return the faults of a header and of rows of another width."""
    uneven = Fault.listing(
        f"rows have more or fewer cells than the header ({len(header)})",
        "put text that holds the separator into quotes, remove footnotes, "
        "or name separator=, skip_rows= and skip_footer=",
        wrong,
    )
    twice = twice_in_header(header)
    return [*([uneven] if wrong else []), *([] if twice is None else [twice])]


def _from_shapes(path: Path, form: Form, _: Collection[str] = ()) -> RawTable:
    import geopandas as gpd

    is_packed = path.suffix.lower() in {".gz", ".zip"}
    fault = packed_fault(path) if is_packed else size_fault(path)
    if fault is not None:
        return nothing(fault)
    if path.suffix.lower() in {".geojson", ".json"}:
        _check_named_crs(path)
    target = f"/vsigzip/{path.absolute()}" if path.suffix == ".gz" else path
    options = {} if form.layer is None else {"layer": form.layer}
    frame: pd.DataFrame = gpd.read_file(target, engine="pyogrio", **options)
    return RawTable(frame, path.name)


def _from_json(path: Path, form: Form, names: Collection[str]) -> RawTable:
    """Return what a JSON holds: a cube of a statistical office, or shapes."""
    fault = size_fault(path)
    if fault is not None:
        return nothing(fault)
    cube = json_stat(path)
    if cube is None:
        return _from_shapes(path, form, names)
    return nothing(cube) if isinstance(cube, Fault) else RawTable(cube, path.name)


#: What opens a file: its path, how it is written, columns that its header has.
Opener = Callable[[Path, Form, Collection[str]], RawTable]
#: Endings of files, and what opens them.
_OPENERS: tuple[
    tuple[tuple[str, ...], Callable[[Path, Form, Collection[str]], RawTable]], ...
] = (
    ((".csv", ".tsv", ".txt"), _from_text),
    ((".xlsx", ".xlsm", ".ods", ".xls"), from_workbook),
    ((".parquet", ".pq"), _from_parquet),
    ((".json",), _from_json),
    ((".gpkg", ".geojson", ".shp", ".fgb", ".zip"), _from_shapes),
)
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
