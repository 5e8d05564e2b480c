"""Whether a file that was fetched holds what its name says."""

from __future__ import annotations

import gzip
import json
import zipfile
import zlib
from pathlib import Path
from typing import Any

__all__ = ["is_page", "trouble_with"]

_PAGES = (".html", ".htm", ".xhtml")
_STARTS = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<meta")
_BLOCK = 1 << 16
_MAGIC = {
    ".xls": (b"\xd0\xcf\x11\xe0", "no Excel file of the old kind"),
    ".gpkg": (b"SQLite format 3\x00", "no GeoPackage"),
    ".pdf": (b"%PDF", "no PDF"),
}
_PACKED = {".zip": "", ".xlsx": "[Content_Types].xml", ".xlsm": "[Content_Types].xml",
           ".ods": "content.xml"}  # fmt: skip


def is_page(name: str) -> bool:
    """Return whether a file of this name is a web page by intention.

    Examples
    --------
    >>> is_page("table.csv"), is_page("notes.HTML")
    (False, True)
    """
    return name.lower().endswith(_PAGES)


def trouble_with(file: Path, name: str) -> str:
    """Return what is wrong with a file for its name; nothing where all is well.

    GeoJSON must be a collection with features, CSV text with a row below its header,
    archives, workbooks and Parquet files must open to their end. Of other endings
    only this is known: they are not empty, and no web page.

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
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(_STARTS) and not is_page(name):
        return "it is a web page (to log in, or of an error)"
    endings = [ending.lower() for ending in Path(name).suffixes]
    ending = endings[-1] if endings else ""
    try:
        return _opened(file, ending, endings, head)
    except (OSError, EOFError, zlib.error) as error:
        return f"it cannot be opened to its end ({error})"


def _opened(file: Path, ending: str, endings: list[str], head: bytes) -> str:
    if ending in (".gz", ".gzip"):
        with gzip.open(file) as unpacked:
            first = unpacked.read(4096)
            while unpacked.read(_BLOCK):
                pass
        if not first:
            return "it is empty inside"
        if len(endings) > 1 and endings[-2] in (".csv", ".tsv"):
            return _as_text(first)
        return ""
    if ending in (".geojson", ".json"):
        return _as_json(file, ending)
    if ending in (".csv", ".tsv"):
        return _as_text(head)
    if ending in _PACKED:
        return _as_archive(file, _PACKED[ending])
    if ending in (".parquet", ".pq"):
        return _as_parquet(file)
    if ending in _MAGIC:
        magic, said = _MAGIC[ending]
        return "" if head.startswith(magic) else f"it is {said}"
    return ""


def _as_json(file: Path, ending: str) -> str:
    try:
        content: Any = json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        return f"it is no JSON, or broken off ({error})"
    if ending == ".json":
        return ""
    if not isinstance(content, dict) or content.get("type") != "FeatureCollection":
        return "it is JSON, but no collection of features"
    features = content.get("features")
    if not isinstance(features, list) or not features:
        return "it is a GeoJSON without features"
    if not all(isinstance(f, dict) and f.get("type") == "Feature" for f in features):
        return "it is a GeoJSON whose features are none"
    return ""


def _as_text(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ""
    if b"\x00" in head:
        return "it is no text"
    if head.lstrip()[:1] in (b"{", b"<"):
        return "it is JSON or XML, no table"
    lines = [line for line in head.replace(b"\r", b"\n").split(b"\n") if line.strip()]
    return "" if len(lines) > 1 or len(head) == 4096 else "it is a table without rows"


def _as_archive(file: Path, part: str) -> str:
    try:
        with zipfile.ZipFile(file) as archive:
            broken = archive.testzip()
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        return f"it is no archive, or broken off ({error})"
    if broken:
        return f"{broken} in it is damaged"
    if not names:
        return "it is an archive without files"
    return "" if not part or part in names else "it is an archive, but no workbook"


def _as_parquet(file: Path) -> str:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        pq.ParquetFile(file).close()
    except (pa.ArrowException, OSError) as error:
        return f"it is no Parquet file, or broken off ({error})"
    return ""
