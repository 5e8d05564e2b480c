"""Whether a file that was fetched holds what its name says."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
import re
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path, PurePosixPath

__all__ = ["is_page", "may_be_cut", "trouble_with"]

_PAGES = (".html", ".htm", ".xhtml")
_STARTS = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<meta")
_BLOCK = 1 << 16
_MAGIC = {
    ".xls": (b"\xd0\xcf\x11\xe0", "no Excel file of the old kind"),
    ".gpkg": (b"SQLite format 3\x00", "no GeoPackage"),
    ".pdf": (b"%PDF", "no PDF"),
}
#: header, one table of sectors and one folder: less is no file of the old Excel
_LEAST_XLS = 1536
_WORKBOOKS = (".xlsx", ".xlsm", ".xlsb")
_ARCHIVES = (".zip", ".ods", *_WORKBOOKS)
_WORKBOOK = re.compile(r"xl/workbook\d*\.(xml|bin)", re.IGNORECASE)
_TABLES = (".csv", ".tsv")
_PACKED = (".gz", ".gzip", ".bz2", ".xz")
#: kinds that are opened to their end, so that a cut shows
_WITH_AN_END = (".json", ".geojson", ".parquet", ".pq", ".gpkg", ".pdf", *_ARCHIVES,
                *_PACKED)  # fmt: skip
#: an archive whose name promises one of these, as in a.shp.zip, must hold one
_PROMISED = (".shp", ".gpkg", ".geojson")
#: a header without shapes
_LEAST_SHP = 100
_ERRORS = {"error", "errors", "fault", "exception", "message"}
#: lines at the end of a table that are held against its last one
_LAST_LINES = 6
_TAIL = 1 << 18


def is_page(name: str) -> bool:
    """Return whether a file of this name is a web page by intention.

    Examples
    --------
    >>> is_page("table.csv"), is_page("notes.HTML")
    (False, True)
    """
    return name.lower().endswith(_PAGES)


def may_be_cut(file: Path, name: str) -> bool:
    """Return whether nothing in a file shows that it is whole: no end, no line end."""
    if Path(name).suffix.lower() in _WITH_AN_END:
        return False
    return not _tail(file, 4).rstrip(b"\x00").endswith((b"\n", b"\r"))


def trouble_with(file: Path, name: str, *, tells_end: bool = True) -> str:
    """Return what is wrong with a file for its name; nothing where all is well.

    GeoJSON must be a collection with a shape, JSON more than an error, CSV text with a
    row below its header. Archives, workbooks, GeoPackages and Parquet files must open
    to their end and hold what they are for: an archive more than web pages, shapes
    their ``.shp`` and ``.shx``, a workbook its ``xl/workbook.xml``, a GeoPackage layers
    with rows. Of other endings only this is known: they are not empty, and no web page.

    ``tells_end`` is false where the server said no length, so that a cut looks like the
    end. A table is refused then if it ends within a line, and that line has fewer cells
    than each of the lines above it, which agree among themselves, or breaks off in a
    quoted cell. Footers stand: a blank line or another note above them disagrees. A cut
    within the last cell, or right behind a line, cannot be seen.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     part = Path(folder, "part")
    ...     _ = part.write_text('{"type": "FeatureCollection", "features": []}')
    ...     trouble_with(part, "a.geojson")
    'it is a GeoJSON without features'
    """
    if not file.stat().st_size:
        return "it is empty"
    with file.open("rb") as opened:
        head = opened.read(4096)
    if _starts_a_page(head) and not is_page(name):
        return "it is a web page (to log in, or of an error)"
    endings = [ending.lower() for ending in Path(name).suffixes]
    try:
        trouble = _opened(file, endings, head)
        if not trouble and not tells_end:
            trouble = _cut(file, endings[-1] if endings else "", head)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        return f"it cannot be opened to its end ({error})"
    return trouble


def _starts_a_page(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(_STARTS)


def _opened(file: Path, endings: list[str], head: bytes) -> str:
    ending = endings[-1] if endings else ""
    if ending in _PACKED:
        return _as_packed(file, ending, endings[-2] if len(endings) > 1 else "")
    if ending in {".geojson", ".json"}:
        return _as_json(file.read_bytes(), ending)
    if ending in _TABLES:
        return _as_text(head)
    if ending in _ARCHIVES:
        return _as_archive(file, endings)
    if ending in {".parquet", ".pq"}:
        return _as_parquet(file)
    if ending in _MAGIC:
        magic, said = _MAGIC[ending]
        if not head.startswith(magic):
            return f"it is {said}"
    if ending == ".gpkg":
        return _as_geopackage(file, head)
    if ending == ".xls" and file.stat().st_size < _LEAST_XLS:
        return "it is the beginning of an Excel file alone"
    return ""


def _unpacked(file: Path, ending: str) -> gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile:
    if ending == ".bz2":
        return bz2.open(file)
    return lzma.open(file) if ending == ".xz" else gzip.open(file)


def _as_packed(file: Path, ending: str, inner: str) -> str:
    with _unpacked(file, ending) as unpacked:
        first = unpacked.read(4096)
        if first and inner in {".geojson", ".json"}:
            return _as_json(first + unpacked.read(), inner)
        while unpacked.read(_BLOCK):
            pass
    if not first:
        return "it is empty inside"
    if inner in _TABLES:
        return _as_text(first)
    if _starts_a_page(first) and inner not in _PAGES:
        return "it is a web page inside (to log in, or of an error)"
    return ""


def _as_json(text: bytes, ending: str) -> str:
    try:
        content: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        return f"it is no JSON, or broken off ({error})"
    if ending == ".json":
        return _as_answer(content)
    if not isinstance(content, dict) or content.get("type") != "FeatureCollection":
        return "it is JSON, but no collection of features"
    features = content.get("features")
    if not isinstance(features, list) or not features:
        return "it is a GeoJSON without features"
    if not all(isinstance(f, dict) and f.get("type") == "Feature" for f in features):
        return "it is a GeoJSON whose features are none"
    if not any(_has_shape(feature.get("geometry")) for feature in features):
        return "it is a GeoJSON whose features have no geometry"
    return ""


def _has_shape(geometry: object) -> bool:
    if not isinstance(geometry, dict):
        return False
    return bool(geometry.get("coordinates") or geometry.get("geometries"))


def _as_answer(content: object) -> str:
    """Return what is wrong with JSON: nothing in it, or an error and no data."""
    if content is None or content in ({}, [], ""):
        return "it is JSON with nothing in it"
    if not isinstance(content, dict):
        return ""
    low = {str(key).lower(): value for key, value in content.items()}
    errors = _errors_in(low)
    others = (low[key] for key in low.keys() - _ERRORS)
    if not errors or any(isinstance(v, (list, dict)) and v for v in others):
        return ""
    words = errors[0] if isinstance(errors[0], str) else json.dumps(errors[0])
    return f"it is JSON that tells an error ({' '.join(words.split())[:80]})"


def _errors_in(content: Mapping[str, object]) -> list[object]:
    """Return what the answer of a service says of an error, by its keys and status."""
    errors = [content[key] for key in sorted(_ERRORS & content.keys())]
    status = content.get("status")
    if isinstance(status, int) and 400 <= status < 600:
        errors += [content.get(key) for key in ("detail", "title")]
    return [error for error in errors if error]


def _as_text(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ""
    if b"\x00" in head:
        return "it is no text"
    if head.lstrip()[:1] in (b"{", b"<"):
        return "it is JSON or XML, no table"
    lines = [line for line in head.replace(b"\r", b"\n").split(b"\n") if line.strip()]
    return "" if len(lines) > 1 or len(head) == 4096 else "it is a table without rows"


def _as_archive(file: Path, endings: list[str]) -> str:
    try:
        with zipfile.ZipFile(file) as archive:
            broken = archive.testzip()
            members = {
                info.filename.replace("\\", "/").lstrip("/"): info
                for info in archive.infolist()
                if not info.is_dir() and not info.filename.startswith("__MACOSX/")
            }
            if broken:
                return f"{broken} in it is damaged"
            if not members:
                return "it is an archive without files"
            if not any(info.file_size for info in members.values()):
                return "it is an archive whose files are all empty"
            if all(_is_page_in(archive, info) for info in members.values()):
                return "it is an archive that holds nothing but web pages"
    except (zipfile.BadZipFile, RuntimeError, ValueError, struct.error) as error:
        return f"it is no archive, or broken off ({error})"
    return _as_promised(members, endings)


def _as_promised(members: Mapping[str, zipfile.ZipInfo], endings: list[str]) -> str:
    """Return what an archive lacks of what its name promises."""
    sought = {".ods": re.compile("content.xml")}.get(endings[-1])
    if endings[-1] in _WORKBOOKS:
        sought = _WORKBOOK
        members = members if "[Content_Types].xml" in members else {}
    if sought is not None:
        is_workbook = any(map(sought.fullmatch, members))
        return "" if is_workbook else "it is an archive, but no workbook"
    sizes = {name.lower(): info.file_size for name, info in members.items()}
    promised = endings[-2] if len(endings) > 1 else ""
    if promised in _PROMISED and not any(name.endswith(promised) for name in sizes):
        return f"it is an archive without a {promised}"
    return _shapes_in(sizes)


def _is_page_in(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bool:
    if is_page(info.filename):
        return True
    with archive.open(info) as opened:
        return _starts_a_page(opened.read(512))


def _shapes_in(sizes: dict[str, int]) -> str:
    """Return what lacks where an archive holds pieces of shapefiles."""
    for name in sorted(sizes):
        path = PurePosixPath(name)
        if not path.suffix:
            continue
        shp, shx = str(path.with_suffix(".shp")), str(path.with_suffix(".shx"))
        dbf = str(path.with_suffix(".dbf"))
        of_shapes = path.suffix == ".shx" or (path.suffix == ".prj" and dbf in sizes)
        if of_shapes and shp not in sizes:
            return f"it is an archive with {path.name}, but without its .shp"
        if path.suffix == ".shp" and shx not in sizes:
            return f"it is an archive with {path.name}, but without its .shx"
        if path.suffix == ".shp" and sizes[name] <= _LEAST_SHP:
            return f"{path.name} in it has no shapes"
    return ""


def _as_geopackage(file: Path, head: bytes) -> str:
    size = int.from_bytes(head[16:18], "big")
    pages = int.from_bytes(head[28:32], "big")
    if head[24:28] == head[92:96] and file.stat().st_size < pages * (size or 0):
        return "it is no GeoPackage, or broken off"
    address = file.resolve().as_uri() + "?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as database:
            layers = [
                str(name)
                for (name,) in database.execute("SELECT table_name FROM gpkg_contents")
            ]
            for layer in layers:
                quoted = layer.replace('"', '""')
                if database.execute(f'SELECT 1 FROM "{quoted}" LIMIT 1').fetchone():
                    return ""
    except sqlite3.Error as error:
        return f"it is no GeoPackage, or broken off ({error})"
    return "its layers are empty" if layers else "it is a GeoPackage without layers"


def _as_parquet(file: Path) -> str:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(file) as opened:
            rows = opened.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        return f"it is no Parquet file, or broken off ({error})"
    return "" if rows else "it is a Parquet file without rows"


def _tail(file: Path, length: int) -> bytes:
    """Return the last bytes of a file, from an even place on."""
    with file.open("rb") as opened:
        start = max(0, opened.seek(0, os.SEEK_END) - length)
        opened.seek(start - start % 2)
        return opened.read()


def _cut(file: Path, ending: str, head: bytes) -> str:
    """Return by what a file shows that it was cut off, where no length was said."""
    tail = _tail(file, _TAIL)
    if ending == ".pdf":
        return "" if b"%%EOF" in tail else "it breaks off before the end of a PDF"
    if ending not in _TABLES:
        return ""
    wide = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(head[:2])
    if wide and len(tail) % 2:
        return "it breaks off within a letter"
    text = tail.decode(wide, "replace") if wide else tail.decode("latin-1")
    lines = re.split(r"\r\n|\r|\n", text)
    # the first line of a tail may be half a line
    above = lines[len(tail) < file.stat().st_size : -1][-_LAST_LINES:]
    return _last_row_cut(above, lines[-1])


def _last_row_cut(above: list[str], last: str) -> str:
    """Return how the last row of a table differs from those above, which agree."""
    if not last or not above or any(line.count('"') % 2 for line in above):
        return ""
    for sign in "\t;|,":
        cells = {_cells(line, sign) for line in above}
        if len(cells) > 1 or (wanted := cells.pop()) == 1:
            continue
        found = _cells(last, sign)
        if re.search(_quoted(sign) + "$", last) and last.count('"') % 2:
            return "it breaks off within a quoted cell of its last row"
        if found < wanted:
            return f"it breaks off: its last row has {found} of {wanted} cells"
        return ""
    return ""


def _quoted(sign: str) -> str:
    """Return the pattern of a quoted cell up to the quote that ends it."""
    return rf'(?:^|(?<={re.escape(sign)}))"(?:[^"]|"")*'


def _cells(line: str, sign: str) -> int:
    """Return how many cells a line has; what is quoted counts as one."""
    return re.sub(_quoted(sign) + '("|$)', "", line).count(sign) + 1 if line else 0
